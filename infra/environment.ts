/** What one environment shares among its projects: key, bucket, table, topic, queue, and the functions. */
import * as pulumi from '@pulumi/pulumi'
import { digestOf } from '../functions/canonical-json.ts'
import type { Project } from '../functions/project.ts'
import type { OnApproval } from '../functions/registry/model.ts'
import { access } from './access.ts'
import type { Account } from './account.ts'
import type { Bundle } from './bundle.ts'
import { DeadLetterQueue } from './dead-letter-queue.ts'
import { DoorAlarms } from './door-alarms.ts'
import { DuckdbLayer, type DuckdbPlatform, type LambdaArchitecture } from './duckdb-layer.ts'
import type { Variable } from './functions/definition.ts'
import { type FunctionName, functionDefinition } from './functions.ts'
import { Key } from './key.ts'
import { mapValues } from './map-values.ts'
import type { Names } from './names.ts'
import { Network } from './network.ts'
import { calledServices } from './network-services.ts'
import { ProjectDefinition } from './project-definition.ts'
import { type Replica, Replication } from './replication.ts'
import { StageFunction } from './stage-function.ts'
import { stateMachineArn } from './state-machine-arn.ts'
import { Storage } from './storage.ts'
import { Table } from './table.ts'
import { Topic } from './topic.ts'

export interface EnvironmentArgs {
  readonly names: Names
  readonly account: Account
  /** The repository: definitions and node_modules are found below it. */
  readonly root: string
  /** The deployed projects. */
  readonly projects: readonly Project[]
  readonly bundles: Readonly<Record<FunctionName, Bundle>>
  readonly architecture: LambdaArchitecture
  readonly duckdbPlatform: DuckdbPlatform
  /** At least 365. */
  readonly logRetentionDays: number
  /** An MLflow server that training runs are sent to as well; may hold a password. @default none */
  readonly mlflowTrackingUri?: pulumi.Input<string> | undefined
  /** What an approved version does, unless its approval says otherwise. @default promote */
  readonly onApproval?: OnApproval
  /** Where the data bucket is copied to. @default nowhere */
  readonly replication?: Replica | undefined
  /** `vpc`: functions and jobs run in private subnets. @default none */
  readonly network?: 'none' | 'vpc'
  /**
   * `host:port` that a dataset may be downloaded from at a private address.
   * @default none
   */
  readonly privateHosts?: readonly string[]
  /**
   * 64 hexadecimal digits: imports keep pseudonyms in the place of direct identifiers.
   * @default identifiers are kept as they are
   */
  readonly pseudonymKey?: pulumi.Input<string> | undefined
}

export class Environment extends pulumi.ComponentResource {
  readonly key: Key
  readonly storage: Storage
  readonly table: Table
  readonly topic: Topic
  readonly deadLetters: DeadLetterQueue
  /** Absent where functions and jobs run outside one. */
  readonly network: Network | undefined
  /** Project id to the URI of its definition. */
  readonly projectUris: Readonly<Record<string, pulumi.Output<string>>>
  readonly functions: Readonly<Record<FunctionName, StageFunction>>
  /** Logical name to type and id of what outlives the environment. */
  readonly inventory: Readonly<Record<string, pulumi.Input<{ type: string; id: string }>>>

  constructor(name: string, args: EnvironmentArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Environment', name, {}, options)
    const child = { parent: this }
    const { names, account } = args
    this.key = new Key(name, { names, account }, child)
    const shared = { names, account, key: this.key }
    this.storage = new Storage(name, shared, child)
    if (args.replication !== undefined)
      new Replication(
        `${name}-replication`,
        { ...shared, storage: this.storage, replica: args.replication },
        child,
      )
    this.table = new Table(`${name}-table`, shared, child)
    this.topic = new Topic(`${name}-alerts`, shared, child)
    this.deadLetters = new DeadLetterQueue(`${name}-undelivered`, shared, child)
    this.network = this.#createNetwork(name, args)
    this.projectUris = this.#createProjects(args)
    this.functions = this.#createFunctions(args)
    this.#createAlarms(name, args)
    this.inventory = {
      [`${name}-key`]: this.key.keyId.apply((id) => ({ type: 'aws:kms/key:Key', id })),
      [`${name}-data`]: { type: 'aws:s3/bucket:Bucket', id: this.storage.bucketName },
      [`${name}-logs`]: { type: 'aws:s3/bucket:Bucket', id: this.storage.logBucketName },
      [`${name}-table-table`]: { type: 'aws:dynamodb/table:Table', id: this.table.tableName },
    }
    this.registerOutputs({
      bucket: this.storage.bucketName,
      table: this.table.tableName,
      topic: this.topic.arn,
    })
  }

