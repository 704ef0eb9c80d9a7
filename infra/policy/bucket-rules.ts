/** What every bucket must be: private, encrypted, versioned, logged, kept. */
import { at, type Graph, type GraphResource, isText, isTrue, list } from './graph.ts'
import { type Rule, unless } from './rule.ts'
import { deniesPlaintext, isOpen, statementsOf } from './statements.ts'

const bucket = 'aws:s3/bucket:Bucket'
const types = [bucket]

/** The configuration of one kind that belongs to a bucket. */
function ofBucket(kind: string, resource: GraphResource, graph: Graph): GraphResource | undefined {
  const type = `aws:s3/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`
  return graph.referring(type, 'bucket', resource, resource.inputs.bucket)[0]
}

export const isLogBucket = ({ inputs }: GraphResource) => String(inputs.bucket).endsWith('-logs')
const isAuditBucket = ({ inputs }: GraphResource) => String(inputs.bucket).endsWith('-audit')

export const bucketRules: readonly Rule[] = [
  {
    id: 'bucket-private',
    title: 'A bucket blocks public access in all four ways',
    refs: [
      'S3.1',
      'S3.2',
      'S3.3',
      'S3.8',
      'CKV_AWS_53',
      'CKV_AWS_54',
      'CKV_AWS_55',
      'CKV_AWS_56',
      'CKV2_AWS_6',
    ],
    types,
    check: (resource, graph) => {
      const inputs = ofBucket('BucketPublicAccessBlock', resource, graph)?.inputs
      const flags = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets']
      return flags.flatMap((flag) =>
        unless(isTrue(inputs?.[flag]), `${flag} is not true in a public access block`),
      )
    },
  },
  {
    id: 'bucket-tls-only',
    title: 'A bucket refuses what does not come over TLS',
    refs: ['S3.5', 'CKV_AWS_379'],
    types,
    check: (resource, graph) => {
      const policy = ofBucket('BucketPolicy', resource, graph)?.inputs.policy
      const whole = statementsOf(policy).some(
        (each) => deniesPlaintext(each) && ['/*', ''].every((end) => covers(each.resources, end)),
      )
      return unless(whole, 'no statement denies aws:SecureTransport=false on the bucket and its objects')
    },
  },
  {
    id: 'bucket-encrypted',
    title: 'A bucket encrypts under a customer managed key, with a bucket key',
    refs: ['S3.17', 'CKV_AWS_145', 'CKV_AWS_19'],
    types,
    check: (resource, graph) => {
      const inputs = ofBucket('BucketServerSideEncryptionConfiguration', resource, graph)?.inputs
      const good = list(inputs?.rules).some(
        (rule) =>
          at(rule, 'applyServerSideEncryptionByDefault', 'sseAlgorithm') === 'aws:kms' &&
          isText(at(rule, 'applyServerSideEncryptionByDefault', 'kmsMasterKeyId')) &&
          isTrue(at(rule, 'bucketKeyEnabled')),
      )
      return unless(good, 'no default encryption by aws:kms under an own key with a bucket key')
    },
  },
  {
    id: 'bucket-versioned',
    title: 'A bucket keeps versions',
    refs: ['S3.14', 'CKV_AWS_21'],
    types,
    check: (resource, graph) => {
      const inputs = ofBucket('BucketVersioning', resource, graph)?.inputs
      return unless(
        at(inputs, 'versioningConfiguration', 'status') === 'Enabled',
        'versioning is not Enabled',
      )
    },
  },
  {
    id: 'bucket-lifecycle',
    title: 'A bucket lets go of abandoned uploads and replaced versions',
    refs: ['S3.10', 'S3.13', 'CKV2_AWS_61', 'CKV_AWS_300'],
    types,
    check: (resource, graph) => {
      const rules = list(ofBucket('BucketLifecycleConfiguration', resource, graph)?.inputs.rules)
      const enabled = rules.filter((rule) => at(rule, 'status') === 'Enabled')
      return ['noncurrentVersionExpiration', 'abortIncompleteMultipartUpload'].flatMap((what) =>
        unless(
          enabled.some((rule) => at(rule, what) !== undefined),
          `no enabled lifecycle rule has ${what}`,
        ),
      )
    },
  },
  {
    id: 'bucket-logged',
    title: 'Every access to a bucket is logged in another one',
    refs: ['S3.9', 'CKV_AWS_18'],
    types,
    check: (resource, graph) =>
      unless(
        isText(ofBucket('BucketLogging', resource, graph)?.inputs.targetBucket),
        'no bucket takes its access logs',
      ),
  },
  {
    id: 'bucket-no-acl',
    title: 'A bucket knows no ACLs',
    refs: ['S3.12', 'CKV2_AWS_65', 'CKV_AWS_20', 'CKV_AWS_57', 'CKV_AWS_375'],
    types,
    check: (resource, graph) => [
      ...unless(
        at(ofBucket('BucketOwnershipControls', resource, graph)?.inputs, 'rule', 'objectOwnership') ===
          'BucketOwnerEnforced',
        'objectOwnership is not BucketOwnerEnforced',
      ),
      ...unless(resource.inputs.acl === undefined, 'it has an acl'),
    ],
  },
  {
    id: 'bucket-closed',
    title: 'No bucket policy opens a bucket to anybody',
    refs: ['S3.6', 'CKV_AWS_70'],
    types: ['aws:s3/bucketPolicy:BucketPolicy'],
    check: ({ inputs }) =>
      statementsOf(inputs.policy)
        .filter(isOpen)
        .flatMap(({ sid }) =>
          unless(false, `statement ${sid} allows any principal without a narrowing condition`),
        ),
  },
  {
    id: 'audit-bucket-locked',
    title: 'What is written into the audit bucket can be neither changed nor deleted',
    refs: ['S3.15', 'CKV_AWS_143'],
    types,
    check: (resource, graph) => {
      if (!isAuditBucket(resource)) return []
      const lock = ofBucket('BucketObjectLockConfiguration', resource, graph)?.inputs
      const retention = at(lock, 'rule', 'defaultRetention')
      const kept = Number(at(retention, 'days') ?? Number(at(retention, 'years') ?? 0) * 365)
      return [
        ...unless(isTrue(resource.inputs.objectLockEnabled), 'objectLockEnabled is not true'),
        ...unless(
          isText(at(retention, 'mode')) && kept >= 365,
          'no object lock with a default retention of a year or more',
        ),
      ]
    },
  },
  {
    id: 'bucket-kept',
    title: 'A bucket is not destroyed with what is in it',
    refs: ['regimen'],
    types,
    check: ({ inputs }) => unless(!isTrue(inputs.forceDestroy), 'forceDestroy is true'),
  },
  {
    id: 'bucket-replicated',
    title: 'A bucket is copied to another region',
    refs: ['S3.7', 'CKV_AWS_144'],
    types,
    check: (resource, graph) => {
      const rules = list(ofBucket('BucketReplicationConfig', resource, graph)?.inputs.rules)
      return unless(
        rules.some((rule) => at(rule, 'status') === 'Enabled'),
        'no enabled replication rule',
      )
    },
  },
]

/** The bucket's own ARN (no slash) or its objects'. */
function covers(resources: readonly string[], end: string): boolean {
  return resources.some((each) => (end === '' ? !each.includes('/') : each.endsWith(end)))
}
