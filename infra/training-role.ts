/** The role that SageMaker training jobs run as: the run's own channels, its own model, nothing unencrypted. */
import * as pulumi from '@pulumi/pulumi'
import { type Account, arn } from './account.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { attachJob } from './network-permissions.ts'
import { allow, type Grant, type Statement } from './policy-document.ts'
import { Role } from './role.ts'
import type { Storage } from './storage.ts'

export interface TrainingRoleArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
  readonly storage: Storage
  /** Id of the project whose runs it reads and writes. */
  readonly project: string
  /** Its jobs run in private subnets. @default false */
  readonly inNetwork?: boolean
  /** Account that owns the built-in algorithm's image. */
  readonly imageRegistryId: pulumi.Input<string>
  /** Repository of the image in that account. */
  readonly imageRepository: string
}

export class TrainingRole extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>
  readonly ready: pulumi.Resource

  constructor(name: string, args: TrainingRoleArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:TrainingRole', name, {}, options)
    const { project, storage, key } = args
    const role = new Role(
      name,
      {
        roleName: args.names.of('role', project, 'sagemaker'),
        service: 'sagemaker.amazonaws.com',
        account: args.account,
        description: `Training jobs of ${project}`,
        grants: [
          storage.read([`${project}/runs/*/train/*`, `${project}/runs/*/validation/*`]),
          storage.write([`${project}/runs/*/model/*`]),
          storage.list([`${project}/runs/*`]),
          volumeKey(key),
          observed(args.account),
          image(args),
          encryptedOnly,
          ...(args.inNetwork === true ? [attachJob] : []),
        ],
      },
      { parent: this },
    )
    this.arn = role.arn
    this.ready = role.attachment
    this.registerOutputs({ arn: this.arn })
  }
}

/** SageMaker attaches the encrypted volume by a grant on the key, for AWS resources only. */
export function volumeKey(key: Key): pulumi.Output<Statement[]> {
  return key.arn.apply((resource) => [
    allow(['kms:CreateGrant'], [resource], { Bool: { 'kms:GrantIsForAWSResource': 'true' } }),
    allow(['kms:DescribeKey'], [resource]),
  ])
}

function observed(account: Account): Statement[] {
  const group = arn(account, 'logs', 'log-group:/aws/sagemaker/TrainingJobs')
  return [
    allow(['logs:CreateLogGroup', 'logs:DescribeLogStreams'], [group]),
    allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [`${group}:log-stream:*`]),
    allow(['cloudwatch:PutMetricData'], ['*'], {
      StringLike: { 'cloudwatch:namespace': ['/aws/sagemaker/*', 'aws/sagemaker/*'] },
    }),
  ]
}

export function image({
  account,
  imageRegistryId,
  imageRepository,
}: Pick<TrainingRoleArgs, 'account' | 'imageRegistryId' | 'imageRepository'>): Grant {
  return pulumi
    .output(imageRegistryId)
    .apply((registry) => [
      allow(['ecr:GetAuthorizationToken'], ['*']),
      allow(
        ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        [`arn:${account.partition}:ecr:${account.region}:${registry}:repository/${imageRepository}`],
      ),
    ])
}

/** Holds whatever this role is ever granted besides: no job without keys, isolation and encrypted traffic. */
export const encryptedOnly: readonly Statement[] = [
  ...['VolumeKmsKey', 'OutputKmsKey'].map(
    (key): Statement => ({
      Sid: `Needs${key}`,
      Effect: 'Deny',
      Action: ['sagemaker:CreateTrainingJob'],
      Resource: ['*'],
      Condition: { Null: { [`sagemaker:${key}`]: 'true' } },
    }),
  ),
  ...['NetworkIsolation', 'InterContainerTrafficEncryption'].map(
    (key): Statement => ({
      Sid: `Needs${key}`,
      Effect: 'Deny',
      Action: ['sagemaker:CreateTrainingJob'],
      Resource: ['*'],
      Condition: { Bool: { [`sagemaker:${key}`]: 'false' } },
    }),
  ),
]
