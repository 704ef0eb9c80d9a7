/** The local cloud: services on one directory behind one loopback endpoint. */
import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { actionNotThere, listActions } from './actions.ts'
import { writeAtomically } from './atomic-file.ts'
import { Stacks } from './deploy/stacks.ts'
import { openDynamodb } from './dynamodb/service.ts'
import { Keys } from './gateway/keys.ts'
import { startGateway } from './gateway/server.ts'
import { accessChecks } from './iam/access-checks.ts'
import { CallRecord } from './iam/call-record.ts'
import { Guard } from './iam/guard.ts'
import { ResourcePolicies } from './iam/resource-policies.ts'
import { iamService } from './iam/service.ts'
import { IamStore } from './iam/store.ts'
import { kmsService } from './kms/service.ts'
import { lambdaService } from './lambda/service.ts'
import { lockDirectory } from './lock.ts'
import { logsService } from './logs/service.ts'
import { processStartTime } from './process-identity.ts'
import { s3Service } from './s3/service.ts'
import type { Call, Cloud, Json, LocalService, Principal } from './service.ts'
import { stsService } from './sts/service.ts'

export interface CloudOptions {
  readonly directory: string
  /** @default 4566; 0 takes a free one */
  readonly port?: number
  /** Services beside the core ones (S3, Lambda, DynamoDB, IAM, STS, KMS, logs). @default none */
  readonly services?: readonly LocalService[]
  /** Refuse what a role's policies do not allow, instead of only logging it. @default true */
  readonly enforce?: boolean
  /** File in which each role's calls are noted, each kind once. @default none */
  readonly recordCalls?: string | undefined
  /** Lambda processes at once. @default max(2, cores) */
  readonly lambdaConcurrency?: number
  /** @default `AWS_REGION` or us-east-1 */
  readonly region?: string
  /** What services take for the time. @default the clock */
  readonly now?: () => Date
}

export interface RunningCloud {
  readonly cloud: Cloud
  readonly endpoint: string
  readonly port: number
  readonly directory: string
  readonly root: Principal
  stop(): Promise<void>
}

/** @throws DirectoryInUse when another cloud runs on the directory. */
export async function startCloud(options: CloudOptions): Promise<RunningCloud> {
  const directory = resolve(options.directory)
  mkdirSync(directory, { recursive: true })
  const started = new Date()
  const unlock = lockDirectory(directory, started)
  const closers: (() => void | Promise<void>)[] = [unlock]
  const stop = once(async () => {
    for (const close of closers.toReversed()) await close()
  })
  try {
    return await open(options, directory, started, closers, stop)
  } catch (error) {
    await stop()
    throw error
  }
}

