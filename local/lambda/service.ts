/** The local Lambda: API, Pulumi types and the processes that run the functions. */
import { availableParallelism } from 'node:os'
import { type Action, AwsError, type Json, type LocalService } from '../service.ts'
import { describe } from './describe.ts'
import { EventQueue } from './event-queue.ts'
import { FunctionStore, notFound, parseFunctionName } from './function-store.ts'
import { answerLambda } from './http.ts'
import { Invoker } from './invoker.ts'
import { Pool } from './pool.ts'
import { lambdaResources } from './resources.ts'

const maxRequestBytes = 6_291_456
const maxEventBytes = 1_048_576

export function lambdaService(
  concurrency = Math.max(2, availableParallelism()),
  retryMilliseconds = 1_000,
): LocalService {
  let invoker: Invoker | undefined
  let events: EventQueue | undefined

  const actions: Record<string, Action> = {
    async Invoke(input, { cloud }) {
      if (invoker === undefined || events === undefined)
        throw new AwsError('ServiceException', 'the local Lambda has not started', 503)
      const { name, qualifier } = target(input)
      const version = FunctionStore.of(cloud).resolve(name, qualifier)
      const event = payloadText(input.Payload)
      const type = input.InvocationType ?? 'RequestResponse'
      refuseLarge(event, type === 'Event' ? maxEventBytes : maxRequestBytes)
      if (type === 'DryRun') return { StatusCode: 204 }
      if (type === 'Event') {
        await events.add(name, qualifier, event)
        return { StatusCode: 202 }
      }
      const done = await invoker.invoke(version, qualifier, event)
      return {
        StatusCode: 200,
        ExecutedVersion: version.version,
        Payload: new Uint8Array(Buffer.from(done.payload)),
        ...(done.failure === undefined ? {} : { FunctionError: 'Unhandled' }),
        ...(input.LogType === 'Tail' ? { LogResult: Buffer.from(done.logTail).toString('base64') } : {}),
      }
    },
    async GetAccountSettings(_input, { cloud }) {
      const { all } = FunctionStore.of(cloud)
      // As many processes as the laptop runs at once are no quota: what does not fit waits, and nothing is throttled.
      return {
        AccountLimit: { ConcurrentExecutions: 1_000, UnreservedConcurrentExecutions: 1_000 },
        AccountUsage: { FunctionCount: all.length },
      }
    },
    async GetFunction(input, { cloud }) {
      const { name, qualifier } = target(input)
      const store = FunctionStore.of(cloud)
      const configuration = describe(store.resolve(name, qualifier), store, qualifier)
      return { Configuration: configuration, Code: { RepositoryType: 'S3' } }
    },
    async GetFunctionConfiguration(input, { cloud }) {
      const { name, qualifier } = target(input)
      const store = FunctionStore.of(cloud)
      return describe(store.resolve(name, qualifier), store, qualifier)
    },
    async ListFunctions(_input, { cloud }) {
      const store = FunctionStore.of(cloud)
      return { Functions: store.all.map(({ latest }) => describe(latest, store)) }
    },
    async ListVersionsByFunction(input, { cloud }) {
      const store = FunctionStore.of(cloud)
      const { latest, versions } = store.get(target(input).name)
      return { Versions: [latest, ...versions].map((version) => describe(version, store, version.version)) }
    },
    async PublishVersion(input, { cloud }) {
      const store = FunctionStore.of(cloud)
      const version = await store.publish(target(input).name)
      return describe(version, store, version.version)
    },
    async GetAlias(input, { cloud }) {
      const store = FunctionStore.of(cloud)
      return alias(store, target(input).name, String(input.Name))
    },
    async ListAliases(input, { cloud }) {
      const store = FunctionStore.of(cloud)
      const { name } = target(input)
      return { Aliases: Object.keys(store.get(name).aliases).map((found) => alias(store, name, found)) }
    },
    async UpdateAlias(input, { cloud }) {
      const store = FunctionStore.of(cloud)
      const record = store.get(target(input).name)
      const name = String(input.Name)
      const known = record.aliases[name]
      if (known === undefined) throw notFound(`Cannot find alias arn: ${store.arn(record.name, name)}`)
      const version = String(input.FunctionVersion ?? known.version)
      store.resolve(record.name, version)
      await store.save({ ...record, aliases: { ...record.aliases, [name]: { ...known, version } } })
      return alias(store, record.name, name)
    },
  }

  return {
    name: 'lambda',
    actions,
    resources: lambdaResources,
    http: answerLambda,
    async start(cloud) {
      await FunctionStore.open(cloud)
      invoker = new Invoker(cloud, new Pool({ concurrency, maxIdle: 4, idleSeconds: 15 }))
      events = new EventQueue(cloud, invoker, retryMilliseconds)
      await events.resume()
    },
    async stop() {
      const stopping = events?.stop()
      await invoker?.stop()
      await stopping
    },
  }
}

function target(input: Json): { name: string; qualifier?: string } {
  const { name, qualifier = input.Qualifier } = parseFunctionName(String(input.FunctionName))
  return typeof qualifier === 'string' ? { name, qualifier } : { name }
}

function alias(store: FunctionStore, name: string, aliasName: string) {
  const found = store.get(name).aliases[aliasName]
  if (found === undefined) throw notFound(`Cannot find alias arn: ${store.arn(name, aliasName)}`)
  return {
    AliasArn: store.arn(name, aliasName),
    Name: aliasName,
    FunctionVersion: found.version,
    Description: found.description,
  }
}

/** A payload is bytes, JSON text, or (from the state-machine engine) a value. @throws AwsError `InvalidRequestContentException` */
function payloadText(payload: unknown): string {
  if (payload === undefined) return 'null'
  const text =
    payload instanceof Uint8Array
      ? Buffer.from(payload).toString('utf8')
      : typeof payload === 'string'
        ? payload
        : JSON.stringify(payload)
  if (text === '') return 'null'
  try {
    JSON.parse(text)
  } catch (error) {
    throw new AwsError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${String(error)}`,
    )
  }
  return text
}

function refuseLarge(event: string, limit: number): void {
  const bytes = Buffer.byteLength(event)
  if (bytes <= limit) return
  const message = `${bytes} byte payload is too large for the RequestResponse invocation type (limit ${limit} bytes)`
  throw new AwsError('RequestTooLargeException', message, 413)
}
