import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { MonitorState } from '../../../functions/monitoring/monitor-state.ts'
import { parseProject } from '../../../functions/project.ts'
import { lambdaContext, type Platform, startPlatform } from '../../../local/rig/platform.ts'
import { project as adherence } from '../../../projects/adherence/project.ts'
import { registrationOf } from '../../builders/registration.ts'

/** Happens once, between the next reading of the ledger and what is made of it. */
const meanwhile = vi.hoisted((): { act?: (() => Promise<void>) | undefined } => ({}))
vi.mock('../../../functions/deployment/ledger-store.ts', async (original) => {
  const store = await original<typeof import('../../../functions/deployment/ledger-store.ts')>()
  return {
    ...store,
    async readLedger(project: string) {
      const ledger = await store.readLedger(project)
      const { act } = meanwhile
      meanwhile.act = undefined
      await act?.()
      return ledger
    },
  }
})

const bucket = 'regimen-dev-000000000000-us-east-1'
const day = 86_400_000
const at = (days: number) => new Date(Date.UTC(2026, 0, 1) + days * day).toISOString()

type Handler = (input: object) => Promise<Record<string, unknown>>
let platform: Platform
let [observe, note, acknowledge, start]: Handler[] = []
let objects: typeof import('../../../functions/object-store.ts')
let monitor: typeof import('../../../functions/monitoring/monitor-store.ts')
let table: typeof import('../../../functions/table-store.ts')
let runs: typeof import('../../../functions/starter/run-store.ts')

beforeAll(async () => {
  platform = await startPlatform()
  await new S3Client({ forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: bucket }))
  objects = await import('../../../functions/object-store.ts')
  monitor = await import('../../../functions/monitoring/monitor-store.ts')
  table = await import('../../../functions/table-store.ts')
  runs = await import('../../../functions/starter/run-store.ts')
  const bound =
    (handler: (input: never, context: typeof lambdaContext) => Promise<unknown>): Handler =>
    async (input) =>
      (await handler(input as never, lambdaContext)) as Record<string, unknown>
  observe = bound((await import('../../../functions/monitoring/observe.handler.ts')).handler)
  note = bound((await import('../../../functions/monitoring/note.handler.ts')).handler)
  acknowledge = bound((await import('../../../functions/monitoring/acknowledge.handler.ts')).handler)
  start = bound((await import('../../../functions/monitoring/start.handler.ts')).handler)
})
afterAll(() => platform.stop())
beforeEach(() => vi.unstubAllEnvs())

let count = 0
/** A project of its own with version 1 in production. */
async function newProject() {
  count += 1
  const id = `demo-${count}`
  const project = parseProject({ ...adherence, id })
  const projectUri = `s3://${bucket}/${id}/project/1.json`
  await objects.putJson(projectUri, project)
  const uri = `s3://${bucket}/${id}/x`
  const model = (version: string) =>
    table.putNew(table.tableKeys.modelVersion(id, version), {
      ...{ project: id, version, status: 'Approved', packageArn: 'arn', runId: 'run', createdAt: at(0) },
      ...{
        createdBy: 'ada',
        datasetName: 'table',
        datasetVersion: 'first',
        algorithm: 'xgboost',
        engine: 'e',
      },
      ...{
        imageUri: 'i',
        hyperparameters: {},
        metrics: {},
        modelUri: uri,
        encoderUri: uri,
        baselineUri: uri,
      },
      ...{ decisionUri: uri, evaluationUri: uri },
    })
  const { promote } = await import('../../../functions/deployment/ledger-store.ts')
  const produce = async (version: string, days: number) => {
    await model(version)
    await promote(id, { version, who: 'bob', why: 'test', when: at(days), decision: version })
  }
  await produce('1', 0)
  const runOf = (index: number) => `s3://${bucket}/${id}/inference/run${index}`
  return {
    id,
    produce,
    window: async (index: number, alarm: boolean) => {
      const { writeHistory } = await import('../../../functions/drift/history-store.ts')
      const line = {
        runId: `run${index}`,
        at: at(index),
        rows: 500,
        driftScore: 0.1,
        weightedDriftScore: 0.1,
      }
      const drifted = alarm ? ['payer'] : []
      await writeHistory(`s3://${bucket}/${id}`, '1', runOf(index), { ...line, alarm, drifted })
    },
    look: (days: number, runId = crypto.randomUUID().replaceAll('-', '').slice(0, 16)) =>
      observe?.({
        runId,
        projectUri,
        runUri: `s3://${bucket}/${id}/monitoring/${runId}`,
        project: id,
        at: at(days),
      }) as Promise<Record<string, unknown>>,
    data: (version: string, days: number, rows = 10_000) =>
      table.putNew(table.tableKeys.datasetVersion(id, 'table', version), {
        ...{ project: id, name: 'table', version, uri: `${uri}/${version}`, fileName: 'f', bytes: 1, rows },
        ...{ columns: 1, sha256: 's', manifestUri: uri, requestedBy: 'ada', createdAt: at(days) },
        ...{ gsi1pk: table.tableKeys.datasets(id), gsi1sk: at(days) },
      }),
    told: () => {
      const file = join(platform.directory, 'sns', 'alerts.jsonl')
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
      return lines
        .map((line) => (JSON.parse(line) as { Subject: string }).Subject)
        .filter((subject) => subject.startsWith(`${id} `))
    },
    state: (): Promise<MonitorState> => monitor.readMonitor(id),
  }
}

