/** What AWS would add to a resource's inputs, as far as the program reads it: lets it be evaluated without AWS. */

export interface Place {
  readonly accountId: string
  readonly region: string
  readonly partition: string
}

type Inputs = Readonly<Record<string, unknown>>

/** Partition of a region, by the beginning of its name. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
}

const domain = ({ partition }: Place) => (partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com')

type Arn = (inputs: Inputs, place: Place) => string

const regional =
  (service: string, path: (inputs: Inputs) => string): Arn =>
  (inputs, { partition, region, accountId }) =>
    `arn:${partition}:${service}:${region}:${accountId}:${path(inputs)}`
const global =
  (service: string, path: (inputs: Inputs) => string): Arn =>
  (inputs, { partition, accountId }) =>
    `arn:${partition}:${service}::${accountId}:${path(inputs)}`

const arns: Readonly<Record<string, Arn>> = {
  'aws:s3/bucket:Bucket': ({ bucket }, { partition }) => `arn:${partition}:s3:::${bucket}`,
  'aws:kms/key:Key': regional('kms', () => 'key/key-id'),
  'aws:dynamodb/table:Table': regional('dynamodb', ({ name }) => `table/${name}`),
  'aws:sns/topic:Topic': regional('sns', ({ name }) => `${name}`),
  'aws:sqs/queue:Queue': regional('sqs', ({ name }) => `${name}`),
  'aws:iam/role:Role': global('iam', ({ name }) => `role/${name}`),
  'aws:iam/policy:Policy': global('iam', ({ name }) => `policy/${name}`),
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': global(
    'iam',
    ({ url }) => `oidc-provider/${String(url).replace('https://', '')}`,
  ),
  'aws:cloudwatch/logGroup:LogGroup': regional('logs', ({ name }) => `log-group:${name}`),
  'aws:cloudwatch/metricAlarm:MetricAlarm': regional('cloudwatch', ({ name }) => `alarm:${name}`),
  'aws:cloudwatch/eventRule:EventRule': regional('events', ({ name }) => `rule/${name}`),
  'aws:cloudwatch/eventConnection:EventConnection': regional('events', ({ name }) => `connection/${name}/id`),
  'aws:cloudwatch/eventApiDestination:EventApiDestination': regional(
    'events',
    ({ name }) => `api-destination/${name}/id`,
  ),
  'aws:lambda/function:Function': regional('lambda', ({ name }) => `function:${name}`),
  'aws:lambda/alias:Alias': regional(
    'lambda',
    ({ functionName, name }) => `function:${functionName}:${name}`,
  ),
  'aws:lambda/layerVersion:LayerVersion': regional('lambda', ({ layerName }) => `layer:${layerName}:1`),
  'aws:sfn/stateMachine:StateMachine': regional('states', ({ name }) => `stateMachine:${name}`),
  'aws:sagemaker/modelPackageGroup:ModelPackageGroup': regional(
    'sagemaker',
    ({ modelPackageGroupName }) => `model-package-group/${modelPackageGroupName}`,
  ),
  'aws:sagemaker/featureGroup:FeatureGroup': regional(
    'sagemaker',
    ({ featureGroupName }) => `feature-group/${featureGroupName}`,
  ),
  'aws:sagemaker/model:Model': regional('sagemaker', ({ name }) => `model/${name}`),
  'aws:sagemaker/endpoint:Endpoint': regional('sagemaker', ({ name }) => `endpoint/${name}`),
  'aws:cloudtrail/trail:Trail': regional('cloudtrail', ({ name }) => `trail/${name}`),
  'aws:codebuild/project:Project': regional('codebuild', ({ name }) => `project/${name}`),
}

/** Id and outputs of a resource as it would be created. */
export function createdBy(
  { type, name, inputs }: { readonly type: string; readonly name: string; readonly inputs: Inputs },
  place: Place,
): { readonly id: string; readonly state: Record<string, unknown> } {
  const service = /^aws:(\w+)\//.exec(type)?.[1] ?? 'test'
  const arn = (arns[type] ?? regional(service, () => name))(inputs, place)
  // A function's code is megabytes, and nothing reads it back.
  const { code: _, ...kept } = inputs
  return { id: idOf(type, name, inputs), state: { ...kept, arn, ...furtherOutputs(type, inputs, arn) } }
}

function idOf(type: string, name: string, inputs: Inputs): string {
  return type === 'aws:s3/bucket:Bucket' ? String(inputs.bucket) : `${name}-id`
}

function furtherOutputs(type: string, inputs: Inputs, arn: string): Record<string, unknown> {
  switch (type) {
    case 'aws:kms/key:Key':
      return { keyId: 'key-id' }
    case 'aws:sqs/queue:Queue':
      return { url: `https://sqs/${String(inputs.name)}` }
    case 'aws:lambda/function:Function':
      return { qualifiedArn: `${arn}:1`, version: '1' }
    default:
      return {}
  }
}

/** What the provider's functions answer. @throws Error for one that is not known. */
export function answerTo(token: string, inputs: Inputs, place: Place): Record<string, unknown> {
  const { accountId, partition, region } = place
  switch (token) {
    case 'aws:index/getPartition:getPartition':
      return { partition, dnsSuffix: domain(place) }
    case 'aws:index/getRegion:getRegion':
      return { region, name: region }
    case 'aws:index/getCallerIdentity:getCallerIdentity':
      return { accountId, arn: `arn:${partition}:iam::${accountId}:root` }
    case 'aws:index/getAvailabilityZones:getAvailabilityZones':
      return { names: ['a', 'b', 'c'].map((zone) => `${region}${zone}`) }
    case 'aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage':
      return {
        registryId: '492215442770',
        registryPath: `492215442770.dkr.ecr.${region}.${domain(place)}/${String(inputs.repositoryName)}:${String(inputs.imageTag)}`,
      }
    default:
      throw new Error(`no answer to ${token}`)
  }
}
