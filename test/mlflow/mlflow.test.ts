/** Training runs of the real state machine on a real MLflow server, read back by MLflow's own client. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { parseProject } from '../../functions/project.ts'
import { predict } from '../../functions/scoring/predict.ts'
import { readModel } from '../../functions/scoring/read-model.ts'
import { type Rig, startRig } from '../../local/rig/rig.ts'
import { generate } from '../../projects/adherence/generate.ts'
import { project as adherence } from '../../projects/adherence/project.ts'

const server = inject('mlflow')
const missing = 'missing' in server ? server.missing : undefined
const uri = 'uri' in server ? server.uri : ''
const project = parseProject({
  ...adherence,
  gates: [],
  hyperparameters: { ...adherence.hyperparameters, num_round: 8, max_depth: 3 },
})

interface Found {
  readonly runs: number
  readonly status: string
  readonly params: Record<string, string>
  readonly metrics: Record<string, number>
  readonly history: Record<string, [number, number][]>
  readonly tags: Record<string, string>
  readonly artifacts: string[]
  readonly features: number
  readonly predictions: number[]
}

async function found(runId: string): Promise<Found> {
  const python = 'python' in server ? server.python : ''
  const script = join(import.meta.dirname, 'read_run.py')
  const { stdout } = await promisify(execFile)(python, [script, uri, project.id, runId])
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Found
}

let rig: Rig
let projectUri: string
let records: typeof import('../../functions/experiments/run-record-store.ts')
const table = (seed: number) =>
  rig.put(
    `adherence/datasets/table/v${seed}/data/table.csv`,
    [...generate({ seed, encounters: 1_500 })].join(''),
  )

describe('a training run', () => {
  beforeAll(async () => {
    if (missing !== undefined) return
    rig = await startRig()
    await rig.platform.group(project.id)
    projectUri = await rig.use(project)
    records = await import('../../functions/experiments/run-record-store.ts')
  })
  afterAll(() => rig?.stop())

  test('is on the server with parameters, metrics by step, tags, and a model that its library loads', async ({
    skip,
  }) => {
    skip(missing !== undefined, missing)
    process.env.MLFLOW_TRACKING_URI = uri
    const trained = await rig.train(project, projectUri, await table(41))
    expect(trained.status, trained.cause).toBe('SUCCEEDED')
    const record = await records.getExperimentRun(trained.runId)
    expect(record?.mlflow).toMatchObject({ sent: true, modelSent: true })
    const there = await found(trained.runId)
    expect(there).toMatchObject({ runs: 1, status: 'FINISHED' })
    expect(there.params).toEqual(record?.params)
    for (const [name, value] of Object.entries(record?.metrics ?? {})) expect(there.metrics[name]).toBe(value)
    const steps = Object.entries(there.history).filter(([, points]) => points.length > 1)
    expect(steps.map(([name]) => name)).toContain('validation-logloss')
    for (const [, points] of steps) expect(points.map(([step]) => step)).toEqual(points.map((_, at) => at))
    expect(there.tags).toMatchObject({
      'regimen.runId': trained.runId,
      'regimen.dataset': 'table@0123456789abcdef',
      'regimen.gate': 'passed',
    })
    const { getBytes } = await import('../../functions/object-store.ts')
    const model = readModel(await getBytes({ uri: record?.artifacts.model ?? '' }))
    const cells = 5 * there.features
    const rows = Float32Array.from({ length: cells }, (_, at) => at / (cells - 1))
    const ours = predict(model, rows, 5)
    for (const [row, prediction] of there.predictions.entries())
      expect(prediction).toBeCloseTo(ours[row] ?? 0, 5)
  })

  test('is trained when the server is away, says so, and is sent later, once', async ({ skip }) => {
    skip(missing !== undefined, missing)
    process.env.MLFLOW_TRACKING_URI = 'http://127.0.0.1:9'
    const trained = await rig.train(project, projectUri, await table(42))
    expect(trained.status, trained.cause).toBe('SUCCEEDED')
    const before = await records.getExperimentRun(trained.runId)
    expect(before?.mlflow).toEqual({ sent: false, reason: 'ServiceUnavailable' })
    const { exportRun } = await import('../../functions/experiments/mlflow-export-store.ts')
    if (before === undefined) throw new Error('no record')
    const first = await exportRun(uri, before)
    expect(await exportRun(uri, before)).toEqual(first)
    const there = await found(trained.runId)
    expect(there.runs).toBe(1)
    for (const points of Object.values(there.history))
      expect(new Set(points.map(([step]) => step)).size).toBe(points.length)
    expect((await records.getExperimentRun(trained.runId))?.mlflow).toMatchObject({ sent: true })
  })

  test('is refused where the address is no server’s, in words that hold no password', async ({ skip }) => {
    skip(missing !== undefined, missing)
    const { sendRun } = await import('../../functions/experiments/mlflow-store.ts')
    const run = { experiment: 'x', name: 'y', startTime: 0, endTime: 0, params: [], metrics: [], tags: [] }
    await expect(sendRun('ftp://me:secret@nowhere', run, () => [])).rejects.toThrow(/MLflow server/)
    await expect(sendRun('ftp://me:secret@nowhere', run, () => [])).rejects.not.toThrow(/secret/)
  })
})
