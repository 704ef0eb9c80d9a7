import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Queue } from '../../functions/starter/queue.ts'
import { lambdaContext, type Platform, startPlatform, user } from '../../local/rig/platform.ts'
import { putArtifacts } from '../builders/artifacts.ts'
import { registrationOf } from '../builders/registration.ts'
import { type Fate, FaultyEndpoint } from './faulty-endpoint.ts'

let platform: Platform
let endpoint: FaultyEndpoint
let doors: Record<
  'start' | 'register' | 'promote' | 'record',
  (input: unknown) => Promise<Record<string, unknown>>
>
let readLedger: (project: string) => Promise<{ version: string }[]>
let listModels: (project: string) => Promise<unknown[]>
let listAlerts: (project: string) => Promise<{ runId: string }[]>
let readQueue: typeof import('../../functions/starter/queue-store.ts').readQueue
let getRun: (runId: string) => Promise<unknown>

beforeAll(async () => {
  platform = await startPlatform()
  endpoint = await FaultyEndpoint.open()
  const handlers = {
    start: (await import('../../functions/starter/handler.ts')).handler,
    register: (await import('../../functions/registry/register.handler.ts')).handler,
    promote: (await import('../../functions/deployment/promote.handler.ts')).handler,
    record: (await import('../../functions/alarm/handler.ts')).handler,
  }
  doors = {
    start: (input) => handlers.start(input, lambdaContext),
    register: (input) => handlers.register(input, lambdaContext),
    promote: (input) => handlers.promote(input, lambdaContext),
    record: (input) => handlers.record(input, lambdaContext),
  }
  readLedger = (await import('../../functions/deployment/ledger-store.ts')).readLedger
  listModels = (await import('../../functions/registry/model-store.ts')).listModels
  listAlerts = (await import('../../functions/alarm/alert-store.ts')).listAlerts
  readQueue = (await import('../../functions/starter/queue-store.ts')).readQueue
  getRun = (await import('../../functions/starter/run-store.ts')).getRun
})
afterAll(async () => {
  await endpoint.close()
  await platform.stop()
})

let count = 0
const fresh = (prefix: string) => `${prefix}${++count}`
const bucket = 's3://regimen-dev-000000000000-us-east-1'
const ok = () => 'pass' as const

interface Story {
  /** What each attempt is called with; everything that it needs has been made. */
  readonly call: () => Promise<Record<string, unknown>>
  /** What there is afterwards, without ids and times. */
  readonly found: () => Promise<unknown>
}

