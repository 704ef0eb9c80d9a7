/** What an environment costs in a month in which nothing runs: every resource type has a price, a reason why none, or is unknown. */
import { endpointInstanceTypes } from '../../infra/endpoint-instance-types.ts'
import { at, type GraphResource, list } from '../../infra/policy/graph.ts'
import { type PriceName, priceOf } from '../prices.ts'

export interface Stored {
  /** In the data bucket. */
  readonly storedGigabytes: number
  /** In every log group together. */
  readonly logGigabytes: number
  /** In the table, and in the online store of features. */
  readonly tableGigabytes: number
}

export interface IdleItem {
  readonly type: string
  readonly price: PriceName
  readonly quantity: number
  readonly dollarsPerMonth: number
}

export interface IdleCost {
  readonly dollarsPerMonth: number
  readonly items: readonly IdleItem[]
  readonly free: readonly { readonly type: string; readonly count: number; readonly because: string }[]
  /** Types whose price is in no table: the sum holds nothing for them. */
  readonly unknown: readonly { readonly type: string; readonly count: number }[]
}

/** Hours of a month as AWS counts them. */
const monthHours = 730

type Inputs = GraphResource['inputs']
type Quantity = (all: readonly Inputs[], stored: Stored) => number
type Priced = readonly (readonly [price: PriceName, quantity: Quantity])[]

const each: Quantity = (all) => all.length
const lengthOf = (value: unknown, otherwise: number) =>
  Array.isArray(value) && value.length > 0 ? value.length : otherwise
const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)

/** Instances of a type that wait for questions. */
const instances = (all: readonly Inputs[], instanceType: string) =>
  sum(
    all
      .flatMap(({ productionVariants }) => list(productionVariants))
      .filter((variant) => at(variant, 'instanceType') === instanceType)
      .map((variant) => Number(at(variant, 'initialInstanceCount') ?? 1)),
  )

const priced: Readonly<Record<string, Priced>> = {
  'aws:kms/key:Key': [['key', each]],
  'aws:cloudwatch/metricAlarm:MetricAlarm': [
    ['alarm', (all) => sum(all.map(({ metricQueries }) => lengthOf(metricQueries, 1)))],
  ],
  'aws:cloudwatch/dashboard:Dashboard': [['dashboard', each]],
  'aws:cloudwatch/logGroup:LogGroup': [['logGigabyteMonth', (_all, { logGigabytes }) => logGigabytes]],
  'aws:s3/bucket:Bucket': [['storageGigabyteMonth', (_all, { storedGigabytes }) => storedGigabytes]],
  'aws:dynamodb/table:Table': [
    ['tableGigabyteMonth', (_all, { tableGigabytes }) => tableGigabytes],
    ['tableBackupGigabyteMonth', (_all, { tableGigabytes }) => tableGigabytes],
  ],
  'aws:sagemaker/featureGroup:FeatureGroup': [
    ['onlineFeatureGigabyteMonth', (_all, { tableGigabytes }) => tableGigabytes],
  ],
  'aws:sagemaker/endpointConfiguration:EndpointConfiguration': endpointInstanceTypes.map(
    (instanceType) => [instanceType, (all) => monthHours * instances(all, instanceType)] as const,
  ),
  'aws:ec2/vpcEndpoint:VpcEndpoint': [
    [
      'interfaceEndpointHour',
      (all) =>
        sum(
          all.map(({ vpcEndpointType, subnetIds }) =>
            vpcEndpointType === 'Interface' ? lengthOf(subnetIds, 1) * monthHours : 0,
          ),
        ),
    ],
  ],
}

const byCall = 'costs by the call'
const partOf = (what: string) => `a setting of ${what}`

