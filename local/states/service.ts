/** Step Functions on the laptop: the API over the durable engine. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DurableCollection, replaceFile } from '../durable-collection.ts'
import { AwsError, type Cloud, type LocalService } from '../service.ts'
import { findMapRun, listChildren } from './child-records.ts'
import { Engine } from './engine.ts'
import { executionActions } from './execution-actions.ts'
import type { ExecutionSummary } from './execution-summary.ts'
import { mapRunActions } from './map-run-actions.ts'
import type { MapRunSummary } from './map-run-files.ts'
import { type StateMachines, stateMachineSchema } from './state-machine.ts'
import { stateMachineActions } from './state-machine-actions.ts'
import { stateMachineResource } from './state-machine-resource.ts'
import { emitStatus } from './status-event.ts'
import { taskTokenActions } from './task-token-actions.ts'

export interface StatesOptions {
  /** Between two looks at a `.sync` job. @default 500 */
  readonly pollMilliseconds?: number
}

/** What the actions work on, opened when first needed. */
export interface StatesBackend {
  opened(cloud: Cloud): { machines: StateMachines }
  running(cloud: Cloud): Promise<{ engine: Engine }>
  /** @throws AwsError ResourceNotFound */
  mapRun(cloud: Cloud, mapRunArn: string): Promise<MapRunSummary>
  children(cloud: Cloud, mapRunArn: string): Promise<ExecutionSummary[]>
}

export interface StatesService extends LocalService {
  /** A job that some execution may wait for has changed: look at once instead of at the next poll. */
  nudge(): void
}

export function statesService(options: StatesOptions = {}): StatesService {
  let machines: StateMachines | undefined
  let engine: Promise<Engine> | undefined
  let running: Engine | undefined
  const backend: StatesBackend = {
    opened(cloud) {
      machines ??= new DurableCollection(join(cloud.directory('states'), 'machines'), stateMachineSchema)
      return { machines }
    },
    async running(cloud) {
      engine ??= openEngine(cloud, options)
      running = await engine
      return { engine: running }
    },
    async mapRun(cloud, mapRunArn) {
      const match = /^(.*):mapRun:([^:/]+)\/[^:]+:([^:]+)$/.exec(mapRunArn)
      if (match === null) throw new AwsError('InvalidArn', `Invalid Arn: '${mapRunArn}'`)
      const { engine: opened } = await backend.running(cloud)
      const found = await findMapRun(opened, `${match[1]}:stateMachine:${match[2]}`, match[3] ?? '')
      if (found === undefined) throw new AwsError('ResourceNotFound', `Resource not found: '${mapRunArn}'`)
      return found
    },
    async children(cloud, mapRunArn) {
      const { engine: opened } = await backend.running(cloud)
      return listChildren(opened, await backend.mapRun(cloud, mapRunArn))
    },
  }
  return {
    name: 'states',
    actions: {
      ...stateMachineActions(backend),
      ...executionActions(backend),
      ...mapRunActions(backend),
      ...taskTokenActions(backend),
    },
    resources: { 'aws:sfn/stateMachine:StateMachine': stateMachineResource },
    async start(cloud) {
      const { engine: opened } = await backend.running(cloud)
      await opened.resume()
    },
    async stop() {
      await (await engine)?.close()
    },
    nudge() {
      running?.nudge()
    },
  }
}

function openEngine(cloud: Cloud, options: StatesOptions): Promise<Engine> {
  const directory = cloud.directory('states')
  return Engine.open({
    directory,
    region: cloud.region,
    call: (service, action, input, { roleArn }) =>
      cloud.call(service, action, input, cloud.credentials(roleArn).principal),
    changed: (summary, ends) => emitStatus(cloud, summary, ends),
    log: (line) => cloud.log(`states: ${line}`),
    now: () => cloud.now(),
    tokenSecret: tokenSecret(join(directory, 'token-secret')),
    ...(options.pollMilliseconds === undefined ? {} : { pollMilliseconds: options.pollMilliseconds }),
  })
}

/** Tokens outlive the process that issued them, so what signs them does too. */
function tokenSecret(path: string): Buffer {
  if (!existsSync(path)) replaceFile(path, randomBytes(32).toString('hex'))
  return Buffer.from(readFileSync(path, 'utf8'), 'hex')
}
