/** What we do not do, and why: every exception to the security baseline, one line each. */

/** An action that no resource can restrict: the only ones allowed on `*`. */
export interface StarWaiver {
  readonly action: string
  readonly reason: string
}

const delivery =
  "the API of vended-log delivery takes no resource; AWS's own policy for state machines says *"
const tracing = 'X-Ray takes no resource for what is sent to it and for sampling'

export const starWaivers: readonly StarWaiver[] = [
  { action: 'cloudwatch:PutMetricData', reason: 'takes no resource; restricted by cloudwatch:namespace' },
  {
    action: 'ecr:GetAuthorizationToken',
    reason: 'takes no resource; pulling is restricted to one repository',
  },
  { action: 'logs:CreateLogDelivery', reason: delivery },
  { action: 'logs:DeleteLogDelivery', reason: delivery },
  { action: 'logs:DescribeLogGroups', reason: delivery },
  { action: 'logs:DescribeResourcePolicies', reason: delivery },
  { action: 'logs:GetLogDelivery', reason: delivery },
  { action: 'logs:ListLogDeliveries', reason: delivery },
  { action: 'logs:PutResourcePolicy', reason: delivery },
  { action: 'logs:UpdateLogDelivery', reason: delivery },
  { action: 'xray:GetSamplingRules', reason: tracing },
  { action: 'xray:GetSamplingTargets', reason: tracing },
  { action: 'xray:PutTelemetryRecords', reason: tracing },
  { action: 'xray:PutTraceSegments', reason: tracing },
]

/** A control of the baseline that a resource type does not keep. */
export interface ControlWaiver {
  /** Ids of the control in AWS FSBP or checkov. */
  readonly control: string
  /** Pulumi type token. */
  readonly type: string
  /** Only the resources whose physical name matches. @default all of the type */
  readonly nameEndsWith?: string
  readonly reason: string
}

export const controlWaivers: readonly ControlWaiver[] = [
  {
    control: 'S3.7, CKV_AWS_144',
    type: 'aws:s3/bucket:Bucket',
    reason: 'one region per environment: copies in a second one are a decision of the data owner',
  },
  {
    control: 'S3.9, CKV_AWS_18',
    type: 'aws:s3/bucket:Bucket',
    nameEndsWith: '-logs',
    reason: 'a log bucket that logs into itself grows without end',
  },
  {
    control: 'CKV_AWS_145',
    type: 'aws:s3/bucket:Bucket',
    nameEndsWith: '-logs',
    reason: "S3 delivers access logs only to buckets under S3's own keys",
  },
  {
    control: 'DynamoDB.4',
    type: 'aws:dynamodb/table:Table',
    reason:
      'point-in-time recovery covers 35 days; a backup plan is shared by an account, not made by a product',
  },
  {
    control: 'CKV_AWS_115',
    type: 'aws:lambda/function:Function',
    reason:
      'reserved concurrency fails on accounts with the quota of 10; the Distributed Maps bound the work',
  },
  {
    control: 'Lambda.3, CKV_AWS_117',
    type: 'aws:lambda/function:Function',
    reason:
      'functions call AWS APIs only, over TLS and IAM; a VPC adds endpoints to pay for and guards nothing more',
  },
  {
    control: 'CKV_AWS_272',
    type: 'aws:lambda/function:Function',
    reason: 'bundles are built and uploaded by the same run; the release names their hash',
  },
  {
    control: 'CMK for history (AWS feature)',
    type: 'aws:sfn/stateMachine:StateMachine',
    reason:
      'state holds URIs, ids and counts only, encrypted under the key of AWS; an own key would hide them from events',
  },
]
