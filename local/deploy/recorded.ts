/** Pulumi types that only configure something the laptop does not have: recorded with the ids and ARNs that AWS would give. */
import { createHash } from 'node:crypto'
import type { Cloud, Json, ResourceType } from '../service.ts'

/** Inputs to id and, where other resources read them, further outputs. */
type Outputs = (inputs: Json, cloud: Cloud, name: string) => { id: string; outputs?: Json }

const ofBucket: Outputs = (inputs) => ({ id: String(inputs.bucket) })
const named: Outputs = (inputs, _cloud, name) => ({ id: String(inputs.name ?? name) })

const queue: Outputs = (inputs, cloud, name) => {
  const queueName = String(inputs.name ?? name)
  const url = `${cloud.endpoint}/${cloud.accountId}/${queueName}`
  return { id: url, outputs: { url, arn: cloud.arn('sqs', queueName) } }
}

/** What EC2 names by itself: the id is made of the logical name, so that it stays when the stack is made again. */
const unnamed =
  (prefix: string): Outputs =>
  (_inputs, _cloud, name) => {
    const id = `${prefix}-${createHash('sha256').update(name).digest('hex').slice(0, 17)}`
    return { id, outputs: { prefixListId: id.replace(/^vpce/, 'pl') } }
  }

/** A network is on record: the laptop's functions run beside each other on one machine. */
const networkParts: Readonly<Record<string, string>> = {
  'aws:ec2/vpc:Vpc': 'vpc',
  'aws:ec2/subnet:Subnet': 'subnet',
  'aws:ec2/routeTable:RouteTable': 'rtb',
  'aws:ec2/routeTableAssociation:RouteTableAssociation': 'rtbassoc',
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup': 'sg',
  'aws:ec2/securityGroup:SecurityGroup': 'sg',
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': 'sgr',
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': 'sgr',
  'aws:ec2/vpcEndpoint:VpcEndpoint': 'vpce',
  'aws:ec2/flowLog:FlowLog': 'fl',
}

const serving =
  (kind: string): Outputs =>
  ({ name }, cloud) => ({
    id: String(name),
    outputs: { arn: cloud.arn('sagemaker', `${kind}/${String(name)}`) },
  })

/** An endpoint of a stack is on record: those of the laptop are made by whoever tries one. */
const servingParts: Readonly<Record<string, string>> = {
  'aws:sagemaker/model:Model': 'model',
  'aws:sagemaker/endpointConfiguration:EndpointConfiguration': 'endpoint-config',
  'aws:sagemaker/endpoint:Endpoint': 'endpoint',
}

