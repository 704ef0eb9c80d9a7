import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lambdaContext, type Platform, startPlatform } from '../../../local/rig/platform.ts'

let platform: Platform
let runs: typeof import('../../../functions/starter/run-store.ts')
let table: typeof import('../../../functions/table-store.ts')
let start: (input: unknown) => Promise<{
  runId: string
  executionArn: string
  runUri: string
  alreadyStarted: boolean
}>

beforeAll(async () => {
  platform = await startPlatform()
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3')
  const s3 = new S3Client({ forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: 'regimen-dev-000000000000-us-east-1' }))
  runs = await import('../../../functions/starter/run-store.ts')
  table = await import('../../../functions/table-store.ts')
  const { handler } = await import('../../../functions/starter/handler.ts')
  start = (input) => handler(input, lambdaContext)
})
afterAll(() => platform.stop())
beforeEach(() => {
  process.env.ENVIRONMENT = 'dev'
})

const bucket = 's3://regimen-dev-000000000000-us-east-1'
const training = (change = {}) => ({
  pipeline: 'training',
  project: 'demo',
  requestedBy: 'ada',
  training: {
    dataset: { name: 'encounters', version: '1', uri: `${bucket}/demo/datasets/encounters/1/data/a.csv` },
  },
  ...change,
})

test('runs since a time are all of them, however many came after', async () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
  for (let minute = 0; minute < 150; minute += 1)
    await runs.putRun({
      ...{ runId: `since${minute}`, project: 'since', pipeline: 'inference', requestedBy: 'ada' },
      ...{ status: 'SUCCEEDED', progress: 1, startedAt: at(minute) },
    })
  const found = await runs.listRunsSince('since', at(10))
  expect(found.map(({ runId }) => runId)).toEqual(
    Array.from({ length: 140 }, (_, each) => `since${each + 10}`),
  )
})