/** Why nothing is paid while nothing runs. */
const free: Readonly<Record<string, string>> = {
  'aws:lambda/function:Function': byCall,
  'aws:lambda/alias:Alias': partOf('a function'),
  'aws:lambda/permission:Permission': partOf('a function'),
  'aws:lambda/layerVersion:LayerVersion': 'code is stored without a price up to the 75 GB of an account',
  'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig': partOf('a function'),
  'aws:sfn/stateMachine:StateMachine': 'costs by the transition',
  'aws:sns/topic:Topic': byCall,
  'aws:sns/topicPolicy:TopicPolicy': partOf('a topic'),
  'aws:sns/topicSubscription:TopicSubscription': byCall,
  'aws:sqs/queue:Queue': byCall,
  'aws:sqs/queuePolicy:QueuePolicy': partOf('a queue'),
  'aws:iam/role:Role': 'IAM has no price',
  'aws:iam/policy:Policy': 'IAM has no price',
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': 'IAM has no price',
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': 'IAM has no price',
  'aws:cloudwatch/eventRule:EventRule': 'events of AWS services have no price',
  'aws:cloudwatch/eventTarget:EventTarget': 'events of AWS services have no price',
  'aws:cloudwatch/eventConnection:EventConnection': 'its secret is part of EventBridge',
  'aws:cloudwatch/eventApiDestination:EventApiDestination': byCall,
  'aws:scheduler/schedule:Schedule': byCall,
  'aws:kms/alias:Alias': partOf('a key'),
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': partOf('a bucket'),
  'aws:s3/bucketNotification:BucketNotification': partOf('a bucket'),
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': partOf('a bucket'),
  'aws:s3/bucketVersioning:BucketVersioning': partOf('a bucket'),
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration':
    partOf('a bucket'),
  'aws:s3/bucketPolicy:BucketPolicy': partOf('a bucket'),
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': partOf('a bucket'),
  'aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration': partOf('a bucket'),
  'aws:s3/bucketReplicationConfig:BucketReplicationConfig':
    'copies are stored where they go, and counted there',
  'aws:s3/bucketLogging:BucketLogging': partOf('a bucket'),
  'aws:s3/bucketObjectv2:BucketObjectv2': 'counted as stored in its bucket',
  'aws:sagemaker/modelPackageGroup:ModelPackageGroup':
    'the registry has no price; models are stored in the bucket',
  'aws:cloudtrail/trail:Trail': 'costs by the data event; the first copy of management events has no price',
  'aws:sagemaker/model:Model': 'costs by the instances of its endpoint',
  'aws:sagemaker/endpoint:Endpoint': 'costs by the instances of its configuration',
  'aws:ec2/vpc:Vpc': 'a network has no price',
  'aws:ec2/subnet:Subnet': partOf('a network'),
  'aws:ec2/routeTable:RouteTable': partOf('a network'),
  'aws:ec2/routeTableAssociation:RouteTableAssociation': partOf('a network'),
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup': partOf('a network'),
  'aws:ec2/securityGroup:SecurityGroup': partOf('a network'),
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': partOf('a network'),
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': partOf('a network'),
  'aws:ec2/flowLog:FlowLog': 'costs by what is logged',
  'aws:codebuild/project:Project': 'costs by the minute of a build',
  'aws:codepipeline/pipeline:Pipeline': 'a pipeline of type V2 costs by the minute of an action',
  'aws:budgets/budget:Budget': 'budgets without actions have no price',
}

/** @param resources components (`regimen:…`) only group the others */
export function idleCost(
  resources: readonly Pick<GraphResource, 'type' | 'inputs'>[],
  stored: Stored,
): IdleCost {
  const types = Map.groupBy(
    resources.filter(({ type }) => !type.startsWith('regimen:')),
    ({ type }) => type,
  )
  const items = [...types].flatMap(([type, all]) =>
    (priced[type] ?? []).map(([price, quantity]): IdleItem => {
      const found = quantity(
        all.map(({ inputs }) => inputs),
        stored,
      )
      return { type, price, quantity: found, dollarsPerMonth: found * priceOf(price) }
    }),
  )
  const counted = [...types].map(([type, all]) => ({ type, count: all.length }))
  return {
    dollarsPerMonth: sum(items.map(({ dollarsPerMonth }) => dollarsPerMonth)),
    items: items.toSorted((a, b) => b.dollarsPerMonth - a.dollarsPerMonth),
    free: counted.flatMap(({ type, count }) => {
      const because = free[type]
      return because === undefined ? [] : [{ type, count, because }]
    }),
    unknown: counted.filter(({ type }) => priced[type] === undefined && free[type] === undefined),
  }
}
