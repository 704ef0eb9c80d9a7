/** A cloud of few services without a wire: what a service's own tests need of it. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AwsError, type Call, type Cloud, type Json, type LocalService } from '../../local/service.ts'
import { temporaryDirectory } from '../builders/temporary-directory.ts'

export type Emitted = Parameters<Cloud['emit']>[0]

export interface FakeCloud extends Cloud {
  readonly emitted: Emitted[]
  readonly lines: string[]
  readonly root: Call['principal']
  /** Calls as the owner, or as another identity. */
  ask(service: string, action: string, input: Json, as?: string): Promise<Json>
  resource(type: string): NonNullable<LocalService['resources']>[string]
  callAs(arn: string): Call
}

export interface FakeCloudOptions {
  readonly directory?: string
  readonly now?: () => Date
}

export function fakeCloud(services: readonly LocalService[], options: FakeCloudOptions = {}): FakeCloud {
  const directory = options.directory ?? temporaryDirectory('regimen-cloud')
  const accountId = '000000000000'
  const root = { arn: `arn:aws:iam::${accountId}:root`, accountId }
  const callAs = (arn: string): Call => ({
    cloud,
    principal: { arn, accountId },
    requestId: 'request',
    signal: new AbortController().signal,
  })
  const cloud: FakeCloud = {
    endpoint: 'http://127.0.0.1:0',
    accountId,
    region: 'us-east-1',
    partition: 'aws',
    emitted: [],
    lines: [],
    root,
    directory(service) {
      const path = join(directory, service)
      mkdirSync(path, { recursive: true })
      return path
    },
    async call(service, action, input, principal) {
      const run = services.find(({ name }) => name === service)?.actions[action]
      if (run === undefined) throw new AwsError('NotImplemented', `${service}:${action}`, 501)
      return await run(input, callAs(principal.arn))
    },
    credentials: (roleArn) => ({
      accessKeyId: 'key',
      secretAccessKey: 'secret',
      principal: { arn: roleArn, accountId },
    }),
    arn: (service, resource) => `arn:aws:${service}:us-east-1:${accountId}:${resource}`,
    emit(event) {
      cloud.emitted.push(event)
    },
    now: options.now ?? (() => new Date()),
    log: (line) => {
      cloud.lines.push(line)
    },
    ask: (service, action, input, as = root.arn) =>
      cloud.call(service, action, input, { arn: as, accountId }),
    resource(type) {
      const found = services.map(({ resources }) => resources?.[type]).find((one) => one !== undefined)
      if (found === undefined) throw new TypeError(`no resource type ${type}`)
      return found
    },
    callAs,
  }
  return cloud
}

/** Waits for what happens in the background; fails with the description when it never does. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + 10_000
  while (Date.now() < deadline) {
    const found = await probe()
    if (found !== undefined && found !== false) return found
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`never happened: ${what}`)
}

/** A service that records its calls and answers what it is told. */
export function recordingService(
  name: string,
  answers: Readonly<Record<string, (input: Json, attempt: number) => Json>>,
): LocalService & { readonly calls: { action: string; input: Json; as: string }[] } {
  const calls: { action: string; input: Json; as: string }[] = []
  const actions = Object.entries(answers).map(([action, answer]) => [
    action,
    async (input: Json, call: Call) => {
      calls.push({ action, input, as: call.principal.arn })
      return answer(input, calls.filter((earlier) => earlier.action === action).length)
    },
  ])
  return { name, calls, actions: Object.fromEntries(actions) }
}

/** Objects by `bucket/key`, as much of S3 as a job's channels need. */
export function memoryS3(objects: Map<string, Uint8Array>): LocalService {
  return {
    name: 's3',
    actions: {
      async ListObjectsV2({ Bucket: bucket, Prefix: prefix = '' }) {
        const start = `${bucket}/${prefix}`
        const keys = [...objects.keys()].filter((key) => key.startsWith(start)).sort()
        return { Contents: keys.map((key) => ({ Key: key.slice(`${bucket}/`.length) })) }
      },
      async GetObject({ Bucket: bucket, Key: key }) {
        const body = objects.get(`${bucket}/${key}`)
        if (body === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404)
        return { Body: body }
      },
      async PutObject({ Bucket: bucket, Key: key, Body: body }) {
        if (!(body instanceof Uint8Array)) throw new TypeError('expected bytes')
        objects.set(`${bucket}/${key}`, body)
        return { ETag: '"0"' }
      },
    },
  }
}
