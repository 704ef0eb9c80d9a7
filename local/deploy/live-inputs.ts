/** How a resource stands in the cloud now: the inputs that its service knows, asked by the service's own actions. */

import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { isObject } from '../gateway/json.ts'
import { FunctionStore } from '../lambda/function-store.ts'
import { storeOf } from '../s3/object-file.ts'
import type { Call, Json } from '../service.ts'

/** @returns inputs whose live value is known; `undefined`, or an error that says so, when the resource is gone */
type Read = (id: string, inputs: Json, call: Call) => Promise<Json | undefined>

const ask = ({ cloud, principal }: Call, service: string, action: string, input: Json) =>
  cloud.call(service, action, input, principal)

/** Those inputs whose API name is theirs with a capital, as far as the program set them. */
function overlay(inputs: Json, answer: Json, names: readonly string[]): Json {
  const set = names.filter((name) => inputs[name] !== undefined)
  return Object.fromEntries(set.map((name) => [name, answer[apiName(name)] ?? null]))
}

const apiName = (name: string) =>
  name === 'okActions' ? 'OKActions' : `${name.charAt(0).toUpperCase()}${name.slice(1)}`

/** The same document is written in many ways. */
function sameDocument(text: unknown, live: unknown): unknown {
  const decoded = typeof live === 'string' ? decodeURIComponent(live) : ''
  try {
    return JSON.stringify(JSON.parse(String(text))) === JSON.stringify(JSON.parse(decoded)) ? text : decoded
  } catch {
    return decoded
  }
}

const object = (value: unknown): Json => (isObject(value) ? value : {})
const first = (value: unknown): Json | undefined =>
  Array.isArray(value) && isObject(value[0]) ? value[0] : undefined

const alarm: Read = async (id, inputs, call) => {
  const { MetricAlarms } = await ask(call, 'monitoring', 'DescribeAlarms', { AlarmNames: [id] })
  const live = first(MetricAlarms)
  const fields = [
    'alarmDescription',
    'actionsEnabled',
    'okActions',
    'alarmActions',
    'insufficientDataActions',
    'threshold',
    'comparisonOperator',
    'evaluationPeriods',
    'datapointsToAlarm',
    'period',
    'statistic',
    'treatMissingData',
  ]
  return live === undefined ? undefined : overlay(inputs, live, fields)
}

const bucket: Read = async (id, _inputs, { cloud }) => (storeOf(cloud).has(id) ? {} : undefined)

const versioning: Read = async (id, inputs, { cloud }) => {
  const store = storeOf(cloud)
  if (!store.has(id)) return undefined
  const wanted = object(inputs.versioningConfiguration)
  return { versioningConfiguration: { ...wanted, status: store.bucket(id).versioning ?? 'Disabled' } }
}

const bucketObject: Read = async (_id, inputs, { cloud }) => {
  const store = storeOf(cloud)
  const [name, key] = [String(inputs.bucket), String(inputs.key)]
  if (!store.has(name)) return undefined
  const file = store.file(name, store.version(name, key))
  if (typeof inputs.content !== 'string') return {}
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  const same = hash.digest('hex') === createHash('sha256').update(inputs.content).digest('hex')
  return same ? {} : { content: 'changed outside the program' }
}

const role: Read = async (id, inputs, call) => {
  const live = object((await ask(call, 'iam', 'GetRole', { RoleName: id })).Role)
  return {
    ...overlay(inputs, live, ['description', 'maxSessionDuration']),
    assumeRolePolicy: sameDocument(inputs.assumeRolePolicy, live.AssumeRolePolicyDocument),
  }
}

const policy: Read = async (id, inputs, call) => {
  await ask(call, 'iam', 'GetPolicy', { PolicyArn: id })
  const answer = await ask(call, 'iam', 'GetPolicyVersion', { PolicyArn: id, VersionId: 'v1' })
  return { policy: sameDocument(inputs.policy, object(answer.PolicyVersion).Document) }
}

const attachment: Read = async (_id, inputs, call) => {
  const { AttachedPolicies: attached } = await ask(call, 'iam', 'ListAttachedRolePolicies', {
    RoleName: inputs.role,
  })
  const found =
    Array.isArray(attached) && attached.some((each) => object(each).PolicyArn === inputs.policyArn)
  return found ? {} : undefined
}

