/** What we do not do, why, and who answers for it: every exception to the security baseline, one line each. */

export interface Waiver {
  /** Id of the rule in `infra/policy`. */
  readonly rule: string
  /** Only resources whose physical name ends so. @default all that the rule judges */
  readonly nameEndsWith?: string
  /** Only the finding of that detail: an action. @default all */
  readonly detail?: string
  /** Only in a stack without a resource of that type. @default in every stack */
  readonly unlessThereIs?: string
  readonly reason: string
  /** Role that decided and answers for it. */
  readonly owner: string
}

const platform = 'platform team'
const dataOwner = 'data owner'

const network = 'aws:ec2/vpc:Vpc'

/** Actions that no resource can restrict: the only ones allowed on `*`. */
const starred = (actions: readonly string[], reason: string): readonly Waiver[] =>
  actions.map((detail) => ({ rule: 'policy-no-star', detail, reason, owner: platform }))

export const waivers: readonly Waiver[] = [
  ...starred(['cloudwatch:PutMetricData'], 'takes no resource; restricted by cloudwatch:namespace'),
  ...starred(['ecr:GetAuthorizationToken'], 'takes no resource; pulling is restricted to one repository'),
  ...starred(
    [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
    "the API of vended-log delivery takes no resource; AWS's own policy for state machines says *",
  ),
  ...starred(
    [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:CreateNetworkInterfacePermission',
      'ec2:DeleteNetworkInterface',
      'ec2:DeleteNetworkInterfacePermission',
      'ec2:DescribeDhcpOptions',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeVpcs',
      'ec2:UnassignPrivateIpAddresses',
    ],
    'Lambda and SageMaker refuse roles that narrow how they attach to a network; the code itself is denied it',
  ),
  ...starred(
    ['xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    'X-Ray takes no resource for what is sent to it and for sampling',
  ),
  {
    rule: 'bucket-replicated',
    nameEndsWith: '-logs',
    reason: 'who read what is said by the audit trail too; a lost access log loses no data',
    owner: platform,
  },
  {
    rule: 'bucket-replicated',
    nameEndsWith: '-audit',
    reason: 'nobody can delete what it holds for six years; every event is in the log group of the trail too',
    owner: dataOwner,
  },
  {
    rule: 'bucket-replicated',
    unlessThereIs: 'aws:s3/bucketReplicationConfig:BucketReplicationConfig',
    reason: 'one region per environment: copies in a second one are a decision of the data owner',
    owner: dataOwner,
  },
  {
    rule: 'bucket-logged',
    nameEndsWith: '-logs',
    reason: 'a log bucket that logs into itself grows without end',
    owner: platform,
  },
  {
    rule: 'bucket-encrypted',
    nameEndsWith: '-logs',
    reason: "S3 delivers access logs only to buckets under S3's own keys",
    owner: platform,
  },
  {
    rule: 'table-in-backup-plan',
    reason:
      'point-in-time recovery covers 35 days; a backup plan is shared by an account, not made by a product',
    owner: dataOwner,
  },
  {
    rule: 'function-concurrency',
    reason:
      'reserved concurrency fails on accounts with the quota of 10; the Distributed Maps bound the work',
    owner: platform,
  },
  {
    rule: 'function-in-network',
    unlessThereIs: network,
    reason:
      'functions call AWS APIs only, over TLS and IAM; a VPC adds endpoints to pay for, and is there by configuration',
    owner: platform,
  },
  {
    rule: 'function-in-network',
    nameEndsWith: '-fetch-dataset',
    reason: 'it downloads from hosts outside AWS, which the network has no way to; it checks each address',
    owner: platform,
  },
  {
    rule: 'training-job-in-network',
    unlessThereIs: network,
    reason: 'jobs are isolated from every network; a VPC for their traffic to S3 is there by configuration',
    owner: platform,
  },
  {
    rule: 'function-code-signed',
    reason: 'bundles are built and uploaded by the same run; the release names their hash',
    owner: platform,
  },
  {
    rule: 'machine-encrypted',
    reason:
      'state holds URIs, ids and counts only, encrypted under the key of AWS; an own key would hide them from events',
    owner: platform,
  },
]
