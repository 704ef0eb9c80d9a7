import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { experimentRunSchema } from '../../../functions/experiments/experiment-run.ts'
import { parseQuery } from '../../../functions/experiments/query.ts'

const run = experimentRunSchema.parse({
  runId: 'abcdefgh12345678',
  project: 'demo',
  experiment: 'depth',
  status: 'SUCCEEDED',
  requestedBy: 'arn:aws:iam::000000000000:user/ada',
  startedAt: '2026-11-21T04:00:00.000Z',
  datasetName: 'parcels',
  datasetVersion: '0a1b2c3d',
  params: { max_depth: '6', eta: '0.1', objective: 'binary:logistic' },
  metrics: { rocAuc: 0.67, 'calibration.error': 0.01 },
  tags: { reviewed: 'yes' },
})
const matches = (query: string) => parseQuery(query)(run)

describe('a query', () => {
  test.each([
    ['rocAuc > 0.65 and params.max_depth = 6'],
    ['metrics.rocAuc >= .67'],
    ['max_depth = 6'],
    ['params.max_depth < 10'],
    ["startedAt >= '2026-11-01' and startedAt < 2026-12-01"],
    ['not status = FAILED'],
    ['status = FAILED or tags.reviewed = yes'],
    ['(status = FAILED or tags.reviewed = yes) and rocAuc<1'],
    ['requestedBy ~ ADA'],
    ['params.objective = "binary:logistic"'],
    ['params.max_depth in (4, 6, 8)'],
    ['`calibration.error` < 1e-1'],
    ['datasetVersion = 0a1b2c3d'],
    ['NOT (rocAuc < 0.5) AND experiment != other'],
    [''],
  ])('%s takes the run', (query) => expect(matches(query)).toBe(true))

  test.each([
    ['rocAuc > 0.67'],
    ['params.max_depth = 7'],
    ['params.gamma = 1'],
    ['params.gamma != 1'],
    ['status in (FAILED, ABORTED)'],
    ['tags.reviewed = no'],
    ["startedAt > '2026-12'"],
    ['constructor = 1'],
    ['rocAuc > 0.5 and status = FAILED or status = ABORTED'],
  ])('%s does not', (query) => expect(matches(query)).toBe(false))

  test.each([
    ['rocAuc >', 'character 9: got the end; expected a number, a word or a quoted text'],
    ['rocAuc 0.5', 'character 8: got 0.5; expected one of = != < <= > >= ~ in'],
    ['rocAuc > 0.5 status = x', 'character 14: got status; expected and, or, or the end'],
    ['(rocAuc > 0.5', 'character 14: got the end; expected )'],
    ['rocAuc > 0.5 and ;', 'character 18: got the character ";"'],
    ['> 5', 'character 1: got >; expected the name of a field, a metric or a parameter'],
  ])('%s is refused where it cannot be read', (query, where) =>
    expect(() => parseQuery(query)).toThrow(where),
  )

  // Feature: mlops-platform, Property 14: Experiment searchability
  test('finds every run by any of its parameters, metrics, tags and facts', () => {
    const name = fc
      .stringMatching(/^[a-z][a-z_]{0,9}$/)
      .filter((word) => !['and', 'or', 'not', 'in'].includes(word))
    const text = fc.string({ minLength: 1, maxLength: 20 })
    const quoted = (value: string) => `'${value.replaceAll(/[\\']/g, '\\$&')}'`
    fc.assert(
      fc.property(
        fc.dictionary(name, text, { minKeys: 1, maxKeys: 5 }),
        fc.dictionary(name, fc.double({ noNaN: true, noDefaultInfinity: true }), { minKeys: 1, maxKeys: 5 }),
        fc.dictionary(name, text, { maxKeys: 3 }),
        (params, metrics, tags) => {
          const recorded = { ...run, params, metrics, tags }
          const queries = [
            ...Object.entries(params).map(([key, value]) => `params.${key} = ${quoted(value)}`),
            ...Object.entries(metrics).map(([key, value]) => `metrics.${key} = ${value}`),
            ...Object.entries(tags).map(([key, value]) => `tags.${key} = ${quoted(value)}`),
            `runId = ${run.runId}`,
            `experiment = ${quoted('depth')}`,
          ]
          for (const query of [...queries, queries.join(' and ')])
            expect(parseQuery(query)(recorded), query).toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })
})
