/** What each API action asks of IAM: the action's name, the resources it touches, and the condition keys it carries. */
import type { Call, Json } from '../service.ts'
import { leadingKey } from './leading-key.ts'

export interface Permission {
  readonly action: string
  readonly resources: readonly string[]
  readonly context: Readonly<Record<string, string | readonly string[]>>
}

/** Prefix of actions where it differs from the signing name. */
const prefixes: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' }

/** Actions whose IAM name differs from the API's. */
const renamed: Readonly<Record<string, string>> = {
  'lambda:Invoke': 'lambda:InvokeFunction',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
}

type Resources = (input: Json, call: Call, action: string) => readonly string[] | undefined

const text = (input: Json, ...names: readonly string[]): string | undefined =>
  names.map((name) => input[name]).find((value): value is string => typeof value === 'string' && value !== '')

/** ARN of a resource that the input names either by name or by ARN. */
const named =
  (service: string, kind: string, ...fields: readonly string[]): Resources =>
  (input, { cloud }) => {
    const name = text(input, ...fields)
    if (name === undefined) return undefined
    return [name.startsWith('arn:') ? name : cloud.arn(service, `${kind}${name}`)]
  }

const firstOf =
  (...candidates: readonly Resources[]): Resources =>
  (input, call, action) => {
    for (const candidate of candidates) {
      const found = candidate(input, call, action)
      if (found !== undefined) return found
    }
    return undefined
  }

const stateMachines = firstOf(
  named('states', 'execution:', 'executionArn'),
  named('states', 'mapRun:', 'mapRunArn'),
  named('states', 'stateMachine:', 'stateMachineArn', 'name'),
)

const sageMaker = firstOf(
  endpoints,
  named('sagemaker', 'training-job/', 'TrainingJobName'),
  named('sagemaker', 'transform-job/', 'TransformJobName'),
  named('sagemaker', 'processing-job/', 'ProcessingJobName'),
  named('sagemaker', 'hyper-parameter-tuning-job/', 'HyperParameterTuningJobName'),
  named('sagemaker', 'model-package/', 'ModelPackageArn', 'ModelPackageName'),
  modelPackages,
  named('sagemaker', 'endpoint/', 'EndpointName'),
  named('sagemaker', 'endpoint-config/', 'EndpointConfigName'),
  named('sagemaker', 'model/', 'ModelName'),
  named('sagemaker', 'feature-group/', 'FeatureGroupName'),
  named('sagemaker', '', 'ResourceArn'),
)

/** An endpoint is made of a configuration, which the caller needs to be allowed too. */
function endpoints(input: Json, { cloud }: Call): readonly string[] | undefined {
  const [name, config] = [text(input, 'EndpointName'), text(input, 'EndpointConfigName')]
  if (name === undefined || config === undefined) return undefined
  return [cloud.arn('sagemaker', `endpoint/${name}`), cloud.arn('sagemaker', `endpoint-config/${config}`)]
}

/** A package of a group is `model-package/<group>/<version>`; the version does not exist yet when it is created. */
function modelPackages(input: Json, { cloud }: Call, action: string): readonly string[] | undefined {
  const group = text(input, 'ModelPackageGroupName')
  if (group === undefined) return undefined
  const name = group.slice(group.lastIndexOf('/') + 1)
  return action === 'CreateModelPackage'
    ? [cloud.arn('sagemaker', `model-package/${name}/*`)]
    : [cloud.arn('sagemaker', `model-package-group/${name}`)]
}

