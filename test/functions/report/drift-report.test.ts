import { describe, expect, it } from 'vitest'
import type { Drift, DriftHistoryLine, JointDrift } from '../../../functions/drift/drift.ts'
import { withHistory } from '../../../functions/drift/drift-history.ts'
import { renderDriftReport } from '../../../functions/report/render-drift-report.ts'
import { renderInferenceReport } from '../../../functions/report/render-inference-report.ts'
import { inferenceDocuments } from '../../builders/report-documents.ts'
import { drawingsWithoutName, idsOf, missingFiles, reachesOut, textOf, unbalanced } from './page-checks.ts'

const steady = inferenceDocuments()
const shifted = inferenceDocuments({ shift: 1.5 })
const joint: JointDrift = {
  status: 'compared',
  drifted: true,
  area: 0.71,
  interval: { low: 0.68, high: 0.74, level: 0.95 },
  pValue: 0,
  singleColumnArea: 0.51,
  pairs: [{ columns: ['weight', 'distance'], share: 0.9 }],
  reason: 'a classifier tells the batch from the baseline with an area of 0.71',
  rows: 900,
  baselineRows: 2_000,
}
const line = (at: string, drifted: string[]): DriftHistoryLine => ({
  runId: `run${at}`,
  at,
  rows: 900,
  driftScore: 0,
  weightedDriftScore: 0.1,
  alarm: drifted.length > 0,
  drifted,
})
const verdictOf = (page: string) => textOf(/<div class="verdict.*?<\/div>/s.exec(page)?.[0] ?? '')
const render = (drift: Drift) => renderInferenceReport({ ...steady, drift })

describe('what an operator reads of drift', () => {
  it('says since when a feature drifts, run by run', () => {
    const earlier = [
      line('2026-02-01T06:00:00.000Z', ['weight']),
      line('2026-02-02T06:00:00.000Z', []),
      line('2026-02-03T06:00:00.000Z', ['weight']),
      line('2026-02-04T06:00:00.000Z', ['weight', 'other']),
    ]
    const drift = withHistory(shifted.drift, earlier, '2026-02-05T06:00:00.000Z')
    expect(drift.features.weight?.since).toEqual({ at: '2026-02-03T06:00:00.000Z', runs: 3 })
    const page = render(drift)
    expect(verdictOf(page)).toContain('since 3 Feb 2026, 06:00 UTC (3 runs)')
    expect(page).toContain('Weighted drift score of the runs of this model version')
    expect(textOf(page)).toContain('The last 5 runs of this model version, newest first')
  })

  it('is warned when no column moved but columns no longer go together, and told what to ask', () => {
    const page = render({ ...steady.drift, joint, alarm: true })
    expect(verdictOf(page)).toContain('No single feature moved, but the batch did')
    expect(verdictOf(page)).toContain('joined, keyed or sorted in another way')
    expect(textOf(page)).toContain('weight with distance')
    const explained = { ...joint, singleColumnArea: 0.72 }
    expect(verdictOf(render({ ...shifted.drift, joint: explained }))).not.toContain('classifier')
  })

  it('sees the names of both sides above the plot, where no bar can stand', () => {
    const plot =
      render(shifted.drift)
        .split('<svg')
        .find((each) => /Share of each group/.test(each) && />trained on</.test(each)) ?? ''
    const top = (name: string) => Number(new RegExp(`y="([\\d.]+)">${name}<`).exec(plot)?.[1])
    expect(top('this batch')).toBeLessThan(24)
    expect(top('trained on')).toBe(top('this batch'))
  })

  it('is a page of its own for two plain files, without a word of a model', () => {
    const { modelVersion: _none, ...drift } = shifted.drift
    const page = renderDriftReport({
      drift: { ...drift, joint },
      baseline: 'january.csv',
      current: 'february.csv',
      notCompared: [{ column: 'seen_on', why: 'a time, which always moves on' }],
      comparedAt: '2026-03-01T00:00:00.000Z',
    })
    expect(textOf(page)).toContain('february.csv against january.csv')
    expect(page).toContain('<title id="drift-0-title">Distribution of weight</title>')
    expect(textOf(page)).toContain('Not compared: seen_on (a time, which always moves on).')
    expect(textOf(page)).not.toMatch(/trained on|train again|Importance/)
    expect(unbalanced(page)).toEqual([])
    expect(reachesOut(page)).toEqual([])
    expect(drawingsWithoutName(page)).toEqual([])
    expect(missingFiles(page)).toEqual([])
    expect(new Set(idsOf(page)).size).toBe(idsOf(page).length)
  })
})
