/** A SageMaker endpoint that serves one approved version of a project's model, and changes versions blue/green. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { digestOf } from '../functions/canonical-json.ts'
import { type Account, arn } from './account.ts'
import { Alarm } from './alarm.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import type { Network } from './network.ts'
import { attachJob } from './network-permissions.ts'
import { allow } from './policy-document.ts'
import { Role } from './role.ts'
import { capturePrefix, type Storage } from './storage.ts'
import type { Topic } from './topic.ts'
import { trainingImage } from './training-image.ts'
import { encryptedOnly, image, volumeKey } from './training-role.ts'

/** What the configuration says of a project's endpoint. */
export interface ServedModel {
  /** Version of the project's model package group; SageMaker takes approved ones only. */
  readonly version: string
  readonly instanceType: string
  /** At least two, so that a zone may fail. */
  readonly instances: number
  /** How the next version takes over. */
  readonly strategy: 'all-at-once' | 'canary' | 'linear'
  /** Percent of the traffic of the first step (canary) or of each (linear). */
  readonly sharePercent: number
  /** Seconds between steps, in which alarms may bring the old version back. */
  readonly waitSeconds: number
  /** Percent of questions and answers that are kept. */
  readonly capturePercent: number
}

export interface EndpointArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
  readonly storage: Storage
  readonly topic: Topic
  readonly network: Network
  /** Id of the project. */
  readonly project: string
  readonly served: ServedModel
  /** At least 365. */
  readonly logRetentionDays: number
}

const variant = 'model'
const routing = { 'all-at-once': 'ALL_AT_ONCE', canary: 'CANARY', linear: 'LINEAR' } as const

export class Endpoint extends pulumi.ComponentResource {
  readonly endpointName: string

  constructor(name: string, args: EndpointArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Endpoint', name, {}, options)
    const { names, key, project, served, logRetentionDays, network } = args
    const child = { parent: this }
    this.endpointName = names.of('endpoint', project)
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      {
        name: `/aws/sagemaker/Endpoints/${this.endpointName}`,
        kmsKeyId: key.arn,
        retentionInDays: logRetentionDays,
      },
      child,
    )
    const model = this.#createModel(name, args, logGroup)
    // Neither a model nor a configuration can change: what they are is in their names, and a new one stands beside the old.
    const configuration = new aws.sagemaker.EndpointConfiguration(
      `${name}-configuration`,
      {
        name: names.of('endpointConfiguration', project, digestOf({ ...served }).slice(0, 12)),
        kmsKeyArn: key.arn,
        productionVariants: [
          {
            variantName: variant,
            modelName: model.name,
            instanceType: served.instanceType,
            initialInstanceCount: served.instances,
            initialVariantWeight: 1,
          },
        ],
        ...this.#capture(args),
      },
      child,
    )
    const alarms = this.#createAlarms(name, args)
    new aws.sagemaker.Endpoint(
      `${name}-endpoint`,
      {
        name: this.endpointName,
        endpointConfigName: configuration.name,
        deploymentConfig: {
          blueGreenUpdatePolicy: {
            trafficRoutingConfiguration: routed(served),
            terminationWaitInSeconds: 600,
            maximumExecutionTimeoutInSeconds: 14_400,
          },
          autoRollbackConfiguration: { alarms: alarms.map(({ alarmName }) => ({ alarmName })) },
        },
      },
      // SageMaker takes the names of alarms that there are.
      { ...child, dependsOn: [...network.ready, ...alarms.map(({ alarm }) => alarm)] },
    )
    this.registerOutputs({ endpointName: this.endpointName })
  }

  #createModel(name: string, args: EndpointArgs, logGroup: aws.cloudwatch.LogGroup): aws.sagemaker.Model {
    const { names, account, key, storage, project, served, network } = args
    const found = aws.sagemaker.getPrebuiltEcrImageOutput(trainingImage, { parent: this })
    const group = names.modelPackageGroup(project)
    const role = new Role(
      `${name}-role`,
      {
        roleName: names.of('role', project, 'endpoint'),
        service: 'sagemaker.amazonaws.com',
        account,
        description: `Serves models of ${project}`,
        grants: [
          storage.read([`${project}/runs/*/model/*`]),
          ...(served.capturePercent > 0 ? [storage.write([`${capturePrefix}/${project}/*`])] : []),
          volumeKey(key),
          logGroup.arn.apply((each) => [
            allow(['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'], [`${each}:*`]),
          ]),
          image({
            account,
            imageRegistryId: found.registryId,
            imageRepository: trainingImage.repositoryName,
          }),
          attachJob,
          encryptedOnly,
        ],
      },
      { parent: this },
    )
    const { subnetIds, securityGroupIds } = network.forJobs
    return new aws.sagemaker.Model(
      `${name}-model`,
      {
        name: names.of('model', project, `v${served.version}`),
        executionRoleArn: role.arn,
        primaryContainer: {
          modelPackageName: arn(account, 'sagemaker', `model-package/${group}/${served.version}`),
        },
        enableNetworkIsolation: true,
        vpcConfig: { subnets: [...subnetIds], securityGroupIds: [...securityGroupIds] },
      },
      { parent: this, dependsOn: [role.attachment, ...network.ready] },
    )
  }

  #capture({ key, storage, project, served }: EndpointArgs) {
    if (served.capturePercent === 0) return {}
    return {
      dataCaptureConfig: {
        enableCapture: true,
        initialSamplingPercentage: served.capturePercent,
        destinationS3Uri: `s3://${storage.bucketName}/${capturePrefix}/${project}`,
        kmsKeyId: key.arn,
        captureOptions: [{ captureMode: 'Input' }, { captureMode: 'Output' }],
      },
    }
  }

  /** Two of three minutes: one bad minute of a start is no reason to go back. */
  #createAlarms(name: string, { names, project, topic }: EndpointArgs) {
    const dimensions = { EndpointName: this.endpointName, VariantName: variant }
    const shared = {
      namespace: 'AWS/SageMaker',
      dimensions,
      periodSeconds: 60,
      periods: 2,
      ofPeriods: 3,
      topic,
    }
    const watched = [
      { what: 'errors', metricName: 'Invocation5XXErrors', means: 'The endpoint fails', threshold: 5 },
      { what: 'model-errors', metricName: 'InvocationModelErrors', means: 'The model refuses', threshold: 5 },
      // Microseconds; a row of features is scored in a few milliseconds.
      { what: 'slow', metricName: 'ModelLatency', means: 'The model is slow', threshold: 500_000 },
    ] as const
    return watched.map(({ what, metricName, means, threshold }) => {
      const alarmName = names.of('alarm', project, 'endpoint', what)
      const description = `${means}: a version that is taking over is taken back`
      const statistic = what === 'slow' ? 'Average' : 'Sum'
      const alarm = new Alarm(
        `${name}-${what}`,
        { ...shared, alarmName, description, metricName, threshold, statistic },
        { parent: this },
      )
      return { alarmName, alarm }
    })
  }
}

function routed({ strategy, sharePercent, waitSeconds }: ServedModel) {
  const size = { type: 'CAPACITY_PERCENT', value: sharePercent }
  return {
    type: routing[strategy],
    waitIntervalInSeconds: waitSeconds,
    ...(strategy === 'canary' ? { canarySize: size } : {}),
    ...(strategy === 'linear' ? { linearStepSize: size } : {}),
  }
}