const byService: Readonly<Record<string, Resources>> = {
  states: stateMachines,
  sagemaker: sageMaker,
  lambda: (input, { cloud }) => {
    const name = text(input, 'FunctionName')
    if (name === undefined) return undefined
    const arn = name.startsWith('arn:')
      ? name
      : cloud.arn('lambda', `function:${name.replace(/^.*function:/, '')}`)
    const qualifier = text(input, 'Qualifier')
    return [qualifier === undefined || arn.split(':').length > 7 ? arn : `${arn}:${qualifier}`]
  },
  dynamodb: (input, { cloud }) => {
    const table = text(input, 'TableName')
    const several =
      typeof input.RequestItems === 'object' && input.RequestItems !== null
        ? Object.keys(input.RequestItems)
        : []
    const index = text(input, 'IndexName')
    const names = table === undefined ? several : [table]
    return names.map((name) => {
      const arn = name.startsWith('arn:') ? name : cloud.arn('dynamodb', `table/${name}`)
      return index === undefined ? arn : `${arn}/index/${index}`
    })
  },
  sns: (input) => {
    const topic = text(input, 'TopicArn', 'TargetArn', 'SubscriptionArn')
    return topic === undefined ? undefined : [topic]
  },
  events: firstOf(named('events', 'rule/', 'Rule', 'Name'), (input, { cloud }) => {
    const entries = Array.isArray(input.Entries) ? input.Entries : []
    return entries.length === 0 ? undefined : [cloud.arn('events', 'event-bus/default')]
  }),
  kms: named('kms', 'key/', 'KeyId'),
  logs: named('logs', 'log-group:', 'logGroupName'),
  s3: (input, { cloud }) => {
    const bucket = text(input, 'Bucket')
    if (bucket === undefined) return undefined
    const key = text(input, 'Key')
    return [cloud.arn('s3', key === undefined ? bucket : `${bucket}/${key}`)]
  },
  iam: named('iam', 'role/', 'RoleName', 'PolicyArn'),
}

/** Condition keys by `service:Action`, or by service for all its actions. */
const contexts: Readonly<Record<string, (input: Json) => Record<string, string | undefined>>> = {
  dynamodb: leadingKey,
  'monitoring:PutMetricData': (input) => ({ 'cloudwatch:namespace': text(input, 'Namespace') }),
  'sagemaker:UpdateModelPackage': (input) => ({
    'sagemaker:ModelApprovalStatus': text(input, 'ModelApprovalStatus'),
  }),
  'sagemaker:CreateModelPackage': (input) => ({
    'sagemaker:ModelApprovalStatus': text(input, 'ModelApprovalStatus'),
  }),
  'sagemaker:CreateTrainingJob': (input) => ({
    'sagemaker:VolumeKmsKey': nested(input, 'ResourceConfig', 'VolumeKmsKeyId'),
    'sagemaker:OutputKmsKey': nested(input, 'OutputDataConfig', 'KmsKeyId'),
    'sagemaker:NetworkIsolation': flag(input.EnableNetworkIsolation),
    'sagemaker:InterContainerTrafficEncryption': flag(input.EnableInterContainerTrafficEncryption),
  }),
  's3:ListObjectsV2': (input) => ({ 's3:prefix': text(input, 'Prefix') ?? '' }),
}

const flag = (value: unknown) => String(value === true)

function nested(input: Json, outer: string, inner: string): string | undefined {
  const value = input[outer]
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, inner) : undefined
  return typeof found === 'string' ? found : undefined
}

/** Who may be handed a role: `iam:PassedToService` of the actions that take one. */
const roleReceivers: Readonly<Record<string, string>> = {
  sagemaker: 'sagemaker.amazonaws.com',
  states: 'states.amazonaws.com',
  lambda: 'lambda.amazonaws.com',
}

/** Actions that ask for nothing: everybody may know who they are; who may assume a role, STS decides by its trust. */
const free = new Set(['sts:GetCallerIdentity', 'sts:AssumeRole'])

export function permissionsOf(service: string, action: string, input: Json, call: Call): Permission[] {
  const prefix = prefixes[service] ?? service
  const name = renamed[`${prefix}:${action}`] ?? `${prefix}:${action}`
  if (free.has(name)) return []
  const given = (contexts[`${service}:${action}`] ?? contexts[service])?.(input) ?? {}
  const context = Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
  const found = byService[service]?.(input, call, action)
  const main = { action: name, resources: found === undefined || found.length === 0 ? ['*'] : found, context }
  const asked = [main]
  // To create a SageMaker resource with tags is to tag it.
  if (
    service === 'sagemaker' &&
    action.startsWith('Create') &&
    Array.isArray(input.Tags) &&
    input.Tags.length > 0
  ) {
    asked.push({ ...main, action: 'sagemaker:AddTags', resources: main.resources.slice(0, 1) })
  }
  const role = text(input, 'RoleArn', 'roleArn', 'Role', 'ExecutionRoleArn')
  const receiver = roleReceivers[service]
  if (role === undefined || receiver === undefined || !/^(Create|Update)/.test(action)) return asked
  return [
    ...asked,
    { action: 'iam:PassRole', resources: [role], context: { 'iam:PassedToService': receiver } },
  ]
}