export const recorded: Readonly<Record<string, Outputs>> = {
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': ofBucket,
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': ofBucket,
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': ofBucket,
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': ofBucket,
  'aws:s3/bucketLogging:BucketLogging': ofBucket,
  'aws:s3/bucketReplicationConfig:BucketReplicationConfig': ofBucket,
  'aws:s3/bucketMetric:BucketMetric': ofBucket,
  'aws:kms/keyPolicy:KeyPolicy': (inputs) => ({ id: String(inputs.keyId) }),
  'aws:sqs/queue:Queue': queue,
  'aws:sqs/queuePolicy:QueuePolicy': (inputs) => ({ id: String(inputs.queueUrl) }),
  'aws:cloudwatch/dashboard:Dashboard': (inputs, cloud) => ({
    id: String(inputs.dashboardName),
    outputs: {
      dashboardArn: `arn:${cloud.partition}:cloudwatch::${cloud.accountId}:dashboard/${String(inputs.dashboardName)}`,
    },
  }),
  'aws:cloudwatch/logResourcePolicy:LogResourcePolicy': (inputs) => ({ id: String(inputs.policyName) }),
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': named,
  'aws:sagemaker/featureGroup:FeatureGroup': (inputs, cloud) => ({
    id: String(inputs.featureGroupName),
    outputs: { arn: cloud.arn('sagemaker', `feature-group/${String(inputs.featureGroupName)}`) },
  }),
  'aws:resourcegroups/group:Group': (inputs, cloud, name) => ({
    id: String(inputs.name ?? name),
    outputs: { arn: cloud.arn('resource-groups', `group/${String(inputs.name ?? name)}`) },
  }),
  'aws:scheduler/scheduleGroup:ScheduleGroup': (inputs, cloud) => ({
    id: String(inputs.name),
    outputs: { arn: cloud.arn('scheduler', `schedule-group/${String(inputs.name)}`) },
  }),
  'aws:cloudtrail/trail:Trail': (inputs, cloud, name) => ({
    id: String(inputs.name ?? name),
    outputs: { arn: cloud.arn('cloudtrail', `trail/${String(inputs.name ?? name)}`) },
  }),
  'aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration': ofBucket,
  'aws:cloudwatch/eventConnection:EventConnection': (inputs, cloud, name) => ({
    id: String(inputs.name ?? name),
    outputs: { arn: cloud.arn('events', `connection/${String(inputs.name ?? name)}`) },
  }),
  'aws:cloudwatch/eventApiDestination:EventApiDestination': (inputs, cloud, name) => ({
    id: String(inputs.name ?? name),
    outputs: { arn: cloud.arn('events', `api-destination/${String(inputs.name ?? name)}`) },
  }),
  'aws:budgets/budget:Budget': named,
  'aws:codepipeline/pipeline:Pipeline': named,
  'aws:codebuild/project:Project': (inputs, cloud, name) => ({
    id: String(inputs.name ?? name),
    outputs: { arn: cloud.arn('codebuild', `project/${String(inputs.name ?? name)}`) },
  }),
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': (inputs, cloud) => ({
    id: String(inputs.url),
    outputs: {
      arn: `arn:${cloud.partition}:iam::${cloud.accountId}:oidc-provider/${String(inputs.url).replace('https://', '')}`,
    },
  }),
  ...Object.fromEntries(Object.entries(networkParts).map(([type, prefix]) => [type, unnamed(prefix)])),
  ...Object.fromEntries(Object.entries(servingParts).map(([type, kind]) => [type, serving(kind)])),
  'aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy': (inputs) => ({
    id: String(inputs.modelPackageGroupName),
  }),
}

/**
 * Of the recorded types, those without which the laptop lacks something that AWS does, and why it may: each is optional
 * in the configuration.
 */
export const withoutLocalMeaning: Readonly<Record<string, string>> = {
  'aws:cloudtrail/trail:Trail': 'a laptop has one user, who owns every file',
  'aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration':
    'whoever owns the disk can delete what is on it',
  'aws:cloudwatch/eventConnection:EventConnection': 'the laptop posts nothing to services on the internet',
  'aws:cloudwatch/eventApiDestination:EventApiDestination':
    'the laptop posts nothing to services on the internet',
  'aws:s3/bucketReplicationConfig:BucketReplicationConfig': 'a laptop is in one place',
  'aws:budgets/budget:Budget': 'the laptop costs nothing',
  'aws:codepipeline/pipeline:Pipeline': 'no pipeline deploys to a laptop',
  'aws:codebuild/project:Project': 'no pipeline deploys to a laptop',
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': 'no workflow deploys to a laptop',
  ...Object.fromEntries(
    Object.keys(servingParts).map((type) => [type, 'the prediction door answers on the laptop']),
  ),
  ...Object.fromEntries(
    Object.keys(networkParts).map((type) => [type, 'the laptop has one network, its own loopback']),
  ),
}

/** A recorded type as a resource type: what it says is kept in the stack's state and nowhere else. */
export function recordedType(outputsOf: Outputs, cloud: Cloud, name: string): ResourceType {
  const apply = (inputs: Json) => {
    const { id, outputs } = outputsOf(inputs, cloud, name)
    return { id, outputs: { ...inputs, ...outputs, id } }
  }
  return {
    create: async (inputs) => apply(inputs),
    update: async (_id, inputs) => ({ outputs: apply(inputs).outputs }),
    async delete() {
      // It was nowhere but in the state.
    },
  }
}