/** Each door, told anew for each point at which it is broken. */
const stories: Record<string, () => Promise<Story>> = {
  'start-run': async () => {
    const key = fresh('key-')
    const before = platform.machines.length
    let runId = ''
    return {
      call: async () => {
        const output = await doors.start({
          pipeline: 'training',
          project: 'demo',
          requestedBy: 'ada',
          idempotencyKey: key,
          training: { dataset: { name: 'd', version: '1', uri: `${bucket}/demo/datasets/d/1/data/a.csv` } },
        })
        runId = String(output.runId)
        return { started: platform.executions.has(runId) }
      },
      found: async () => ({
        executions: platform.machines.length - before,
        run: (await getRun(runId)) !== undefined,
      }),
    }
  },
  'start-run, in turn': async () => {
    const project = fresh('queued-')
    const limits = limited(project)
    const before = platform.machines.length
    const first = fresh('key-')
    return {
      call: async () => {
        limits()
        const one = await doors.start(training(project, first))
        const two = await doors.start(training(project, `${first}-next`))
        return { place: two.place, started: platform.executions.has(String(one.runId)) }
      },
      found: async () => ({
        executions: platform.machines.length - before,
        queue: shapeOf(await readQueue(project, 'training')),
      }),
    }
  },
  'start-run, told of an end': async () => {
    const project = fresh('queued-')
    const limits = limited(project)
    limits()
    const key = fresh('key-')
    const [one, two] = [
      await doors.start(training(project, key)),
      await doors.start(training(project, `${key}-next`)),
    ]
    const before = platform.machines.length
    return {
      call: async () => {
        limits()
        await doors.start(statusEvent(String(one.runId), 'ABORTED', 0, project))
        return { started: platform.executions.has(String(two.runId)) }
      },
      found: async () => ({
        executions: platform.machines.length - before,
        queue: shapeOf(await readQueue(project, 'training')),
      }),
    }
  },
  'register-model': async () => {
    const project = fresh('demo-')
    await platform.group(project)
    return {
      call: async () => ({ version: (await doors.register(registrationOf({ project }))).modelVersion }),
      found: async () => ({
        packages: await packagesOf(project),
        projections: (await listModels(project)).length,
      }),
    }
  },
  'promote-model': async () => {
    const project = fresh('demo-')
    await platform.group(project)
    const registration = registrationOf({ project })
    await putArtifacts(registration)
    const { modelPackageArn } = await doors.register(registration)
    const approval = {
      ModelPackageArn: modelPackageArn,
      ModelApprovalStatus: 'Approved',
      ApprovalDescription: 'better',
    }
    await platform.call('sagemaker', 'UpdateModelPackage', approval, user('grace'))
    return {
      call: async () => {
        await doors.promote({ source: 'aws.sagemaker', detail: { ModelPackageArn: modelPackageArn } })
        return {}
      },
      found: async () => ({ ledger: (await readLedger(project)).map(({ version }) => version) }),
    }
  },
  'record-outcome': async () => {
    const runId = fresh('run')
    return {
      call: async () => {
        await doors.record(statusEvent(runId, 'FAILED', 0))
        return {}
      },
      found: async () => ({
        alerts: (await listAlerts('demo')).filter((alert) => alert.runId === runId).length,
        told: published(runId) > 0,
      }),
    }
  },
}

const training = (project: string, idempotencyKey: string) => ({
  pipeline: 'training',
  project,
  projectUri: `${bucket}/${project}/project.json`,
  requestedBy: 'ada',
  idempotencyKey,
  training: { dataset: { name: 'd', version: '1', uri: `${bucket}/${project}/datasets/d/1/data/a.csv` } },
})

/** One training of the project at a time. */
const limited = (project: string) => () => {
  process.env.RUN_LIMITS = JSON.stringify({ [project]: { training: 1 } })
}

const shapeOf = (queue: Queue | undefined) => ({
  running: queue?.running.map(({ started }) => started),
  waiting: queue?.waiting.length,
})

async function packagesOf(project: string): Promise<number> {
  const group = { ModelPackageGroupName: `regimen-dev-${project}` }
  const { ModelPackageSummaryList: list } = await platform.call('sagemaker', 'ListModelPackages', group)
  return Array.isArray(list) ? list.length : 0
}

const statusEvent = (name: string, status: string, redriveCount: number, project = 'demo') => ({
  source: 'aws.states',
  detail: {
    executionArn: `arn:aws:states:us-east-1:000000000000:execution:regimen-dev-${project}-training:${name}`,
    stateMachineArn: `arn:aws:states:us-east-1:000000000000:stateMachine:regimen-dev-${project}-training`,
    name,
    status,
    startDate: Date.UTC(2026, 10, 21),
    stopDate: status === 'RUNNING' ? null : Date.UTC(2026, 10, 22),
    error: status === 'FAILED' ? 'ModelUnreadable' : null,
    redriveCount,
  },
})

function published(runId: string): number {
  const file = join(platform.directory, 'sns', 'alerts.jsonl')
  if (!existsSync(file)) return 0
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.includes(runId)).length
}

