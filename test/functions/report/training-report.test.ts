import { describe, expect, it } from 'vitest'
import { renderTrainingReport } from '../../../functions/report/render-training-report.ts'
import { rareCarrier, reportedProject, trainingDocuments } from '../../builders/report-documents.ts'
import {
  drawingsWithoutName,
  filesOf,
  headingsOf,
  idsOf,
  missingFiles,
  reachesOut,
  tagsOf,
  textOf,
  unbalanced,
} from './page-checks.ts'

const documents = trainingDocuments()
const page = renderTrainingReport(documents)
const text = textOf(page)

describe('a training report', () => {
  it('tells its story in order', () => {
    const titles = headingsOf(page)
      .filter(({ level }) => level === 2)
      .map((heading) => heading.text.trim())
    expect(titles).toEqual([
      'In short',
      'The gate',
      'What is predicted',
      'Telling the two apart',
      'Probabilities',
      'At the threshold',
      'What it relies on',
      'For whom',
      'A few predictions explained',
      'The data',
      'How it was made',
    ])
  })

  it('says what was run, when, on what, and for whom', () => {
    expect(text).toContain('Late parcels')
    expect(text).toContain('Model version 7, passed the gate')
    expect(text).toContain('abcdefghij012345')
    expect(text).toContain('4 Mar 2026, 05:06 UTC')
    expect(text).toContain('user/ana')
    expect(text).toContain('spring@0123456789abcdef')
    expect(text).toContain('1,200')
    expect(text).toContain('2 min 5 s')
  })

  it('shows the headline with its interval, and the simple model beside it', () => {
    const { metrics, intervals, simpleModel } = documents.evaluation
    expect(text).toContain(
      `ROC AUC ${metrics.rocAuc?.toFixed(3)} 95 % interval ${intervals.rocAuc?.low.toFixed(3)} to ${intervals.rocAuc?.high.toFixed(3)}`,
    )
    expect(text).toContain(`Simple model, ROC AUC ${simpleModel?.rocAuc?.toFixed(3)}`)
  })

  it('prints what the label means and what it cannot mean, at the top and under the page', () => {
    expect(text).toContain('arrived after the promised day')
    expect(text.split('The promised day is set by hand. Not for penalties.')).toHaveLength(3)
  })

  it('says why the gate refused a model, and that nothing was registered', () => {
    const project = reportedProject({ gates: [{ metric: 'rocAuc', min: 0.99 }] })
    const refused = textOf(renderTrainingReport(trainingDocuments({ project, modelVersion: undefined })))
    expect(refused).toContain('Refused by the gate')
    expect(refused).toMatch(/ROC AUC 0\.\d{4} is below the minimum 0\.99\. Nothing was registered/)
    expect(refused).toContain('not passed')
  })

  it('sets the model beside the champion', () => {
    const compared = trainingDocuments({ champion: true })
    const { champion } = compared.evaluation
    expect(champion?.compared).toBe(true)
    const told = textOf(renderTrainingReport(compared))
    expect(told).toContain('The same test rows, scored by both')
    expect(told).toContain(champion?.champion?.toFixed(3))
  })

  it('never lists an identifier, and never names a level of fewer than eleven rows', () => {
    expect(documents.profile.columns.carrier).toMatchObject({
      levels: expect.arrayContaining([[rareCarrier, 3]]),
    })
    expect(text).not.toContain(rareCarrier)
    expect(text).toContain('1 level of fewer than 11 rows')
    expect(text).not.toMatch(/customer-\d|parcel-\d/)
  })

  it('withholds a group of fewer than eleven entities, and says so', () => {
    expect(
      documents.evaluation.groups.some(({ level, metrics }) => level === 'islet' && metrics === null),
    ).toBe(true)
    expect(text).not.toContain('islet')
    expect(text).toContain('1 group withheld: fewer than 11 entities')
  })

  it('shows no least and greatest value of a column that helps to tell people apart', () => {
    const weight = documents.profile.columns.weight
    if (weight?.kind !== 'numeric') throw new Error('weight is numeric')
    const row = /<section id="data".*?weight<\/th>(.*?)<\/tr>/s.exec(page)?.[1] ?? ''
    expect(textOf(row)).toContain('≤')
    expect(textOf(row)).not.toContain(`≤ ${weight.min} `)
    expect(textOf(row)).not.toContain(String(weight.max))
  })

  it.each(['training', 'regression', 'few rows'])('is a whole page that needs nothing else: %s', (kind) => {
    const project =
      kind === 'regression'
        ? reportedProject({ task: 'regression', gates: [{ metric: 'rmse', max: 5 }] })
        : reportedProject()
    const one = renderTrainingReport(trainingDocuments({ project, rows: kind === 'few rows' ? 60 : 900 }))
    expect(reachesOut(one)).toEqual([])
    expect(unbalanced(one)).toEqual([])
    expect(drawingsWithoutName(one)).toEqual([])
    expect(new Set(idsOf(one)).size).toBe(idsOf(one).length)
    expect(one).toMatch(/^<!doctype html>\s*<html lang="en">/)
    expect(one).not.toMatch(/NaN|Infinity|undefined|\[object/)
    const levels = headingsOf(one).map(({ level }) => level)
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    expect(levels.every((level, at) => at === 0 || level <= (levels[at - 1] ?? 0) + 1)).toBe(true)
  })

  it('names files that exist, at every figure', () => {
    expect(filesOf(page).length).toBeGreaterThan(15)
    expect(missingFiles(page)).toEqual([])
  })

  it('renders a regression with its own figures and none of a classification', () => {
    const project = reportedProject({ task: 'regression', gates: [{ metric: 'rmse', max: 5 }] })
    const regression = trainingDocuments({ project })
    const told = textOf(renderTrainingReport(regression))
    const { rmse, r2 } = regression.evaluation.metrics
    expect(told).toContain('RMSE')
    expect(told).toContain(`R² ${r2?.toFixed(3)}`)
    expect(told).toContain('MAPE')
    expect(rmse).toBeGreaterThan(0)
    expect(told).not.toMatch(/ROC|Confusion|Prevalence|prevalence/)
  })

  it('escapes whatever the data holds', () => {
    const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    const project = reportedProject({ title: evil, description: evil })
    const { source, features, label } = project
    const hostile = trainingDocuments({
      project: {
        ...project,
        label: { ...label, meaning: evil, positive: evil, negative: evil, caveat: evil },
        source: { ...source, columns: source.columns.map((column) => ({ ...column, description: evil })) },
        features: features.map((feature) => ({ ...feature, label: evil })),
      },
    })
    const carrier = hostile.profile.columns.carrier
    if (carrier?.kind !== 'category') throw new Error('carrier is a category')
    const levels = carrier.levels.map(([, count], at): [string, number] => [`${evil}${at}`, count])
    const one = renderTrainingReport({
      ...hostile,
      profile: {
        ...hostile.profile,
        columns: { ...hostile.profile.columns, carrier: { ...carrier, levels }, [evil]: carrier },
      },
    })
    expect(one).toContain('&lt;script&gt;')
    expect(tagsOf(one).filter((tag) => tag === 'script' || tag === 'img')).toEqual([])
    expect(unbalanced(one)).toEqual([])
  })
})
