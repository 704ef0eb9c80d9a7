/** Who touched which data: a CloudTrail trail into a bucket whose objects nobody can change or delete. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { type Account, arn } from './account.ts'
import { AuditBucket } from './audit-bucket.ts'
import { kept } from './kept.ts'
import type { Names } from './names.ts'
import { allow, policyDocument } from './policy-document.ts'
import { Role } from './role.ts'
import type { Storage } from './storage.ts'
import type { Table } from './table.ts'

export interface AuditArgs {
  readonly names: Names
  readonly account: Account
  readonly storage: Storage
  readonly table: Table
  /** Days that the trail is kept and its objects are locked; six years at least. */
  readonly retentionDays: number
}

export class Audit extends pulumi.ComponentResource {
  readonly bucketName: string
  /** Logical name to type and id of what outlives the stack. */
  readonly inventory: Readonly<Record<string, pulumi.Input<{ type: string; id: string }>>>

  constructor(name: string, args: AuditArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Audit', name, {}, options)
    const { names, account, retentionDays } = args
    const trailName = names.of('trail', 'audit')
    const logGroupName = `/aws/cloudtrail/${trailName}`
    const key = new aws.kms.Key(
      `${name}-key`,
      {
        // Its own: who may read data need not be able to read who read them.
        description: `The audit trail of ${names.environment}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy: keyPolicy(account, trailName, logGroupName),
      },
      { parent: this, ...kept(`${name}-key`) },
    )
    const bucket = new AuditBucket(
      `${name}-bucket`,
      {
        bucketName: names.auditBucket(account),
        account,
        keyArn: key.arn,
        trailArn: arn(account, 'cloudtrail', `trail/${trailName}`),
        logBucketName: args.storage.logBucketName,
        retentionDays,
      },
      { parent: this },
    )
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      { name: logGroupName, kmsKeyId: key.arn, retentionInDays: retentionDays },
      { parent: this },
    )
    const role = new Role(
      `${name}-role`,
      {
        roleName: names.of('role', 'audit-trail'),
        service: 'cloudtrail.amazonaws.com',
        account,
        description: 'Sends the trail to its log group',
        grants: [
          logGroup.arn.apply((group) => [
            allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [`${group}:*`]),
          ]),
        ],
      },
      { parent: this },
    )
    new aws.cloudtrail.Trail(
      `${name}-trail`,
      {
        name: trailName,
        s3BucketName: bucket.bucketName,
        kmsKeyId: key.arn,
        isMultiRegionTrail: true,
        includeGlobalServiceEvents: true,
        enableLogging: true,
        enableLogFileValidation: true,
        cloudWatchLogsGroupArn: pulumi.interpolate`${logGroup.arn}:*`,
        cloudWatchLogsRoleArn: role.arn,
        advancedEventSelectors: selectors(args),
      },
      { parent: this, dependsOn: [...bucket.ready, role.attachment] },
    )
    this.bucketName = bucket.bucketName
    this.inventory = {
      [`${name}-key`]: key.keyId.apply((id) => ({ type: 'aws:kms/key:Key', id })),
      [`${name}-bucket-audit`]: { type: 'aws:s3/bucket:Bucket', id: bucket.bucketName },
    }
    this.registerOutputs({ bucketName: this.bucketName })
  }
}

/** What people and services did, and each access to an object, an item, a feature of this environment. */
function selectors({ storage, table, names, account }: AuditArgs) {
  const data = (
    name: string,
    type: string,
    field: 'startsWiths' | 'equals',
    among: pulumi.Input<string>,
  ) => ({
    name,
    fieldSelectors: [
      { field: 'eventCategory', equals: ['Data'] },
      { field: 'resources.type', equals: [type] },
      { field: 'resources.ARN', [field]: [among] },
    ],
  })
  return [
    { name: 'management', fieldSelectors: [{ field: 'eventCategory', equals: ['Management'] }] },
    data('objects', 'AWS::S3::Object', 'startsWiths', pulumi.interpolate`${storage.bucketArn}/`),
    data('items', 'AWS::DynamoDB::Table', 'equals', table.arn),
    data(
      'features',
      'AWS::SageMaker::FeatureGroup',
      'startsWiths',
      arn(account, 'sagemaker', `feature-group/${names.prefix}`),
    ),
  ]
}

function keyPolicy(account: Account, trailName: string, logGroupName: string): string {
  const { partition, region, accountId } = account
  return policyDocument([
    {
      Sid: 'AccountDecidesByIam',
      Effect: 'Allow',
      Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
      Action: ['kms:*'],
      Resource: ['*'],
    },
    {
      Sid: 'TrailEncrypts',
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: ['kms:DescribeKey', 'kms:GenerateDataKey*'],
      Resource: ['*'],
      Condition: { StringEquals: { 'aws:SourceArn': arn(account, 'cloudtrail', `trail/${trailName}`) } },
    },
    {
      Sid: 'LogGroupOfTheTrail',
      Effect: 'Allow',
      Principal: { Service: `logs.${region}.amazonaws.com` },
      Action: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      Resource: ['*'],
      Condition: {
        ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arn(account, 'logs', `log-group:${logGroupName}`) },
      },
    },
  ])
}
