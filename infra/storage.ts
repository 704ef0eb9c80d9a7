/** The environment's bucket: encrypted, versioned, private, logged, and announced to EventBridge. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import { kept } from './kept.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { allow, type Grant, type PrincipalStatement, policyDocument } from './policy-document.ts'

export interface StorageArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
  /**
   * Days that a replaced or deleted object can still be had back.
   * @default 90
   */
  readonly noncurrentDays?: number
  /**
   * Days that access logs are kept.
   * @default 2192 (six years)
   */
  readonly accessLogDays?: number
  /**
   * Days that what endpoints were asked and answered is kept, where it is captured.
   * @default 90
   */
  readonly captureDays?: number
  /**
   * Days after which an object moves to the storage class that follows how often it is read.
   * @default 30
   */
  readonly tieringDays?: number
}

/** Below it lies what endpoints were asked and answered, project by project. */
export const capturePrefix = 'capture'

export class Storage extends pulumi.ComponentResource {
  readonly bucketName: string
  readonly logBucketName: string
  readonly bucketArn: pulumi.Output<string>
  readonly #key: Key
  /** A bucket without its policy and encryption is not ready: what is put into it depends on these. */
  readonly ready: pulumi.Resource[]

  constructor(name: string, args: StorageArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Storage', name, {}, options)
    const { noncurrentDays = 90, accessLogDays = 2_192 } = args
    const { captureDays = 90, tieringDays = 30 } = args
    const child: pulumi.CustomResourceOptions = { parent: this }
    this.bucketName = args.names.bucket(args.account)
    this.logBucketName = args.names.logBucket(args.account)
    this.#key = args.key

    const logs = new aws.s3.Bucket(
      `${name}-logs`,
      { bucket: args.names.logBucket(args.account) },
      { parent: this, ...kept(`${name}-logs`) },
    )
    const data = new aws.s3.Bucket(
      `${name}-data`,
      { bucket: this.bucketName },
      { parent: this, ...kept(`${name}-data`) },
    )
    const blocks = [closeToPublic(`${name}-logs`, logs, child), closeToPublic(`${name}-data`, data, child)]
    const encryption = encrypt(name, { data, logs, key: args.key }, child)
    const versioning = version(name, { data, logs }, child)
    expire(
      name,
      { data, logs, noncurrentDays, accessLogDays, captureDays, tieringDays },
      { ...child, dependsOn: versioning },
    )
    const policies = restrict(name, { data, logs, account: args.account }, { ...child, dependsOn: blocks })
    new aws.s3.BucketLogging(
      `${name}-data-logging`,
      { bucket: data.id, targetBucket: logs.id, targetPrefix: 'data/' },
      { ...child, dependsOn: policies },
    )
    new aws.s3.BucketNotification(`${name}-data-events`, { bucket: data.id, eventbridge: true }, child)

    this.bucketArn = data.arn
    this.ready = [...encryption, ...versioning, ...policies]
    this.registerOutputs({ bucketName: this.bucketName, bucketArn: this.bucketArn })
  }

  /** Get objects, any version, whose key matches one of the patterns (`*` as in IAM). */
  read(keys: readonly string[]): Grant {
    return this.#objects(keys, ['s3:GetObject', 's3:GetObjectVersion'], ['kms:Decrypt'])
  }

  /** Put objects whose key matches one of the patterns, in several parts if they are large. */
  write(keys: readonly string[]): Grant {
    return this.#objects(
      keys,
      ['s3:PutObject', 's3:AbortMultipartUpload'],
      ['kms:Decrypt', 'kms:GenerateDataKey'],
    )
  }

  /** List what stands below the prefixes; also what makes an absent object a 404 and not a 403. */
  list(prefixes: readonly string[]): Grant {
    return this.bucketArn.apply((bucket) => [
      allow(['s3:ListBucket'], [bucket], { StringLike: { 's3:prefix': [...prefixes] } }),
    ])
  }

  #objects(keys: readonly string[], actions: readonly string[], keyActions: readonly string[]): Grant {
    return pulumi.all([this.bucketArn, this.#key.arn]).apply(([bucket, key]) => [
      allow(
        actions,
        keys.map((pattern) => `${bucket}/${pattern}`),
      ),
      allow(keyActions, [key]),
    ])
  }
}

