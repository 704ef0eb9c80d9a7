import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Drift, driftSchema, type FeatureDrift } from '../../../functions/drift/drift.ts'
import { byEffect } from '../../../functions/report/drift-verdict.ts'
import { renderInferenceReport } from '../../../functions/report/render-inference-report.ts'
import { inferenceDocuments, reportedProject, secretCustomer } from '../../builders/report-documents.ts'
import {
  drawingsWithoutName,
  headingsOf,
  idsOf,
  missingFiles,
  reachesOut,
  tagsOf,
  textOf,
  unbalanced,
} from './page-checks.ts'

const steady = inferenceDocuments()
const shifted = inferenceDocuments({ shift: 1.5 })

describe('an inference report', () => {
  it('says that nothing has to be done where nothing drifted', () => {
    const text = textOf(renderInferenceReport(steady))
    expect(text).toContain('No drift found')
    expect(text).toContain('Nothing has to be done.')
  })

  it('opens with what drifted, how far, and what to do', () => {
    const page = renderInferenceReport(shifted)
    expect(shifted.drift.drifted).toEqual(['weight'])
    const verdict = textOf(/<div class="verdict.*?<\/div>/s.exec(page)?.[0] ?? '')
    expect(verdict).toMatch(/drift/i)
    expect(verdict).toMatch(/weight: values moved by \d\.\d+ baseline deviations/)
    expect(verdict).toMatch(/Ask first whether the source/)
    expect(verdict).toMatch(/train again/)
  })

  it('draws both distributions of a feature that drifted', () => {
    const page = renderInferenceReport(shifted)
    expect(page).toContain('<title id="drift-0-title">Distribution of weight</title>')
    expect(page).toContain('trained on')
    expect(renderInferenceReport(steady)).not.toContain('drift-0-title')
  })

  it('counts the predictions and says how they are spread', () => {
    const text = textOf(renderInferenceReport(steady))
    const { predictions, lowConfidence } = steady.request.scores
    expect(text).toContain(`Predictions ${predictions} from 900 rows`)
    expect(text).toContain(`Low confidence ${((100 * lowConfidence) / predictions).toFixed(1)} %`)
    expect(text).toContain(`All ${predictions} predictions.`)
  })

  it('says that a run was asked for predictions without explanations', () => {
    const request = { ...steady.request, explanations: false }
    const page = renderInferenceReport({ ...steady, request })
    expect(textOf(page)).toContain('This run was asked for predictions without explanations.')
    expect(page).not.toContain('class="explained"')
  })

  it('explains predictions without telling whom they are about', () => {
    const page = renderInferenceReport(steady)
    expect(page).toContain('A few predictions explained')
    expect(page).not.toContain(secretCustomer)
    expect(page).not.toContain('secret-parcel')
    // The weight comes from a column that helps to tell people apart, the carrier does not.
    expect(textOf(page)).not.toContain('48.75')
    expect(textOf(page)).toContain('carrier 3')
  })

  it('says which version stood in for one that failed', () => {
    const text = textOf(renderInferenceReport(inferenceDocuments({ fellBack: true })))
    expect(text).toContain('7 fell back: the newer version failed')
  })

  it('says that too small a batch tells nothing, instead of that nothing drifted', () => {
    const text = textOf(renderInferenceReport(inferenceDocuments({ rows: 12 })))
    expect(text).toContain('Nothing can be said about drift')
    expect(text).not.toContain('No drift found')
  })

  it('renders a batch that predicted nothing', () => {
    const none = { ...steady.request.scores, predictions: 0, lowConfidence: 0, flagged: 0, meanPrediction: 0 }
    const page = renderInferenceReport({
      ...steady,
      request: { ...steady.request, scores: none, parts: 0 },
      scores: [],
      predictionLines: [],
    })
    expect(textOf(page)).toContain('There are no predictions to draw.')
    expect(page).not.toMatch(/NaN|Infinity|undefined/)
  })

  it.each([
    ['steady', steady],
    ['shifted', shifted],
    ['a regression', inferenceDocuments({ project: reportedProject({ task: 'regression', gates: [] }) })],
  ])('is a whole page that needs nothing else: %s', (_, documents) => {
    const page = renderInferenceReport(documents)
    expect(reachesOut(page)).toEqual([])
    expect(unbalanced(page)).toEqual([])
    expect(drawingsWithoutName(page)).toEqual([])
    expect(missingFiles(page)).toEqual([])
    expect(new Set(idsOf(page)).size).toBe(idsOf(page).length)
    expect(page).not.toMatch(/NaN|Infinity|undefined|\[object/)
    const levels = headingsOf(page).map(({ level }) => level)
    expect(levels.every((level, at) => at === 0 || level <= (levels[at - 1] ?? 0) + 1)).toBe(true)
  })
})

const feature: fc.Arbitrary<FeatureDrift> = fc
  .record({
    effect: fc.option(fc.double({ min: 0, max: 5, noNaN: true })),
    drifted: fc.constantFrom(true, false, null),
    importance: fc.double({ min: 0, max: 1, noNaN: true }),
    missingChange: fc.option(fc.double({ min: -1, max: 1, noNaN: true })),
    counts: fc.array(fc.tuple(fc.nat(500), fc.nat(500)), { maxLength: 30 }),
  })
  .map(({ counts, drifted, ...rest }) => ({
    kind: 'categorical' as const,
    status: drifted === null ? ('insufficient-data' as const) : ('compared' as const),
    drifted,
    missingPValue: null,
    ...rest,
    baseline: {
      type: 'levels' as const,
      levels: counts.map(([count], at) => ({ level: `level ${at}`, other: false, count })),
    },
    current: {
      type: 'levels' as const,
      levels: counts.map(([, count], at) => ({ level: `level ${at}`, other: false, count })),
    },
  }))

const drifts: fc.Arbitrary<Drift> = fc
  .record({
    features: fc.dictionary(fc.string({ minLength: 1 }), feature, { maxKeys: 6 }),
    alarm: fc.boolean(),
    severe: fc.boolean(),
  })
  .map(({ features, ...flags }) =>
    driftSchema.parse({
      ...steady.drift,
      ...flags,
      features,
      drifted: Object.keys(features).filter((name) => features[name]?.drifted === true),
      insufficient: Object.keys(features).filter((name) => features[name]?.drifted === null),
    }),
  )

describe('the report of a monitoring run', () => {
  // Feature: mlops-platform, Property 34: Monitoring report storage
  it('holds every watched feature with its verdict, whatever the features are called', () => {
    fc.assert(
      fc.property(drifts, (drift) => {
        const page = renderInferenceReport({ ...steady, drift, predictionLines: [] })
        expect(unbalanced(page)).toEqual([])
        expect(tagsOf(page)).not.toContain('script')
        const rows = page.split('<section id="drift"')[1]?.match(/<tr><th scope="row"/g) ?? []
        expect(rows.length).toBeGreaterThanOrEqual(Object.keys(drift.features).length)
        const shown = (page.match(/<span class="no">drifted<\/span>/g) ?? []).length
        expect(shown).toBe(drift.drifted.length)
        expect(page).not.toMatch(/NaN|Infinity/)
      }),
      { numRuns: 100 },
    )
  }, 60_000)

  it('puts what drifted first', () => {
    fc.assert(
      fc.property(drifts, (drift) => {
        const order = byEffect(drift).map(([, { drifted }]) => drifted === true)
        expect(order).toEqual([...order].sort((a, b) => Number(b) - Number(a)))
      }),
      { numRuns: 100 },
    )
  })
})
