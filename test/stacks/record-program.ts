/** Evaluates the real program with Pulumi's mocks and answers with what it registered. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { vi } from 'vitest'
import { bundleFunctions } from '../../infra/bundle.ts'

export interface Recorded {
  readonly type: string
  readonly name: string
  readonly inputs: Readonly<Record<string, unknown>>
}

export interface Statement {
  readonly Sid?: string
  readonly Effect: string
  readonly Principal?: unknown
  readonly Action: string[]
  readonly Resource: string[]
  readonly Condition?: unknown
}

export interface Program {
  readonly resources: readonly Recorded[]
  readonly outputs: Readonly<Record<string, unknown>>
  of(type: string): readonly Recorded[]
  one(type: string, name: string): Recorded
  /** What the role of that logical name may do. */
  policyOf(role: string): Statement[]
}

export const repository = resolve(import.meta.dirname, '../..')
const account = '123456789012'
const region = 'eu-central-1'

/** The configuration of an environment as its file gives it, and what a test puts on top. */
export function configurationOf(environment: string): Record<string, string> {
  const text = readFileSync(join(repository, `Pulumi.${environment}.yaml`), 'utf8')
  return Object.fromEntries(
    [...text.matchAll(/^ {2}(\w+:\w+): (.+)$/gm)].map(([, key, value]) => [key!, value!]),
  )
}

const bundled = new Map<string, ReturnType<typeof bundleFunctions>>()

/** Bundling is most of an evaluation's time, and the sources do not change while a test file runs. */
export const bundleOnce: typeof bundleFunctions = (root, entries) => {
  const key = JSON.stringify([root, entries])
  const known = bundled.get(key) ?? bundleFunctions(root, entries)
  bundled.set(key, known)
  return known
}

export async function evaluate(
  environment: string,
  overrides: Record<string, string> = {},
): Promise<Program> {
  vi.resetModules()
  vi.doMock('../../infra/bundle.ts', () => ({ bundleFunctions: bundleOnce }))
  const configuration = {
    ...configurationOf(environment),
    // What these tests are about does not need the other architecture's native binding.
    'regimen:duckdbPlatform': 'host',
    ...overrides,
  }
  return await record(environment, configuration, () => import('../../stacks/index.ts'))
}

/** Runs a program, or a piece of one, and answers once everything that it started has been registered. */
export async function record(
  environment: string,
  configuration: Record<string, string>,
  program: () => Promise<object>,
): Promise<Program> {
  const resources: Recorded[] = []
  pulumi.runtime.setAllConfig(configuration)
  await pulumi.runtime.setMocks(
    { newResource: (args) => created(args, resources), call },
    'regimen',
    environment,
    false,
  )
  // What depends on a resource that failed is never settled: the failure has to end the wait.
  const { promise: failed, reject: refuse } = Promise.withResolvers<never>()
  process.on('unhandledRejection', refuse)
  const module = await program()
  await Promise.race([pulumi.runtime.disconnect(), failed])
  process.off('unhandledRejection', refuse)
  const outputs: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(module)) outputs[name] = await plain(value)
  const one = (type: string, name: string) => {
    const found = resources.filter((resource) => resource.type === type && resource.name === name)
    if (found.length !== 1) throw new Error(`${found.length} resources ${type} ${name}`)
    return found[0]!
  }
  return {
    resources,
    outputs,
    of: (type) => resources.filter((resource) => resource.type === type),
    one,
    policyOf: (role) => statements(one('aws:iam/policy:Policy', `${role}-policy`).inputs.policy),
  }
}

export function statements(document: unknown): Statement[] {
  return (JSON.parse(String(document)) as { Statement: Statement[] }).Statement
}

function created(args: pulumi.runtime.MockResourceArgs, resources: Recorded[]) {
  resources.push({ type: args.type, name: args.name, inputs: args.inputs })
  const id = args.type === 'aws:s3/bucket:Bucket' ? String(args.inputs.bucket) : `${args.name}-id`
  return { id, state: { ...args.inputs, ...outputsOf(args) } }
}

/** What AWS adds to the inputs, as far as the program reads it. */
function outputsOf({ type, inputs, name }: pulumi.runtime.MockResourceArgs): Record<string, unknown> {
  const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`
  switch (type) {
    case 'aws:s3/bucket:Bucket':
      return { arn: `arn:aws:s3:::${inputs.bucket}` }
    case 'aws:kms/key:Key':
      return { keyId: 'key-id', arn: arn('kms', 'key/key-id') }
    case 'aws:dynamodb/table:Table':
      return { arn: arn('dynamodb', `table/${inputs.name}`) }
    case 'aws:sns/topic:Topic':
      return { arn: arn('sns', inputs.name) }
    case 'aws:sqs/queue:Queue':
      return { arn: arn('sqs', inputs.name), url: `https://sqs/${inputs.name}` }
    case 'aws:iam/role:Role':
      return { arn: `arn:aws:iam::${account}:role/${inputs.name}` }
    case 'aws:iam/policy:Policy':
      return { arn: `arn:aws:iam::${account}:policy/${inputs.name}` }
    case 'aws:cloudwatch/logGroup:LogGroup':
      return { arn: arn('logs', `log-group:${inputs.name}`) }
    case 'aws:lambda/function:Function':
      return {
        arn: arn('lambda', `function:${inputs.name}`),
        qualifiedArn: arn('lambda', `function:${inputs.name}:1`),
        version: '1',
      }
    case 'aws:lambda/alias:Alias':
      return { arn: arn('lambda', `function:${inputs.functionName}:${inputs.name}`) }
    case 'aws:lambda/layerVersion:LayerVersion':
      return { arn: arn('lambda', `layer:${inputs.layerName}:1`) }
    case 'aws:sfn/stateMachine:StateMachine':
      return { arn: arn('states', `stateMachine:${inputs.name}`) }
    case 'aws:cloudwatch/eventRule:EventRule':
      return { arn: arn('events', `rule/${inputs.name}`) }
    default:
      return { arn: arn('test', name) }
  }
}

function call({ token }: pulumi.runtime.MockCallArgs): Record<string, unknown> {
  switch (token) {
    case 'aws:index/getPartition:getPartition':
      return { partition: 'aws', dnsSuffix: 'amazonaws.com' }
    case 'aws:index/getRegion:getRegion':
      return { region, name: region }
    case 'aws:index/getCallerIdentity:getCallerIdentity':
      return { accountId: account, arn: `arn:aws:iam::${account}:root` }
    case 'aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage':
      return {
        registryId: '492215442770',
        registryPath: `492215442770.dkr.ecr.${region}.amazonaws.com/sagemaker-xgboost:3.0-5`,
      }
    default:
      throw new Error(`no answer to ${token}`)
  }
}

async function plain(value: unknown): Promise<unknown> {
  if (pulumi.Output.isInstance(value)) return plain(await new Promise((done) => value.apply(done)))
  if (typeof value !== 'object' || value === null) return value
  const entries = await Promise.all(
    Object.entries(value).map(async ([key, each]) => [key, await plain(each)]),
  )
  return Object.fromEntries(entries)
}
