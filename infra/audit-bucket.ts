/** The bucket of the audit trail: locked for as long as records must be kept, written by CloudTrail alone. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import { kept } from './kept.ts'
import { policyDocument } from './policy-document.ts'
import { closeToPublic, tlsOnly } from './storage.ts'

export interface AuditBucketArgs {
  readonly bucketName: string
  readonly account: Account
  readonly keyArn: pulumi.Input<string>
  /** The only trail that may write. */
  readonly trailArn: string
  /** Takes the access logs. */
  readonly logBucketName: string
  readonly retentionDays: number
}

export class AuditBucket extends pulumi.ComponentResource {
  readonly bucketName: string
  readonly ready: pulumi.Resource[]

  constructor(name: string, args: AuditBucketArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:AuditBucket', name, {}, options)
    const child = { parent: this }
    const { bucketName, retentionDays } = args
    this.bucketName = bucketName
    const bucket = new aws.s3.Bucket(
      `${name}-audit`,
      { bucket: bucketName, objectLockEnabled: true },
      { parent: this, ...kept(`${name}-audit`) },
    )
    const block = closeToPublic(`${name}-audit`, bucket, child)
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-encryption`,
      {
        bucket: bucket.id,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: args.keyArn },
            bucketKeyEnabled: true,
          },
        ],
      },
      child,
    )
    const versioning = new aws.s3.BucketVersioning(
      `${name}-versioning`,
      { bucket: bucket.id, versioningConfiguration: { status: 'Enabled' } },
      child,
    )
    const lock = new aws.s3.BucketObjectLockConfiguration(
      `${name}-lock`,
      {
        bucket: bucket.id,
        // Governance could be lifted by whoever has the permission; compliance by nobody.
        rule: { defaultRetention: { mode: 'COMPLIANCE', days: retentionDays } },
      },
      { ...child, dependsOn: [versioning] },
    )
    new aws.s3.BucketLifecycleConfiguration(
      `${name}-lifecycle`,
      { bucket: bucket.id, rules: lifecycle(retentionDays) },
      { ...child, dependsOn: [versioning] },
    )
    const policy = new aws.s3.BucketPolicy(
      `${name}-policy`,
      { bucket: bucket.id, policy: bucket.arn.apply((bucketArn) => bucketPolicy(bucketArn, args)) },
      { ...child, dependsOn: [block] },
    )
    new aws.s3.BucketLogging(
      `${name}-logging`,
      { bucket: bucket.id, targetBucket: args.logBucketName, targetPrefix: 'audit/' },
      { ...child, dependsOn: [policy] },
    )
    this.ready = [policy, lock]
    this.registerOutputs({ bucketName })
  }
}

function lifecycle(retentionDays: number) {
  return [
    {
      id: 'abandoned-uploads',
      status: 'Enabled',
      filter: {},
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    },
    {
      id: 'records-past-their-time',
      status: 'Enabled',
      filter: {},
      transitions: [{ days: 90, storageClass: 'GLACIER_IR' }],
      expiration: { days: retentionDays + 1 },
      noncurrentVersionExpiration: { noncurrentDays: 30 },
    },
  ]
}

function bucketPolicy(bucketArn: string, { account, trailArn }: AuditBucketArgs): string {
  const trail = (Sid: string, action: string, resource: string, more: Record<string, string> = {}) => ({
    Sid,
    Effect: 'Allow' as const,
    Principal: { Service: 'cloudtrail.amazonaws.com' },
    Action: [action],
    Resource: [resource],
    Condition: { StringEquals: { 'aws:SourceArn': trailArn, ...more } },
  })
  return policyDocument([
    tlsOnly(bucketArn),
    trail('TrailLooks', 's3:GetBucketAcl', bucketArn),
    trail('TrailWrites', 's3:PutObject', `${bucketArn}/AWSLogs/${account.accountId}/*`, {
      's3:x-amz-acl': 'bucket-owner-full-control',
    }),
  ])
}