describe('a look at the windows', () => {
  test('without a window is quiet', async () => {
    const project = await newProject()
    expect(await project.look(1)).toMatchObject({ modelVersion: '1', phase: 'quiet', notices: [] })
  })

  test('makes the table know a version that the registry alone knows', async () => {
    const { id, look } = await newProject()
    await platform.group(id)
    const { createPackage } = await import('../../../functions/registry/package-store.ts')
    const { modelOf, registration } = await import('../../../functions/registry/model.ts')
    const input = registration.parse(registrationOf({ project: id }))
    await createPackage(modelOf(input, '', new Date(at(0))))
    const second = registration.parse(registrationOf({ project: id, runId: 'second0000000000' }))
    await createPackage(modelOf(second, '', new Date(at(0))))
    await look(1)
    const { listModels } = await import('../../../functions/registry/model-store.ts')
    expect((await listModels(id)).map(({ version, runId }) => [version, runId])).toContainEqual([
      '2',
      'second0000000000',
    ])
  })

  test('tells of an episode once and of its end once, however many look at the same time', async () => {
    const project = await newProject()
    await project.window(1, true)
    await project.window(2, true)
    const looks = await Promise.all(Array.from({ length: 8 }, () => project.look(3)))
    expect(new Set(looks.map(({ episode }) => episode))).toEqual(new Set([`${project.id}-1`]))
    expect((await project.state()).outbox).toEqual([])
    expect(project.told()).toEqual([`${project.id} monitoring: opened`])
    await project.look(4)
    await project.window(5, false)
    await project.window(6, false)
    expect(await project.look(7)).toMatchObject({ phase: 'quiet', notices: ['recovered'], episode: null })
    expect(await project.look(8)).toMatchObject({ notices: [] })
    expect(project.told().slice(1)).toEqual([`${project.id} monitoring: recovered`])
  })

  test.each([true, false])(
    'that dies between its decision and the notice: told once, retried %s',
    async (retried) => {
      const project = await newProject()
      await project.window(1, true)
      await project.window(2, true)
      vi.stubEnv('TOPIC_ARN', 'arn:aws:sns:us-east-1:000000000000:not-there')
      await expect(project.look(3, 'dies000000000000')).rejects.toThrow()
      expect(project.told()).toEqual([])
      expect((await project.state()).outbox).toMatchObject([{ kind: 'opened' }])
      vi.unstubAllEnvs()
      // One that looks at the same time leaves it to the run that decided …
      expect(await project.look(3)).toMatchObject({ notices: [] })
      // … whose state is tried again, or whose patience ends.
      const [next, days] = [retried ? 'dies000000000000' : 'anotherlook00000', retried ? 3 : 3.1]
      expect(await project.look(days, next)).toMatchObject({ notices: ['opened'] })
      expect(await project.look(4)).toMatchObject({ notices: [] })
      expect(project.told()).toEqual([`${project.id} monitoring: opened`])
    },
  )

  test('asks for one challenger under one key until its training is known, and for none while it lasts', async () => {
    const project = await newProject()
    await project.window(1, true)
    await project.window(2, true)
    expect(await project.look(3)).toMatchObject({ retraining: null, reason: expect.stringMatching(/^waits/) })
    await project.data('second', 4)
    const looks = await Promise.all(Array.from({ length: 8 }, () => project.look(5)))
    const key = `${project.id}-1-retraining-1`
    const dataset = { name: 'table', version: 'second', uri: `s3://${bucket}/${project.id}/x/second` }
    for (const { retraining } of looks) expect(retraining).toEqual({ key, dataset })
    // The execution that had decided died before it started the training: the next one does, under the same key.
    expect((await project.look(5.5)).retraining).toEqual({ key, dataset })
    const trainingRunId = 'training00000001'
    expect(await note?.({ project: project.id, key, trainingRunId })).toEqual({ noted: true })
    expect(await note?.({ project: project.id, key: 'another', trainingRunId: 'x' })).toEqual({
      noted: false,
    })
    await project.data('third', 5.6)
    expect(await project.look(5.7)).toMatchObject({ retraining: null })
    await runs.putRun({
      ...{ runId: trainingRunId, project: project.id, pipeline: 'training', requestedBy: 'monitoring' },
      ...{ status: 'FAILED', progress: 1, startedAt: at(5) },
    })
    expect(await project.look(5.8)).toMatchObject({
      retraining: null,
      reason: expect.stringMatching(/cool-down/),
    })
    expect((await project.state()).retraining).toBeNull()
    const again = await project.look(5 + 14)
    expect(again).toMatchObject({
      retraining: { key: `${project.id}-1-retraining-2`, dataset: { version: 'third' } },
    })
  })

  test.each(['RUNNING', 'QUEUED'] as const)(
    'keeps the place of a training that is %s still when its lease is over',
    async (status) => {
      const project = await newProject()
      await project.window(1, true)
      await project.window(2, true)
      await project.look(2.5)
      await project.data('second', 3)
      await project.look(4)
      const runId = `long${status.toLowerCase()}`
      const arn = `arn:aws:states:us-east-1:000000000000:execution:regimen-dev-demo-training:${runId}`
      await runs.putRun({
        ...{ runId, project: project.id, pipeline: 'training', requestedBy: 'monitoring', status },
        ...{ progress: 0, startedAt: at(4), ...(status === 'RUNNING' ? { executionArn: arn } : {}) },
      })
      platform.executions.set(runId, '{}')
      await note?.({ project: project.id, key: `${project.id}-1-retraining-1`, trainingRunId: runId })
      await project.look(30)
      expect((await project.state()).retraining).toMatchObject({ runId })
      // Its end was never told: who looks at the execution sees that it is over.
      if (status === 'RUNNING') {
        platform.executions.delete(runId)
        await project.look(31)
        expect((await project.state()).retraining).toBeNull()
      }
    },
  )

  test('that was overtaken by a new version does not bring the old one back', async () => {
    const project = await newProject()
    await project.window(1, true)
    await project.window(2, true)
    meanwhile.act = async () => {
      await project.produce('2', 3)
      await project.look(3)
    }
    expect(await project.look(3)).toMatchObject({ modelVersion: '2', episode: null })
    expect(await project.state()).toMatchObject({ modelVersion: '2', episodes: 0 })
  })

  test('gives the place of a lost training back when its lease is over', async () => {
    const project = await newProject()
    await project.window(1, true)
    await project.window(2, true)
    await project.look(2.5)
    await project.data('second', 3)
    await project.look(4)
    await note?.({
      project: project.id,
      key: `${project.id}-1-retraining-1`,
      trainingRunId: 'nobodyknows00000',
    })
    await project.look(4.9)
    expect((await project.state()).retraining).not.toBeNull()
    await project.look(5.1)
    expect((await project.state()).retraining).toBeNull()
  })
})