describe('start-run', () => {
  test('records who asked for what, and starts an execution of that name', async () => {
    const output = await start(training({ idempotencyKey: 'first' }))
    expect(output).toEqual({
      runId: expect.stringMatching(/^[a-z0-9]{16}$/),
      executionArn: `arn:aws:states:us-east-1:000000000000:execution:regimen-dev-demo-training:${output.runId}`,
      runUri: `${bucket}/demo/runs/${output.runId}`,
      alreadyStarted: false,
    })
    expect(JSON.parse(platform.executions.get(output.runId)!)).toEqual({
      contract: 1,
      runId: output.runId,
      project: 'demo',
      projectUri: `${bucket}/demo/project.json`,
      runUri: output.runUri,
      requestedBy: 'ada',
      dataset: { name: 'encounters', version: '1', uri: `${bucket}/demo/datasets/encounters/1/data/a.csv` },
    })
    expect(await runs.getRun(output.runId)).toMatchObject({
      status: 'STARTING',
      requestedBy: 'ada',
      pipeline: 'training',
    })
    expect((await runs.listRuns('demo')).map(({ runId }) => runId)).toContain(output.runId)
  })

  test('starts one execution for a request that comes many times at once', async () => {
    const before = platform.machines.length
    const request = training({ idempotencyKey: 'many' })
    const outputs = await Promise.all(Array.from({ length: 10 }, () => start(request)))
    expect(new Set(outputs.map(({ runId }) => runId)).size).toBe(1)
    expect(outputs.filter(({ alreadyStarted }) => !alreadyStarted)).toHaveLength(1)
    expect(platform.machines.length).toBe(before + 1)
  })

  test('starts the execution that a crash left unstarted', async () => {
    const request = training({ idempotencyKey: 'crash' })
    const { runId } = await start(request)
    platform.executions.delete(runId)
    await start(request)
    expect(platform.executions.has(runId)).toBe(true)
  })

  test('refuses another request under the same key', async () => {
    await start(training({ idempotencyKey: 'key' }))
    await expect(start(training({ idempotencyKey: 'key', requestedBy: 'grace' }))).rejects.toMatchObject({
      name: 'RunConflict',
      message: expect.stringContaining('use a new idempotencyKey for a new request'),
    })
  })

  test('takes an upload by EventBridge as one import, however often it is told', async () => {
    const upload = {
      source: 'aws.s3',
      'detail-type': 'Object Created',
      detail: {
        bucket: { name: 'regimen-dev-000000000000-us-east-1' },
        object: { key: 'demo/inbox/visits/2026-11.csv', 'version-id': 'v1' },
        requester: '000000000000',
      },
    }
    const before = platform.executions.size
    const [first, second] = [await start(upload), await start(upload)]
    expect(second.runId).toBe(first.runId)
    expect(first.runUri).toBe(`${bucket}/demo/imports/${first.runId}`)
    expect(JSON.parse(platform.executions.get(first.runId)!)).toMatchObject({
      name: 'visits',
      source: { kind: 'object', uri: `${bucket}/demo/inbox/visits/2026-11.csv` },
      requestedBy: 'upload by 000000000000',
    })
    expect(platform.executions.size).toBe(before + 1)
    for (const key of [
      'visits/',
      'visits/_SUCCESS',
      '_parts/0.csv',
      'visits/_temporary/0/1.csv',
      '.one.csv.crc',
    ]) {
      const hidden = structuredClone(upload)
      hidden.detail.object.key = `demo/inbox/${key}`
      expect(await start(hidden)).toEqual({ ignored: `demo/inbox/${key}` })
    }
    expect(platform.executions.size).toBe(before + 1)
    const other = structuredClone(upload)
    other.detail.object['version-id'] = 'v2'
    expect((await start(other)).runId).not.toBe(first.runId)
  })

  test('scores the newest batch when the schedule comes, and says when there is none', async () => {
    const schedule = {
      pipeline: 'inference',
      project: 'demo',
      requestedBy: 'schedule',
      scheduledTime: '2026-11-21T02:00:00Z',
    }
    await expect(start(schedule)).rejects.toMatchObject({ name: 'DatasetNotFound' })
    for (const key of ['demo/batches/2026-10.csv', 'demo/batches/2026-11.csv'])
      await platform.call('s3', 'PutObject', {
        Bucket: bucket.slice(5),
        Key: key,
        Body: Buffer.from('a\n1\n'),
      })
    const { runId } = await start(schedule)
    expect(JSON.parse(platform.executions.get(runId)!)).toMatchObject({
      inputUri: `${bucket}/demo/batches/2026-11.csv`,
    })
    expect((await start(schedule)).runId).toBe(runId)
  })

  test('trains in prod on an approved dataset version only', async () => {
    process.env.ENVIRONMENT = 'prod'
    const request = training({ idempotencyKey: 'prod' })
    await expect(start(request)).rejects.toMatchObject({
      name: 'ApprovalRefused',
      message:
        'dataset encounters@1 of demo is not approved: got no such version; expected an approved version in prod; review it, then run: regimen datasets approve encounters@1',
    })
    const dataset = {
      ...{ project: 'demo', name: 'encounters', version: '1', uri: `${bucket}/a`, fileName: 'a' },
      ...{ bytes: 1, rows: 1, columns: 1, sha256: '', manifestUri: `${bucket}/m`, requestedBy: 'ada' },
      createdAt: '2026-11-21T00:00:00Z',
    }
    await table.putNew(table.tableKeys.datasetVersion('demo', 'encounters', '1'), dataset)
    await expect(start(request)).rejects.toThrow('got pending')
    const { review } = await import('../../../functions/dataset/review-store.ts')
    const { datasetItem } = await import('../../../functions/dataset/dataset-store.ts')
    const approval = { status: 'approved' as const, reviewer: 'grace', reason: '' }
    await review(datasetItem.parse(dataset), approval, 'prod', '2026-11-21T01:00:00Z')
    expect((await start(request)).alreadyStarted).toBe(false)
  })

  test('lets a run wait for its turn, says its place, and takes it back when asked', async () => {
    const project = 'busy'
    process.env.RUN_LIMITS = JSON.stringify({ [project]: { training: 1 } })
    const ask = (idempotencyKey: string) =>
      start(training({ project, projectUri: `${bucket}/busy/project.json`, idempotencyKey }))
    const first = await ask('one')
    expect(first).not.toHaveProperty('place')
    const second = await ask('two')
    expect(second).toMatchObject({ place: 1, alreadyStarted: false })
    expect(await ask('two')).toMatchObject({ place: 1, alreadyStarted: true })
    expect(platform.executions.has(second.runId)).toBe(false)
    expect(await runs.getRun(second.runId)).toMatchObject({ status: 'QUEUED' })
    const withdraw = (runId: string) => start({ withdraw: runId, project, pipeline: 'training' })
    expect(await withdraw(second.runId)).toEqual({ withdrawn: true })
    expect(await runs.getRun(second.runId)).toMatchObject({ status: 'ABORTED' })
    // One that runs is stopped as an execution; one that was taken back stays so.
    expect(await withdraw(first.runId)).toEqual({ withdrawn: false })
    expect(await ask('two')).toMatchObject({ alreadyStarted: true })
    expect(platform.executions.has(second.runId)).toBe(false)
  })

  test('says of a run that was taken out of the queue by somebody who died then that it is taken back', async () => {
    const project = 'left'
    process.env.RUN_LIMITS = JSON.stringify({ [project]: { training: 1 } })
    const ask = (idempotencyKey: string) =>
      start(training({ project, projectUri: `${bucket}/left/project.json`, idempotencyKey }))
    const [first, second] = [await ask('one'), await ask('two')]
    const { changeQueue } = await import('../../../functions/starter/queue-store.ts')
    await changeQueue(project, 'training', (queue) => ({ ...queue, waiting: [] }))
    const takeBack = (withdraw: string) => start({ withdraw, project, pipeline: 'training' })
    expect(await takeBack(second.runId)).toEqual({ withdrawn: true })
    expect(await runs.getRun(second.runId)).toMatchObject({ status: 'ABORTED' })
    expect(await takeBack(second.runId)).toEqual({ withdrawn: false })
    expect(await takeBack(first.runId)).toEqual({ withdrawn: false })
  })

  test('by the clock gives the place of a run whose end nobody told to the one that waits', async () => {
    const project = 'swept'
    process.env.RUN_LIMITS = JSON.stringify({ [project]: { training: 1 } })
    const ask = (idempotencyKey: string) =>
      start(training({ project, projectUri: `${bucket}/swept/project.json`, idempotencyKey }))
    const [first, second] = [await ask('one'), await ask('two')]
    const { changeQueue } = await import('../../../functions/starter/queue-store.ts')
    const sweep = () => start({ sweep: project })
    platform.executions.delete(first.runId)
    expect(await sweep()).toEqual({ swept: ['training'] })
    expect(platform.executions.has(second.runId)).toBe(false)
    // The lease is over.
    await changeQueue(project, 'training', (queue) => ({
      ...queue,
      running: queue.running.map((run) => ({ ...run, leaseUntil: 0 })),
    }))
    await sweep()
    expect(platform.executions.has(second.runId)).toBe(true)
    expect(await start({ sweep: 'nobody' })).toEqual({ swept: [] })
  })

  test('names the projects of the environment when asked for another', async () => {
    await expect(start(training({ project: 'other' }))).rejects.toMatchObject({
      name: 'InvalidRequest',
      message:
        'this environment has no project "other": expected one of demo; name a deployed project, or give projectUri',
    })
  })
})
