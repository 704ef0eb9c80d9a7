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
  },
})
const stack = options.stack ?? 'dev'
const directory = resolve(options.program ?? '.')
const place = { accountId: options.account, region: options.region, partition: 'aws' }

/** The first is the cause; Pulumi reports everything that depended on it as a failure too. */
const failures: unknown[] = []

const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`)

try {
  await deploy()
  process.exit(0)
} catch (thrown) {
  const error = failures[0] ?? thrown
  say({ error: error instanceof Error ? error.message : String(error) })
  process.exit(1)
}

async function deploy(): Promise<void> {
  const config = readConfig(directory, stack)
  for (const key of config.placeholders)
    say({ note: `${key} is encrypted: a placeholder stands for it locally` })
  pulumi.runtime.setAllConfig({
    'aws:region': place.region,
    ...config.values,
    // The functions run on this computer, whatever the stack says of Lambda's.
    [`${config.project}:duckdbPlatform`]: 'host',
  })
  await control('begin', {})
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
    false,
  )
  const main = join(directory, config.main)
  const module: unknown = await import(pathToFileURL(main).href)
  const exported = typeof module === 'object' && module !== null ? { ...module } : {}
  const outputs = await resolved(exported)
  await pulumi.runtime.disconnect()
  if (failures.length > 0) throw failures[0]
  const plainOutputs = await toPlain(outputs)
  const { deleted } = await control('finish', { outputs: plainOutputs })
  say({ outputs: plainOutputs, deleted })
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
  const answer = await control('resources', { type: args.type, name: args.name, urn, inputs })
  say({ change: answer.change, type: args.type, name: args.name, id: answer.id })
  const outputs = isObject(answer.outputs) ? answer.outputs : {}
  return { id: String(answer.id), state: { ...args.inputs, ...withoutInputs(outputs, args.inputs) } }
}

/** Inputs keep their own values: the program's assets are not directories. */
function withoutInputs(outputs: Json, inputs: Json): Json {
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !(name in inputs)))
}

async function control(step: string, body: object): Promise<Json> {
  const response = await fetch(`${options.endpoint}/_regimen/stacks/${stack}/${step}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  if (!isObject(answer)) throw new Error(`the local cloud answered ${response.status} to ${step}`)
  if (!response.ok) throw new Error(String(answer.error))
  return answer
}