/** No ACLs, no public access. */
export function closeToPublic(name: string, bucket: aws.s3.Bucket, options: pulumi.CustomResourceOptions) {
  new aws.s3.BucketOwnershipControls(
    `${name}-ownership`,
    { bucket: bucket.id, rule: { objectOwnership: 'BucketOwnerEnforced' } },
    options,
  )
  return new aws.s3.BucketPublicAccessBlock(
    `${name}-private`,
    {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    options,
  )
}

function encrypt(
  name: string,
  buckets: { data: aws.s3.Bucket; logs: aws.s3.Bucket; key: Key },
  options: pulumi.CustomResourceOptions,
) {
  const kms = { sseAlgorithm: 'aws:kms', kmsMasterKeyId: buckets.key.arn }
  // S3 delivers access logs only to a bucket under its own keys.
  const own = { sseAlgorithm: 'AES256' }
  return [
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-data-encryption`,
      {
        bucket: buckets.data.id,
        rules: [{ applyServerSideEncryptionByDefault: kms, bucketKeyEnabled: true }],
      },
      options,
    ),
    new aws.s3.BucketServerSideEncryptionConfiguration(
      `${name}-logs-encryption`,
      { bucket: buckets.logs.id, rules: [{ applyServerSideEncryptionByDefault: own }] },
      options,
    ),
  ]
}

function version(
  name: string,
  buckets: { data: aws.s3.Bucket; logs: aws.s3.Bucket },
  options: pulumi.CustomResourceOptions,
) {
  return (['data', 'logs'] as const).map(
    (which) =>
      new aws.s3.BucketVersioning(
        `${name}-${which}-versioning`,
        { bucket: buckets[which].id, versioningConfiguration: { status: 'Enabled' } },
        options,
      ),
  )
}

function expire(
  name: string,
  args: {
    data: aws.s3.Bucket
    logs: aws.s3.Bucket
    noncurrentDays: number
    accessLogDays: number
    captureDays: number
    tieringDays: number
  },
  options: pulumi.CustomResourceOptions,
) {
  const abandoned = {
    id: 'abandoned-uploads',
    status: 'Enabled',
    filter: {},
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
  }
  const replaced = {
    id: 'replaced-objects',
    status: 'Enabled',
    filter: {},
    noncurrentVersionExpiration: { noncurrentDays: args.noncurrentDays },
    expiration: { expiredObjectDeleteMarker: true },
  }
  // Data of runs are read for weeks and kept for years; the class finds out which by itself.
  const tiered = {
    id: 'seldom-read-objects',
    status: 'Enabled',
    filter: {},
    transitions: [{ days: args.tieringDays, storageClass: 'INTELLIGENT_TIERING' }],
  }
  const captured = {
    id: 'captured-questions',
    status: 'Enabled',
    filter: { prefix: `${capturePrefix}/` },
    expiration: { days: args.captureDays },
  }
  const old = {
    id: 'old-logs',
    status: 'Enabled',
    filter: {},
    expiration: { days: args.accessLogDays },
    noncurrentVersionExpiration: { noncurrentDays: args.noncurrentDays },
  }
  new aws.s3.BucketLifecycleConfiguration(
    `${name}-data-lifecycle`,
    { bucket: args.data.id, rules: [abandoned, replaced, tiered, captured] },
    options,
  )
  new aws.s3.BucketLifecycleConfiguration(
    `${name}-logs-lifecycle`,
    { bucket: args.logs.id, rules: [abandoned, old] },
    options,
  )
}

function restrict(
  name: string,
  args: { data: aws.s3.Bucket; logs: aws.s3.Bucket; account: Account },
  options: pulumi.CustomResourceOptions,
) {
  const { accountId } = args.account
  return [
    new aws.s3.BucketPolicy(
      `${name}-data-policy`,
      { bucket: args.data.id, policy: args.data.arn.apply((data) => policyDocument([tlsOnly(data)])) },
      options,
    ),
    new aws.s3.BucketPolicy(
      `${name}-logs-policy`,
      {
        bucket: args.logs.id,
        policy: pulumi
          .all([args.logs.arn, args.data.arn])
          .apply(([logs, data]) => policyDocument([tlsOnly(logs), logDelivery(logs, data, accountId)])),
      },
      options,
    ),
  ]
}

/** Refuses what does not come over TLS, for the bucket and its objects. */
export function tlsOnly(bucketArn: string): PrincipalStatement {
  return {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: ['s3:*'],
    Resource: [bucketArn, `${bucketArn}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  }
}

function logDelivery(logs: string, data: string, accountId: string): PrincipalStatement {
  return {
    Sid: 'AccessLogDelivery',
    Effect: 'Allow',
    Principal: { Service: 'logging.s3.amazonaws.com' },
    Action: ['s3:PutObject'],
    Resource: [`${logs}/data/*`, `${logs}/audit/*`],
    // The audit bucket, where there is one, logs here too.
    Condition: {
      StringEquals: { 'aws:SourceAccount': accountId },
      ArnLike: { 'aws:SourceArn': [data, `${data}-audit`] },
    },
  }
}