const lambda: Read = async (id, inputs, { cloud }) => {
  const live = FunctionStore.of(cloud).find(id)?.latest
  if (live === undefined) return undefined
  const code = object(inputs.code)
  const known: Json = {
    description: live.description,
    memorySize: live.memoryMegabytes,
    timeout: live.timeoutSeconds,
    role: live.role,
    environment: { variables: live.environment },
    code:
      live.codeDirectory === code.directory ? code : { directory: live.codeDirectory, hash: live.codeSha256 },
  }
  return Object.fromEntries(Object.entries(known).filter(([name]) => inputs[name] !== undefined))
}

const lambdaAlias: Read = async (_id, inputs, { cloud }) => {
  const name = String(inputs.functionName).replace(/^.*:function:/, '')
  const live = FunctionStore.of(cloud).find(name)?.aliases[String(inputs.name)]
  return live === undefined ? undefined : { functionVersion: live.version }
}

const stateMachine: Read = async (id, inputs, call) => {
  const live = await ask(call, 'states', 'DescribeStateMachine', { stateMachineArn: id })
  return { definition: sameText(inputs.definition, live.definition), roleArn: live.roleArn }
}

const sameText = (text: unknown, live: unknown) => (text === live ? text : live)

const rule: Read = async (id, inputs, call) => {
  const live = await ask(call, 'events', 'DescribeRule', {
    Name: id,
    ...(inputs.eventBusName === undefined ? {} : { EventBusName: inputs.eventBusName }),
  })
  return overlay(inputs, live, ['eventPattern', 'scheduleExpression', 'description', 'state'])
}

const target: Read = async (_id, inputs, call) => {
  const { Targets: targets } = await ask(call, 'events', 'ListTargetsByRule', { Rule: inputs.rule })
  const id = inputs.targetId ?? `${String(inputs.rule)}-target`
  const live = Array.isArray(targets) ? targets.map(object).find((each) => each.Id === id) : undefined
  return live === undefined ? undefined : overlay(inputs, live, ['arn', 'roleArn', 'input'])
}

const schedule: Read = async (_id, inputs, call) => {
  const live = await ask(call, 'scheduler', 'GetSchedule', {
    Name: inputs.name,
    GroupName: inputs.groupName ?? 'default',
  })
  return overlay(inputs, live, ['scheduleExpression', 'scheduleExpressionTimezone', 'state', 'description'])
}

const topic: Read = async (id, _inputs, call) => {
  await ask(call, 'sns', 'GetTopicAttributes', { TopicArn: id })
  return {}
}

const table: Read = async (id, _inputs, call) => {
  await ask(call, 'dynamodb', 'DescribeTable', { TableName: id })
  return {}
}

const modelPackageGroup: Read = async (id, inputs, call) => {
  const live = await ask(call, 'sagemaker', 'DescribeModelPackageGroup', { ModelPackageGroupName: id })
  return overlay(inputs, live, ['modelPackageGroupDescription'])
}

/** Pulumi type to how it is read; what is not here is only recorded on the laptop. */
export const liveInputs: Readonly<Record<string, Read>> = {
  'aws:cloudwatch/metricAlarm:MetricAlarm': alarm,
  'aws:s3/bucket:Bucket': bucket,
  'aws:s3/bucketVersioning:BucketVersioning': versioning,
  'aws:s3/bucketObject:BucketObject': bucketObject,
  'aws:s3/bucketObjectv2:BucketObjectv2': bucketObject,
  'aws:iam/role:Role': role,
  'aws:iam/policy:Policy': policy,
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': attachment,
  'aws:lambda/function:Function': lambda,
  'aws:lambda/alias:Alias': lambdaAlias,
  'aws:sfn/stateMachine:StateMachine': stateMachine,
  'aws:cloudwatch/eventRule:EventRule': rule,
  'aws:cloudwatch/eventTarget:EventTarget': target,
  'aws:scheduler/schedule:Schedule': schedule,
  'aws:sns/topic:Topic': topic,
  'aws:dynamodb/table:Table': table,
  'aws:sagemaker/modelPackageGroup:ModelPackageGroup': modelPackageGroup,
}
