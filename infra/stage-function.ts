/** One Lambda of a stage: its bundle, its own role and log group, published as a version that never changes. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { type Account, arn } from './account.ts'
import type { Bundle } from './bundle.ts'
import type { DuckdbLayer, LambdaArchitecture } from './duckdb-layer.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import type { NetworkPlace } from './network.ts'
import { attachFunction } from './network-permissions.ts'
import { allow, type Grant } from './policy-document.ts'
import { Role } from './role.ts'

export interface StageFunctionArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
  /** The repository, below whose node_modules the bundle's file is kept. */
  readonly root: string
  /** `plan-parts`: becomes `regimen-<env>-plan-parts`. */
  readonly functionName: string
  readonly description: string
  readonly bundle: Bundle
  /** Attached when the bundle imports DuckDB. */
  readonly layer: DuckdbLayer
  readonly architecture: LambdaArchitecture
  /**
   * Also sets the share of CPU: one whole at 1,769.
   * @default 512
   */
  readonly memoryMegabytes?: number
  /** @default 60 */
  readonly timeoutSeconds?: number
  /**
   * Scratch space below /tmp.
   * @default 512
   */
  readonly scratchMegabytes?: number
  /** Private subnets that it runs in. @default none: it reaches AWS's public addresses */
  readonly network?:
    | { readonly forFunctions: NetworkPlace; readonly ready: readonly pulumi.Resource[] }
    | undefined
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>
  readonly grants: readonly Grant[]
  /** Queue that takes the events of asynchronous calls that failed for good; absent when nobody calls it so. */
  readonly deadLetters?: { readonly arn: pulumi.Input<string>; send(): Grant }
  /** At least 365: shorter is no audit trail. */
  readonly logRetentionDays: number
}

export class StageFunction extends pulumi.ComponentResource {
  readonly functionName: string
  readonly arn: pulumi.Output<string>
  /** ARN of the published version: what a definition names, so that a deployment never changes a running execution. */
  readonly qualifiedArn: pulumi.Output<string>
  /** ARN of the alias `live`: what schedules, rules and callers from outside name. */
  readonly liveArn: pulumi.Output<string>
  readonly #alias: aws.lambda.Alias

  constructor(name: string, args: StageFunctionArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:StageFunction', name, {}, options)
    this.functionName = args.names.of('function', args.functionName)
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      {
        name: `/aws/lambda/${this.functionName}`,
        kmsKeyId: args.key.arn,
        retentionInDays: args.logRetentionDays,
      },
      { parent: this },
    )
    const role = new Role(
      `${name}-role`,
      {
        roleName: this.functionName,
        service: 'lambda.amazonaws.com',
        account: args.account,
        description: args.description,
        grants: [...basics(this.functionName, logGroup, args), ...args.grants],
      },
      { parent: this },
    )
    const { deadLetters, layer, network } = args
    const memoryMegabytes = args.memoryMegabytes ?? 512
    const lambda = new aws.lambda.Function(
      `${name}-function`,
      {
        name: this.functionName,
        description: args.description,
        role: role.arn,
        runtime: 'nodejs24.x',
        handler: 'index.handler',
        architectures: [args.architecture],
        code: new pulumi.asset.AssetArchive({
          'index.mjs': new pulumi.asset.FileAsset(args.bundle.path),
        }),
        layers: args.bundle.usesDuckdb ? [layer.arn] : [],
        memorySize: memoryMegabytes,
        timeout: args.timeoutSeconds ?? 60,
        ephemeralStorage: { size: args.scratchMegabytes ?? 512 },
        environment: {
          variables: {
            ...powertools(args.functionName),
            ...(args.bundle.usesDuckdb ? duckdb(memoryMegabytes) : {}),
            ...args.environment,
          },
        },
        kmsKeyArn: args.key.arn,
        tracingConfig: { mode: 'Active' },
        loggingConfig: { logFormat: 'JSON', logGroup: logGroup.name },
        ...(deadLetters === undefined ? {} : { deadLetterConfig: { targetArn: deadLetters.arn } }),
        ...(network === undefined ? {} : { vpcConfig: placed(network.forFunctions) }),
        publish: true,
      },
      { parent: this, dependsOn: [role.attachment, ...(network?.ready ?? [])] },
    )
    this.#alias = new aws.lambda.Alias(
      `${name}-live`,
      { name: 'live', functionName: lambda.name, functionVersion: lambda.version },
      { parent: this },
    )
    this.arn = lambda.arn
    this.qualifiedArn = lambda.qualifiedArn
    this.liveArn = this.#alias.arn
    this.registerOutputs({ arn: this.arn, qualifiedArn: this.qualifiedArn, liveArn: this.liveArn })
  }

  /** Lets an AWS service call the alias `live`, for one source only. */
  allowCaller(name: string, service: string, sourceArn: pulumi.Input<string>): aws.lambda.Permission {
    return new aws.lambda.Permission(
      name,
      {
        action: 'lambda:InvokeFunction',
        function: this.functionName,
        qualifier: this.#alias.name,
        principal: service,
        sourceArn,
      },
      { parent: this },
    )
  }

  /** What a role needs to call the alias `live`. */
  invoke(): Grant {
    return this.liveArn.apply((live) => [allow(['lambda:InvokeFunction'], [live])])
  }
}

/** Logging to its own group, tracing, and decrypting its own environment. */
function basics(functionName: string, logGroup: aws.cloudwatch.LogGroup, args: StageFunctionArgs): Grant[] {
  return [
    logGroup.arn.apply((group) => [allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [`${group}:*`])]),
    [allow(['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], ['*'])],
    args.key.decrypt(),
    ...(args.deadLetters === undefined ? [] : [args.deadLetters.send()]),
    ...(args.network === undefined
      ? []
      : [attachFunction(arn(args.account, 'lambda', `function:${functionName}`))]),
  ]
}

const placed = ({ subnetIds, securityGroupIds }: NetworkPlace) => ({
  subnetIds: [...subnetIds],
  securityGroupIds: [...securityGroupIds],
})

function powertools(functionName: string): Record<string, string> {
  return {
    POWERTOOLS_SERVICE_NAME: functionName,
    POWERTOOLS_METRICS_NAMESPACE: 'Regimen',
    POWERTOOLS_LOG_LEVEL: 'INFO',
  }
}

/**
 * DuckDB spills to /tmp beyond its limit; the rest of the memory is the program's and its buffers'. One thread: parts run
 * beside each other, and a second thread that finds no work in a part spins.
 */
function duckdb(memoryMegabytes: number): Record<string, string> {
  return { DUCKDB_MEMORY_MB: String(Math.floor(memoryMegabytes * 0.6)), DUCKDB_THREADS: '1' }
}
