import type { Context } from 'aws-lambda'
import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { driftSchema } from '../../../functions/drift/drift.ts'
import { project } from '../../../projects/adherence/project.ts'
import { type Cell, profileTable } from './build-profile.ts'

const bucket = vi.hoisted(() => new Map<string, unknown>())
const cloudWatch = vi.hoisted(() => ({ send: vi.fn() }))

vi.mock('../../../functions/object-store.ts', () => ({
  getJson: async (uri: string) => {
    if (!bucket.has(uri)) throw new Error(`no object ${uri}`)
    return structuredClone(bucket.get(uri))
  },
  putJson: async (uri: string, value: unknown) => void bucket.set(uri, structuredClone(value)),
  putJsonOnce: async (uri: string, value: unknown) => {
    if (bucket.has(uri)) return false
    bucket.set(uri, structuredClone(value))
    return true
  },
  list: async (prefix: string) =>
    [...bucket.keys()].filter((uri) => uri.startsWith(prefix)).map((uri) => ({ uri, bytes: 1 })),
  headIfThere: async () => undefined,
}))
vi.mock('@aws-sdk/client-cloudwatch', () => ({
  CloudWatchClient: class {
    send = cloudWatch.send
  },
  PutMetricDataCommand: class {
    readonly input: unknown
    constructor(input: unknown) {
      this.input = input
    }
  },
}))

const { handler } = await import('../../../functions/drift/handler.ts')

const runUri = 's3://bucket/adherence/inference/abcdefghij012345'
const event = {
  runId: 'abcdefghij012345',
  projectUri: 's3://bucket/adherence/projects/1.json',
  runUri,
  profileUri: `${runUri}/profile.json`,
  baselineUri: 's3://bucket/adherence/runs/x/baseline.json',
  evaluationUri: 's3://bucket/adherence/runs/x/evaluation.json',
  modelVersion: '3',
  startedAt: '2026-03-01T06:00:00.000Z',
}
const context = { functionName: 'detect-drift', awsRequestId: '1' } as Context

const evaluation = {
  task: 'binary-classification',
  engine: 'sagemaker-xgboost-3.0-5',
  rows: 1,
  entities: 1,
  calibrationRows: 1,
  prevalence: 0.5,
  metrics: {},
  reasons: {},
  intervals: {},
  threshold: null,
  confusion: null,
  curves: null,
  top: [],
  scoreHistogram: [],
  conformal: [],
  simpleModel: null,
  groups: [],
  importance: [],
  sourceImportance: { num_medications: 0.7, gender: 0.3 },
  importanceRows: 1,
  examples: [],
  champion: null,
  gate: { passed: true, summary: '', checks: [] },
}

const table = (rows: number, shift: number): Record<string, Cell[]> => ({
  num_medications: Array.from({ length: rows }, (_, at) => (at % 23) + shift),
  gender: Array.from({ length: rows }, (_, at) => (at % 3 === 0 ? 'Male' : 'Female')),
})

function prepare(shift: number, rows = 400) {
  bucket.clear()
  bucket.set(event.projectUri, project)
  bucket.set(event.evaluationUri, evaluation)
  bucket.set(event.baselineUri, profileTable(table(2_300, 0)))
  bucket.set(event.profileUri, profileTable(table(rows, shift)))
}

const published = () =>
  cloudWatch.send.mock.calls.flatMap(
    ([command]) => command.input.MetricData as { MetricName: string; Value: number }[],
  )