  #createNetwork(name: string, { names, account, network, logRetentionDays }: EnvironmentArgs) {
    if (network !== 'vpc') return undefined
    const args = { names, account, key: this.key, services: calledServices(), logRetentionDays }
    return new Network(`${name}-network`, args, { parent: this })
  }

  #createAlarms(name: string, { names }: EnvironmentArgs): void {
    const called = [
      'start-run',
      'start-monitoring',
      'promote-model',
      'record-outcome',
      'end-deployment',
    ] as const
    const functions = Object.fromEntries(called.map((each) => [each, this.functions[each]]))
    const { deadLetters, topic } = this
    new DoorAlarms(`${name}-doors`, { names, functions, deadLetters, topic }, { parent: this })
  }

  #createProjects({ projects }: EnvironmentArgs): Readonly<Record<string, pulumi.Output<string>>> {
    const { storage, key } = this
    const created = projects.map((project) => {
      const definition = new ProjectDefinition(
        `${project.id}-project`,
        { storage, key, project },
        { parent: this },
      )
      return [project.id, definition.uri]
    })
    return Object.fromEntries(created)
  }

  #createFunctions(args: EnvironmentArgs): Readonly<Record<FunctionName, StageFunction>> {
    const layer = new DuckdbLayer('duckdb', { ...args, platform: args.duckdbPlatform }, { parent: this })
    const values = this.#variables(args)
    const to = access({
      ...args,
      storage: this.storage,
      table: this.table,
      topic: this.topic,
      projects: args.projects.map(({ id }) => id),
    })
    return mapValues(args.bundles, (bundle, functionName) => {
      const definition = functionDefinition(functionName)
      return new StageFunction(
        functionName,
        {
          ...args,
          network: definition.internet === true ? undefined : this.network,
          functionName,
          bundle,
          layer,
          key: this.key,
          description: definition.description,
          memoryMegabytes: definition.memoryMegabytes,
          timeoutSeconds: definition.timeoutSeconds,
          scratchMegabytes: definition.scratchMegabytes ?? 512,
          environment: Object.fromEntries(
            definition.variables.map((variable) => [variable, values[variable]]),
          ),
          grants: definition.grants(to),
          ...(definition.asynchronous === true ? { deadLetters: this.deadLetters } : {}),
        },
        { parent: this },
      )
    })
  }

  #variables({
    names,
    account,
    bundles,
    projects,
    onApproval = 'promote',
    privateHosts = [],
    pseudonymKey = '',
    mlflowTrackingUri = 'none',
  }: EnvironmentArgs): Record<Variable, pulumi.Input<string>> {
    return {
      BUCKET: this.storage.bucketName,
      TABLE: this.table.tableName,
      ENVIRONMENT: names.environment,
      MODEL_PACKAGE_GROUP_PREFIX: names.prefix,
      TOPIC_ARN: this.topic.arn,
      STATE_MACHINE_PREFIX: stateMachineArn(account, names.prefix),
      ON_APPROVAL: onApproval,
      MLFLOW_TRACKING_URI: mlflowTrackingUri,
      PRIVATE_HOSTS: JSON.stringify(privateHosts),
      PSEUDONYM_KEY: pseudonymKey,
      PROJECT_URIS: pulumi.jsonStringify(this.projectUris),
      RUN_LIMITS: JSON.stringify(
        Object.fromEntries(projects.map(({ id, concurrentRuns }) => [id, concurrentRuns])),
      ),
      CODE: digestOf(mapValues(bundles, ({ sha256 }) => sha256)).slice(0, 12),
    }
  }
}
