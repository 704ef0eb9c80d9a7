/**
 * Evaluates a Pulumi program with Pulumi's own runtime mocks, each registered resource being applied to the local
 * cloud. A process of its own: the program and Pulumi's runtime keep state in their modules.
 */
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import * as pulumi from '@pulumi/pulumi'
import { isObject } from '../gateway/json.ts'
import type { Json } from '../service.ts'
import { answerInvoke } from './invokes.ts'
import { readConfig } from './program-config.ts'
import { toPlain } from './to-plain.ts'

const { values: options } = parseArgs({
  options: {
    stack: { type: 'string' },
    endpoint: { type: 'string' },
    program: { type: 'string' },
    account: { type: 'string', default: '000000000000' },
    region: { type: 'string', default: 'us-east-1' },
    /** `up`, `preview` or `destroy`. */
    mode: { type: 'string', default: 'up' },
    /** Look first how the resources stand in the cloud. */
    refresh: { type: 'boolean', default: false },
    /** Let go of what is protected. */
    'ignore-protect': { type: 'boolean', default: false },
  },
})
const stack = options.stack ?? 'dev'
const directory = resolve(options.program ?? '.')
const place = { accountId: options.account, region: options.region, partition: 'aws' }

const preview = options.mode === 'preview'

/** What a registration says beside what the mocks hand on. */
interface Registration {
  getType(): string
  getName(): string
  getProtect(): boolean
  getRetainondelete(): boolean
  getImportid(): string
}
const registrations = new Map<string, Registration>()

/** Stands for a value that is known after the update only: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts */
const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

/** Outputs that the program reads of a resource which is not made yet. */
const unknownOutputs: Json = Object.fromEntries(
  ['arn', 'keyId', 'version', 'qualifiedArn', 'url', 'versionId', 'etag', 'prefixListId'].map((name) => [
    name,
    unknown,
  ]),
)

/** The first is the cause; Pulumi reports everything that depended on it as a failure too. */
const failures: unknown[] = []

const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`)

try {
  await deploy()
  process.exit(0)
} catch (thrown) {
  const error = failures[0] ?? thrown
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ''
  say({ error: error instanceof Error ? `${error.message}${cause}` : String(error) })
  process.exit(1)
}

/** As the shell names it for MLflow's own clients. */
function mlflowOf(project: string): Record<string, string> {
  const { MLFLOW_TRACKING_URI: uri = '' } = process.env
  return uri === '' ? {} : { [`${project}:mlflowTrackingUri`]: uri }
}

async function deploy(): Promise<void> {
  const config = readConfig(directory, stack)
  for (const key of config.placeholders)
    say({ note: `${key} is encrypted: a placeholder stands for it locally` })
  pulumi.runtime.setAllConfig({
    'aws:region': place.region,
    ...mlflowOf(config.project),
    ...config.values,
    // The functions run on this computer, whatever the stack says of Lambda's.
    [`${config.project}:duckdbPlatform`]: 'host',
  })
  const { drift } = await control('begin', {
    preview,
    destroy: options.mode === 'destroy',
    refresh: options.refresh,
    ignoreProtect: options['ignore-protect'],
  })
  say({ drift })
  if (options.mode === 'destroy') {
    say({ outputs: {}, ...(await control('finish', { outputs: {} })) })
    return
  }
  process.on('unhandledRejection', (reason) => failures.push(reason))
  await pulumi.runtime.setMocks(
    {
      newResource: (args) =>
        register(args).catch((error: unknown) => {
          failures.push(error)
          throw error
        }),
      call: ({ token, inputs }) => answerInvoke(token, inputs, place),
    },
    config.project,
    stack,
    preview,
  )
  listen()
  const main = join(directory, config.main)
  const module: unknown = await import(pathToFileURL(main).href)
  const exported = typeof module === 'object' && module !== null ? { ...module } : {}
  const outputs = preview ? known(exported) : await resolved(exported)
  await pulumi.runtime.disconnect()
  if (failures.length > 0) throw failures[0]
  const plainOutputs = await toPlain(outputs)
  say({ outputs: plainOutputs, ...(await control('finish', { outputs: plainOutputs })) })
}

/** Pulumi's mocks keep a resource's options to themselves: its monitor is asked before they hear of it. */
function listen(): void {
  const monitor: unknown = pulumi.runtime.getMonitor()
  if (typeof monitor !== 'object' || monitor === null || !('registerResource' in monitor))
    throw new Error('the Pulumi runtime gave no monitor')
  const { registerResource } = monitor
  if (typeof registerResource !== 'function') throw new Error('the Pulumi monitor registers nothing')
  Object.assign(monitor, {
    registerResource: (request: Registration, ...rest: unknown[]) => {
      registrations.set(`${request.getType()}::${request.getName()}`, request)
      return registerResource.call(monitor, request, ...rest)
    },
  })
}

/** Exports that are no outputs: in a preview the others may never be known. */
function known(exported: Record<string, unknown>): unknown {
  return Object.fromEntries(Object.entries(exported).filter(([, value]) => typeof value === 'string'))
}

/** Exports of the program with every output awaited; a default export that is a function is called. */
async function resolved(exported: Record<string, unknown>): Promise<unknown> {
  const { default: main, ...named } = exported
  const given: unknown = typeof main === 'function' ? await main() : main
  const all = { ...named, ...(isObject(given) ? given : {}) }
  return await new Promise((accept, refuse) => {
    // An output whose resource failed never resolves, so that the failure has to end the wait.
    process.on('unhandledRejection', refuse)
    pulumi.output(all).apply((value) => accept(value))
  })
}

async function register(args: pulumi.runtime.MockResourceArgs): Promise<pulumi.runtime.MockResourceResult> {
  if (args.custom !== true) return { id: undefined, state: args.inputs }
  if (args.type.startsWith('pulumi:')) return { id: `${args.name}-id`, state: args.inputs }
  const urn = `urn:pulumi:${stack}::${pulumi.getProject()}::${args.type}::${args.name}`
  const inputs = await toPlain(args.inputs)
  const given = registrations.get(`${args.type}::${args.name}`)
  const answer = await control('resources', {
    type: args.type,
    name: args.name,
    urn,
    inputs,
    protect: given?.getProtect() ?? false,
    retainOnDelete: given?.getRetainondelete() ?? false,
    importId: given?.getImportid() ?? '',
  })
  say({ change: answer.change, type: args.type, name: args.name, urn, id: answer.id })
  const known = isObject(answer.outputs) ? answer.outputs : unknownOutputs
  const state = { ...args.inputs, ...withoutInputs(known, args.inputs) }
  return { id: typeof answer.id === 'string' ? answer.id : preview ? undefined : String(answer.id), state }
}

/** Inputs keep their own values: the program's assets are not directories. */
function withoutInputs(outputs: Json, inputs: Json): Json {
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !(name in inputs)))
}

async function control(step: string, body: object): Promise<Json> {
  const response = await fetch(`${options.endpoint}/_regimen/stacks/${stack}/${step}`, {
    method: 'POST',
    // A connection that was kept while the program was bundled may have been closed meanwhile.
    headers: { connection: 'close' },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  if (!isObject(answer)) throw new Error(`the local cloud answered ${response.status} to ${step}`)
  if (!response.ok) throw new Error(String(answer.error))
  return answer
}