describe('the door of drift detection', () => {
  beforeEach(() => {
    cloudWatch.send.mockReset()
    cloudWatch.send.mockResolvedValue({})
  })

  // Feature: mlops-platform, Property 7: Drift threshold actions
  it('publishes the metrics and stores the report whenever the threshold is exceeded', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 5, max: 60 }),
        fc.integer({ min: 100, max: 600 }),
        async (shift, rows) => {
          cloudWatch.send.mockClear()
          prepare(shift, rows)
          const answer = await handler(event, context)
          expect(answer).toMatchObject({ alarm: true, drifted: ['num_medications'], metricsPublished: true })
          expect(answer.weightedDriftScore).toBeGreaterThanOrEqual(project.drift.alarmWeightedScore)
          expect(driftSchema.parse(bucket.get(answer.driftUri)).drifted).toEqual(['num_medications'])
          const values = new Map(published().map(({ MetricName, Value }) => [MetricName, Value]))
          expect(values.get('DriftAlarm')).toBe(1)
          expect(values.get('WeightedDriftScore')).toBeCloseTo(0.7, 9)
        },
      ),
      { numRuns: 100 },
    )
  })

  // Feature: mlops-platform, Property 34: Monitoring report storage
  it('stores a detailed report of every run, calm or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -9, max: 9 }),
        fc.integer({ min: 0, max: 300 }),
        async (shift, rows) => {
          prepare(shift, rows)
          const { driftUri } = await handler(event, context)
          expect(driftUri).toBe(`${runUri}/drift.json`)
          const stored = driftSchema.parse(bucket.get(driftUri))
          expect(stored.rows).toBe(rows)
          expect(stored.modelVersion).toBe('3')
          expect(Object.keys(stored.features)).toEqual(['num_medications', 'gender'])
        },
      ),
      { numRuns: 100 },
    )
  })

  it('names the project and the environment as dimensions, and nothing else', async () => {
    prepare(0)
    await handler(event, context)
    const [[command]] = cloudWatch.send.mock.calls as [
      [{ input: { Namespace: string; MetricData: unknown[] } }],
    ]
    expect(command.input.Namespace).toBe('Regimen')
    expect(command.input.MetricData[0]).toEqual({
      MetricName: 'DriftScore',
      Value: 0,
      Unit: 'None',
      Timestamp: new Date(event.startedAt),
      Dimensions: [
        { Name: 'Project', Value: 'adherence' },
        { Name: 'Environment', Value: 'local' },
      ],
    })
  })

  it('keeps the metrics in the bucket and goes on when CloudWatch refuses', async () => {
    cloudWatch.send.mockRejectedValue(Object.assign(new Error('no'), { name: 'ThrottlingException' }))
    prepare(20)
    const answer = await handler(event, context)
    expect(answer).toMatchObject({ metricsPublished: false, alarm: true })
    expect(cloudWatch.send).toHaveBeenCalledTimes(3)
    const spilled = 's3://bucket/adherence/unsent-metrics/2026-03-01T060000000Z-abcdefghij012345.json'
    expect(bucket.get(spilled)).toMatchObject({
      namespace: 'Regimen',
      at: event.startedAt,
      attempts: 3,
      error: 'ThrottlingException',
    })
  })

  it('sends what an earlier run could not, with the time of that run', async () => {
    cloudWatch.send.mockRejectedValue(Object.assign(new Error('no'), { name: 'ThrottlingException' }))
    prepare(20)
    await handler({ ...event, startedAt: new Date(Date.now() - 60_000).toISOString() }, context)
    cloudWatch.send.mockReset()
    cloudWatch.send.mockResolvedValue({})
    const later = {
      ...event,
      runId: 'bbbbbbbbbbbbbbbb',
      runUri: runUri.replace(/[^/]+$/, 'bbbbbbbbbbbbbbbb'),
    }
    await handler({ ...later, startedAt: new Date().toISOString() }, context)
    expect(cloudWatch.send).toHaveBeenCalledTimes(2)
    cloudWatch.send.mockClear()
    await handler({ ...later, startedAt: new Date().toISOString() }, context)
    expect(cloudWatch.send).toHaveBeenCalledTimes(1)
  })

  it('leaves the score out of the metrics of an empty batch', async () => {
    prepare(0, 0)
    const answer = await handler(event, context)
    expect(answer).toMatchObject({ alarm: false, severe: false, drifted: [] })
    expect(published().map(({ MetricName }) => MetricName)).toEqual([
      'FeaturesDrifted',
      'FeaturesNotCompared',
      'Rows',
    ])
  })
})