async function open(
  options: CloudOptions,
  directory: string,
  started: Date,
  closers: (() => void | Promise<void>)[],
  stop: () => Promise<void>,
): Promise<RunningCloud> {
  const log = openLog(directory, closers)
  const services = new Map<string, LocalService>()
  const accountId = '000000000000'
  const partition = 'aws'
  const keys = new Keys(accountId, partition)
  let endpoint = ''

  const cloud: Cloud = {
    get endpoint() {
      return endpoint
    },
    accountId,
    region: options.region ?? process.env.AWS_REGION ?? 'us-east-1',
    partition,
    directory(service) {
      const path = join(directory, service)
      mkdirSync(path, { recursive: true })
      return path
    },
    call: (service, action, input, principal) =>
      dispatch(service, action, input, newCall(principal, crypto.randomUUID(), new AbortController().signal)),
    credentials: (roleArn) => keys.of(roleArn),
    get access() {
      return access
    },
    arn: (service, resource) => arn(cloud, service, resource),
    emit(event) {
      const target = services.get('events')?.actions.PutEvents
      if (target === undefined) return
      const entry = {
        Source: event.source,
        DetailType: event.detailType,
        Detail: JSON.stringify(event.detail),
        Resources: event.resources ?? [],
        Time: cloud.now(),
      }
      target(
        { Entries: [entry] },
        newCall(keys.root, crypto.randomUUID(), new AbortController().signal),
      ).catch((error: unknown) =>
        log(`events: ${event.source} ${event.detailType} not delivered: ${String(error)}`),
      )
    },
    now: options.now ?? (() => new Date()),
    log,
  }
  const newCall = (principal: Principal, requestId: string, signal: AbortSignal): Call => ({
    cloud,
    principal,
    requestId,
    signal,
  })

  const iam = await IamStore.open(cloud.directory('iam'), (roleArn) => keys.of(roleArn))
  const enforce = options.enforce ?? true
  const policies = new ResourcePolicies(cloud.directory('iam'))
  const { recordCalls } = options
  const record = recordCalls === undefined ? undefined : new CallRecord(resolve(recordCalls))
  const guard = new Guard(iam, policies, enforce, log, record)
  const access = accessChecks(iam, policies, enforce, accountId, log)
  async function dispatch(service: string, action: string, input: Json, call: Call): Promise<Json> {
    const run = services.get(service)?.actions[action]
    if (run === undefined) throw actionNotThere(services, service, action)
    guard.checkCall(service, action, input, call)
    return await run(input, call)
  }

  const core = [
    iamService(iam, policies),
    stsService(keys, enforce ? iam : undefined),
    kmsService(),
    logsService(),
    s3Service(guard),
    await openDynamodb(cloud, guard, closers),
    lambdaService(options.lambdaConcurrency),
  ]
  for (const service of [...core, ...(options.services ?? [])]) services.set(service.name, service)
  const starts = new Map([...services.keys()].map((name) => [name, Promise.withResolvers<void>()]))

  const stacks = new Stacks(
    cloud,
    services,
    (call) => newCall(call, crypto.randomUUID(), new AbortController().signal),
    keys.root,
  )
  const gateway = await startGateway(
    {
      services,
      principal: (accessKeyId, sessionToken) => keys.principal(accessKeyId, sessionToken),
      call: newCall,
      dispatch,
      started: async (service) => await starts.get(service)?.promise,
      control: async (method, path, body) => {
        if (method === 'GET' && path === '/health')
          return { status: 'ok', pid: process.pid, startedAt: started }
        if (method === 'GET' && path === '/actions') return listActions(services)
        return await stacks.control(method, path, body)
      },
      log,
    },
    options.port ?? 4566,
  )
  endpoint = `http://127.0.0.1:${gateway.port}`
  closers.push(() => gateway.stop())

  for (const service of services.values()) {
    await service.start?.(cloud)
    starts.get(service.name)?.resolve()
    if (service.stop !== undefined) closers.push(() => service.stop?.())
  }
  const about = join(directory, 'cloud.json')
  await writeAtomically(
    about,
    JSON.stringify({
      pid: process.pid,
      processStart: processStartTime(process.pid),
      port: gateway.port,
      endpoint,
      startedAt: started.toISOString(),
    }),
  )
  closers.push(() => rmSync(about, { force: true }))
  log(`ready at ${endpoint}`)
  return { cloud, endpoint, port: gateway.port, directory, root: keys.root, stop }
}

/** S3 and IAM name no region, S3 no account either. */
function arn(cloud: Cloud, service: string, resource: string): string {
  if (service === 's3') return `arn:${cloud.partition}:s3:::${resource}`
  const region = service === 'iam' || service === 'sts' ? '' : cloud.region
  return `arn:${cloud.partition}:${service}:${region}:${cloud.accountId}:${resource}`
}

function openLog(directory: string, closers: (() => void | Promise<void>)[]): (line: string) => void {
  const stream = createWriteStream(join(directory, 'cloud.log'), { flags: 'a' })
  closers.push(() => new Promise((done) => stream.end(() => done())))
  return (line) => {
    if (stream.writable) stream.write(`${new Date().toISOString()} ${line}\n`)
  }
}

function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () => {
    running ??= run()
    return running
  }
}
