import { expect, test } from 'vitest'
import { compareRuns } from '../../../functions/experiments/compare-runs.ts'
import { experimentRunSchema } from '../../../functions/experiments/experiment-run.ts'

const run = (runId: string, more: object) =>
  experimentRunSchema.parse({
    runId,
    project: 'demo',
    status: 'SUCCEEDED',
    requestedBy: 'ada',
    startedAt: '2026-11-21T04:00:00.000Z',
    datasetName: 'parcels',
    ...more,
  })

test('runs stand side by side: what differs, what they share, and each metric against the first', () => {
  const runs = [
    run('a', { params: { eta: '0.1', max_depth: '6' }, metrics: { rocAuc: 0.5, brier: 0.2 } }),
    run('b', {
      params: { eta: '0.1', max_depth: '8' },
      metrics: { rocAuc: 0.75 },
      tags: { reviewed: 'yes' },
    }),
  ]
  expect(compareRuns(runs)).toEqual({
    runs: ['a', 'b'],
    differences: { 'params.max_depth': ['6', '8'], 'tags.reviewed': [null, 'yes'] },
    shared: { datasetName: 'parcels', 'params.eta': '0.1' },
    metrics: {
      rocAuc: { values: [0.5, 0.75], deltas: [0, 0.25] },
      brier: { values: [0.2, null], deltas: [0, null] },
    },
  })
})