describe('whoever acknowledges', () => {
  test('is kept, and the episode is not told again', async () => {
    const project = await newProject()
    expect(await acknowledge?.({ project: project.id, requestedBy: 'ada' })).toEqual({
      episode: null,
      acknowledged: false,
    })
    await project.window(1, true)
    await project.window(2, true)
    await project.look(3)
    const episode = `${project.id}-1`
    expect(await acknowledge?.({ project: project.id, requestedBy: 'ada' })).toEqual({
      episode,
      acknowledged: true,
    })
    expect(await acknowledge?.({ project: project.id, requestedBy: 'bob' })).toEqual({
      episode,
      acknowledged: false,
    })
    expect((await project.state()).episode).toMatchObject({ acknowledgedBy: 'ada' })
    expect(await project.look(30)).toMatchObject({ notices: [] })
  })

  test('never came: the episode is told once more', async () => {
    const project = await newProject()
    await project.window(1, true)
    await project.window(2, true)
    await project.look(3)
    expect(await project.look(4.9)).toMatchObject({ notices: [] })
    expect(await project.look(5)).toMatchObject({ notices: ['escalated'] })
    expect(await project.look(9)).toMatchObject({ notices: [] })
  })
})

describe('monitoring begins', () => {
  const scored = (status: string, pipeline = 'inference') => ({
    detail: {
      executionArn: `arn:aws:states:us-east-1:000000000000:execution:regimen-dev-demo-${pipeline}:scored0000000001`,
      stateMachineArn: `arn:aws:states:us-east-1:000000000000:stateMachine:regimen-dev-demo-${pipeline}`,
      name: 'scored0000000001',
      status,
      startDate: 0,
    },
  })

  test('once for a batch, however often its end is told, and for nothing else', async () => {
    const first = await start?.(scored('SUCCEEDED'))
    expect(first).toMatchObject({ alreadyStarted: false })
    expect(await start?.(scored('SUCCEEDED'))).toMatchObject({ runId: first?.runId, alreadyStarted: true })
    expect(await start?.(scored('FAILED'))).toEqual({ ignored: true })
    expect(await start?.(scored('SUCCEEDED', 'training'))).toEqual({ ignored: true })
    expect(platform.machines.filter((arn) => arn.endsWith(':regimen-dev-demo-monitoring'))).toHaveLength(1)
  })

  test('once for a time of the schedule', async () => {
    const scheduled = { project: 'demo', requestedBy: 'schedule', scheduledTime: '2026-01-01T06:00:00Z' }
    const first = await start?.(scheduled)
    expect(await start?.(scheduled)).toMatchObject({ runId: first?.runId, alreadyStarted: true })
    const next = await start?.({ ...scheduled, scheduledTime: '2026-01-02T06:00:00Z' })
    expect(next?.runId).not.toBe(first?.runId)
  })
})
