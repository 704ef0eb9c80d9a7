import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinLabels, type LabelDelivery, type MadePrediction } from '../../../functions/drift/label-join.ts'
import { measurePerformance } from '../../../functions/drift/measure-performance.ts'
import { performanceSchema } from '../../../functions/drift/performance.ts'
import { performanceMetrics } from '../../../functions/drift/performance-metrics.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { inferenceDocuments } from '../../builders/report-documents.ts'

const random = seededRandom(5)
const { evaluation } = inferenceDocuments()
const reference = {
  ...evaluation,
  metrics: { ...evaluation.metrics, rocAuc: 0.83 },
  intervals: { rocAuc: { low: 0.81, high: 0.85, level: 0.95, resamples: 500, entities: 900 } },
}
const predictions: MadePrediction[] = Array.from({ length: 1_200 }, (_, at) => ({
  entityId: `e${at >> 1}`,
  exampleKey: `k${at}`,
  prediction: random(),
  groups: { site: at % 3 === 0 ? 'north' : 'south' },
}))
const labelsOf = (truth: (probability: number) => number): [string, number][] =>
  predictions.map(({ exampleKey, prediction }) => [exampleKey, Number(random() < truth(prediction))])
const delivery = (labels: LabelDelivery['labels'], at = '2026-02-01T00:00:00.000Z'): LabelDelivery => ({
  at,
  labels,
})
const judge = (deliveries: readonly LabelDelivery[]) =>
  performanceSchema.parse(
    measurePerformance({
      joined: joinLabels(predictions, deliveries),
      evaluation: reference,
      runId: 'run',
      modelVersion: '3',
      predictedAt: '2026-01-01T00:00:00.000Z',
      seed: 1,
      resamples: 100,
    }),
  )
const asTrained = labelsOf((probability) => probability)

describe('labels that arrive late', () => {
  it('tell that the model does as in training, when it does', () => {
    const found = judge([delivery(asTrained)])
    expect(found).toMatchObject({ status: 'complete', coverage: 1, delayDays: 31, labelled: 1_200 })
    expect(found.comparison).toMatchObject({ metric: 'rocAuc', worse: false })
    expect(found.groups.map(({ level }) => level)).toEqual(['south', 'north'])
  })

  it('tell that the relation to the label has changed', () => {
    const found = judge([delivery(labelsOf((probability) => 0.4 + 0.2 * probability))])
    expect(found.comparison?.worse).toBe(true)
    expect(found.reason).toMatch(/^the model does worse than in training: rocAuc 0\.5/)
    expect(performanceMetrics(found)).toContainEqual({ name: 'ConceptDrift', value: 1, unit: 'None' })
  })

  it('that are partial are said to be, and too few say nothing', () => {
    const some = judge([delivery(asTrained.slice(0, 300))])
    expect(some).toMatchObject({ status: 'partial', coverage: 0.25 })
    expect(some.reason).toContain('on the 25 % of the predictions whose labels have arrived')
    expect(judge([delivery(asTrained.slice(0, 60))])).toMatchObject({
      status: 'insufficient-data',
      comparison: null,
    })
    expect(judge([])).toMatchObject({
      status: 'insufficient-data',
      labelled: 0,
      delayDays: null,
      metrics: {},
    })
    expect(judge([delivery(asTrained.map(([key]) => [key, 0]))])).toMatchObject({
      status: 'insufficient-data',
    })
  })

  it('count once however often and in whatever pieces and order they come', () => {
    const whole = judge([delivery(asTrained)])
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: asTrained.length }), { maxLength: 4 }),
        fc.boolean(),
        (cuts, isReversed) => {
          const places = [0, ...cuts.toSorted((a, b) => a - b), asTrained.length]
          const pieces = places.slice(1).map((end, at) => delivery(asTrained.slice(places[at], end)))
          const again = [...pieces, delivery(asTrained.slice(0, 40)), ...pieces]
          const joined = joinLabels(predictions, isReversed ? again.toReversed() : again)
          expect(joined.rows).toEqual(joinLabels(predictions, [delivery(asTrained)]).rows)
          expect([joined.corrected, joined.unknown]).toEqual([0, 0])
        },
      ),
      { numRuns: 100 },
    )
    expect(judge([delivery(asTrained), delivery(asTrained)])).toEqual(whole)
  })

  it('are corrected by later ones, and those of other runs are counted apart', () => {
    const [[key, label] = ['', 0]] = asTrained
    const later = delivery(
      [
        [key, 1 - label],
        ['elsewhere', 1],
      ],
      '2026-03-01T00:00:00.000Z',
    )
    for (const deliveries of [
      [delivery(asTrained), later],
      [later, delivery(asTrained)],
    ]) {
      const joined = joinLabels(predictions, deliveries)
      expect(joined).toMatchObject({ corrected: 1, unknown: 1, lastDelivery: later.at })
      expect(joined.rows[0]?.label).toBe(1 - label)
    }
  })

  it('of examples that the run did not score are told in words', () => {
    const [one, two] = [['x', 1] as const, ['y', 0] as const]
    expect(judge([delivery([...asTrained, one])]).reason).toMatch(
      /^no loss beyond chance: .*; 1 label is of an example that the run did not score$/,
    )
    expect(judge([delivery([one, two])]).reason).toMatch(
      /^insufficient-data: 0 labels.*; 2 labels are of examples that the run did not score$/,
    )
    expect(judge([delivery(asTrained)]).reason).not.toContain('did not score')
  })

  it('take an example that was scored twice for one', () => {
    const joined = joinLabels([...predictions, ...predictions], [delivery(asTrained)])
    expect([joined.predictions, joined.repeated]).toEqual([1_200, 1_200])
    expect(joined.rows).toHaveLength(1_200)
  })
})
