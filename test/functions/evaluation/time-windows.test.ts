import { describe, expect, it } from 'vitest'
import { examplesSql, yieldsEventTime } from '../../../functions/dataset/examples-sql.ts'
import { timeWindowSchema } from '../../../functions/evaluation/evaluation.ts'
import { timeWindows } from '../../../functions/evaluation/time-windows.ts'
import { timeSection } from '../../../functions/report/time-section.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { inferenceDocuments, reportedProject } from '../../builders/report-documents.ts'

const random = seededRandom(3)
const day = 86_400

/** `rows` over `days`, the model's scores losing their meaning in the last third. */
function timed(rows: number, days: number) {
  const times = Float64Array.from({ length: rows }, (_, at) => 1_700_000_000 + (at / rows) * days * day)
  const labels = Float64Array.from(times, () => Number(random() < 0.3))
  const scores = labels.map((label, at) => (at < (2 * rows) / 3 ? 0.3 * label : 0) + 0.7 * random())
  return { times, labels, scores, predictions: scores, entities: Int32Array.from(times, (_, at) => at >> 1) }
}

describe('performance over time', () => {
  it('shows a model that ages, window by window, each with its interval', () => {
    const windows = timeWindows(timed(6_000, 365), false, 1).map((window) => timeWindowSchema.parse(window))
    expect(windows).toHaveLength(13)
    expect(windows.reduce((sum, { rows }) => sum + rows, 0)).toBe(6_000)
    const [first, last] = [windows[1], windows.at(-2)]
    expect(first?.metrics?.rocAuc).toBeGreaterThan(0.7)
    expect(last?.metrics?.rocAuc).toBeLessThan(0.6)
    expect(last?.intervals.rocAuc?.high).toBeLessThan(first?.intervals.rocAuc?.low ?? 0)
    expect(windows.map(({ from }) => from).toSorted()).toEqual(windows.map(({ from }) => from))
    for (const [at, window] of windows.slice(1).entries()) expect(window.from).toBe(windows[at]?.to)
  })

  it.each([
    [10, 11],
    [100, 16],
    [600, 21],
    [1_900, 22],
    [9_000, 26],
  ])('takes the finest calendar unit that gives at most 24 windows of %d days', (days, most) => {
    const windows = timeWindows(timed(2_000, days), true, 1)
    expect(windows.length).toBeLessThanOrEqual(Math.min(24, most))
    expect(windows.length).toBeGreaterThan(2)
  })

  it('leaves rows without a time out, and measures no window of few entities', () => {
    const rows = timed(400, 3)
    rows.times.fill(Number.NaN, 0, 390)
    const [window, ...others] = timeWindows(rows, false, 1)
    expect(others).toEqual([])
    expect(window).toMatchObject({ rows: 10, metrics: null })
    expect(timeWindows({ ...rows, times: rows.times.fill(Number.NaN) }, false, 1)).toEqual([])
  })

  it('is a table of the training report where there is a time', () => {
    const { evaluation } = inferenceDocuments()
    expect(timeSection(evaluation)).toEqual([])
    const byTime = timeWindows(timed(1_000, 90), false, 1)
    expect(timeSection({ ...evaluation, byTime })[0]?.id).toBe('time')
  })

  it('is taken from features.sql where the project names a time and features.sql yields it', () => {
    const project = reportedProject({})
    expect(yieldsEventTime(project)).toBe(false)
    const first = project.source.columns[0]?.name ?? ''
    const timedProject = { ...project, eventTime: first, featuresSql: 'SELECT x AS event_time FROM raw' }
    expect(examplesSql(timedProject, 1)).toContain('AS DOUBLE) AS event_time')
    expect(yieldsEventTime({ ...timedProject, featuresSql: 'SELECT 1' })).toBe(false)
  })
})