/** Breaks the door at its k-th call, for every k, and lets it be tried again. @returns at how many calls it broke */
async function breakEverywhere(
  tell: () => Promise<Story>,
  fate: (call: number, k: number) => Fate,
): Promise<number> {
  endpoint.become(ok)
  const calm = await tell()
  const answer = await calm.call()
  const expected = await calm.found()
  for (let k = 1; ; k += 1) {
    endpoint.become(ok)
    const story = await tell()
    endpoint.become((call) => fate(call, k))
    const broken = await story.call().then(
      () => false,
      () => true,
    )
    const reached = endpoint.calls >= k
    endpoint.become(ok)
    // As Retry does, and as EventBridge delivers again.
    expect(await story.call(), `broken at call ${k}`).toEqual(answer)
    expect(await story.found(), `broken at call ${k}`).toEqual(expected)
    if (!reached) return k - 1
    expect(broken, `broken at call ${k}`).toBe(true)
  }
}

describe('7 a function that dies at any of its calls', () => {
  test.each(Object.entries(stories))(
    '7 %s: a retry comes to the same end, without duplicates',
    async (_, tell) => {
      // Dead from the k-th call on.
      expect(await breakEverywhere(tell, (call, k) => (call >= k ? 'refuse' : 'pass'))).toBeGreaterThan(1)
    },
  )
})

describe('8 a function whose work was done and whose answer was lost', () => {
  test.each(Object.entries(stories))(
    '8 %s: what was done at any of its calls is not done again',
    async (_, tell) => {
      expect(
        await breakEverywhere(tell, (call, k) => (call < k ? 'pass' : call === k ? 'lose' : 'refuse')),
      ).toBeGreaterThan(1)
    },
  )

  test.each(Object.entries(stories))(
    '8 %s: called again after it had ended, it changes nothing',
    async (_, tell) => {
      endpoint.become(ok)
      const story = await tell()
      const answer = await story.call()
      const found = await story.found()
      expect(await story.call()).toEqual(answer)
      expect(await story.found()).toEqual(found)
    },
  )
})

describe('9 events that come more than once and out of order', () => {
  test('9 one upload is one execution, however often S3 tells of it', async () => {
    endpoint.become(ok)
    const before = platform.machines.length
    const key = `demo/inbox/${fresh('upload')}/batch.csv`
    const upload = {
      source: 'aws.s3',
      detail: { bucket: { name: 'regimen-dev-000000000000-us-east-1' }, object: { key, 'version-id': 'v1' } },
    }
    const outputs = await Promise.all(Array.from({ length: 8 }, () => doors.start(upload)))
    expect(new Set(outputs.map(({ runId }) => runId)).size).toBe(1)
    expect(platform.machines.length - before).toBe(1)
    expect(await getRun(String(outputs[0]?.runId))).toMatchObject({
      pipeline: 'dataset-import',
      status: 'STARTING',
    })
  })

  test('9 status events in any order and number end in one record, and each failure in one alert', async () => {
    endpoint.become(ok)
    const told = [
      ['RUNNING', 0],
      ['FAILED', 0],
      ['RUNNING', 1],
      ['SUCCEEDED', 1],
    ] as const
    const deliveries = fc.shuffledSubarray([...told, ...told], { minLength: 8, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(deliveries, async (events) => {
        const runId = fresh('run')
        for (const [status, redrive] of events) await doors.record(statusEvent(runId, status, redrive))
        expect(await getRun(runId)).toMatchObject({ status: 'SUCCEEDED', progress: 3 })
        expect(published(runId)).toBe(1)
      }),
      { numRuns: 20 },
    )
  })
})

describe('12 services that throttle', () => {
  test.each(Object.entries(stories))(
    '12 %s names a throttled call as what Retry lists, and does nothing by halves',
    async (_, tell) => {
      endpoint.become(ok)
      const calm = await tell()
      const answer = await calm.call()
      const expected = await calm.found()
      const story = await tell()
      endpoint.become(() => 'throttle')
      await expect(story.call()).rejects.toMatchObject({ name: 'ServiceUnavailable' })
      endpoint.become(ok)
      expect(await story.call()).toEqual(answer)
      expect(await story.found()).toEqual(expected)
    },
  )
})
