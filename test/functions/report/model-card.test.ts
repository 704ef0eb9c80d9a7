import { describe, expect, it } from 'vitest'
import { modelLineage } from '../../../functions/catalogue/lineage.ts'
import type { LedgerEntry } from '../../../functions/deployment/ledger.ts'
import { type CardSources, modelCard } from '../../../functions/report/model-card.ts'
import { modelCardText } from '../../../functions/report/model-card-text.ts'
import { renderModelCard } from '../../../functions/report/render-model-card.ts'
import { registeredModel } from '../../builders/registration.ts'
import { reportedProject, trainingDocuments } from '../../builders/report-documents.ts'
import { headingsOf, reachesOut, textOf, unbalanced } from './page-checks.ts'

const { evaluation } = trainingDocuments()
const model = registeredModel({ project: 'parcels', version: '2' })
const entry = (sequence: number, version: string, change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...{
    sequence,
    version,
    previous: null,
    who: 'arn:aws:iam::000000000000:user/eve',
    why: `step ${sequence}`,
  },
  ...{ when: `2026-03-0${sequence}T00:00:00.000Z`, decision: `d${sequence}` },
  ...change,
})
/** Version 2 came as a tenth beside 1, took over, and made room for 1 again. */
const ledger = [
  entry(5, '1'),
  entry(4, '2'),
  entry(3, '1', { challenger: { version: '2', share: 0.1 }, why: 'told again' }),
  entry(2, '1', { challenger: { version: '2', share: 0.1 } }),
  entry(1, '1'),
]
const sources = (change: Partial<CardSources> = {}): CardSources => ({
  project: reportedProject(),
  model,
  evaluation,
  lineage: modelLineage(model, undefined, undefined, [
    {
      ...{ runId: 'r', modelVersion: '2', predictionCount: 40, finishedAt: '', input: '', predictions: [] },
    },
    {
      ...{ runId: 's', modelVersion: '1', predictionCount: 99, finishedAt: '', input: '', predictions: [] },
    },
  ]),
  ledger,
  decision: {
    ...{ status: 'Approved', by: 'arn:aws:iam::000000000000:user/eve', at: '2026-03-01T00:00:00.000Z' },
    reason: 'better for all',
  },
  ...change,
})
const card = modelCard(sources())

describe('a model card', () => {
  it('tells when the version was in production, with which share, each change once', () => {
    expect(card.inProduction).toBe(false)
    expect(card.deployments.map(({ share, why }) => [share, why])).toEqual([
      [0.1, 'step 2'],
      [1, 'step 4'],
    ])
    const champion = modelCard(sources({ model: registeredModel({ version: '1' }) }))
    expect(champion.inProduction).toBe(true)
    expect(champion.deployments.map(({ share }) => share)).toEqual([1, 0.9, 1])
  })

  it('counts the predictions of this version alone', () => {
    expect(card.predictions).toEqual({ runs: 1, count: 40 })
  })

  it('names no group that is too small, and counts it', () => {
    expect(card.performance.withheld).toEqual({ zone: 1 })
    expect(card.performance.groups.map(({ level }) => level)).toEqual(['east', 'north', 'south'])
    for (const told of [JSON.stringify(card), modelCardText(card), renderModelCard(card)])
      expect(told).not.toContain('islet')
    expect(card.limits).toContain(
      'How well it does for 1 group of zone is not known: fewer than 11 entities.',
    )
  })

  it('reads its limits off the evidence', () => {
    expect(card.limits[0]).toBe('The promised day is set by hand. Not for penalties.')
    expect(card.limits).toContain('The catalogue does not know the dataset version that it names.')
    const failed = {
      ...evaluation,
      reasons: { mape: 'a label is zero' },
      gate: {
        ...evaluation.gate,
        checks: [{ metric: 'rocAuc', value: 0.5, passed: false, reason: 'too low' }],
      },
    }
    const { limits } = modelCard(sources({ evaluation: failed }))
    expect(limits).toContain('Gate not passed: too low.')
    expect(limits).toContain('No mape: a label is zero.')
  })

  it('says for which group the ranking is worse than the interval of all leaves open', () => {
    const low = evaluation.intervals.rocAuc?.low ?? 0
    const groups = evaluation.groups.map((group) =>
      group.level === 'north'
        ? { ...group, metrics: { ...group.metrics, rocAuc: low - 0.1 } }
        : { ...group, ...(group.metrics === null ? {} : { metrics: { ...group.metrics, rocAuc: low } }) },
    )
    const said = modelCard(sources({ evaluation: { ...evaluation, groups } })).limits.filter((limit) =>
      limit.startsWith('Ranks worse'),
    )
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(
      /^Ranks worse for zone north: ROC AUC 0\.\d{3} on \d+ entities, against at least /,
    )
  })

  it('is a page of its own that reaches nowhere, and says the same as the Markdown', () => {
    const page = renderModelCard(card)
    expect(unbalanced(page)).toEqual([])
    expect(reachesOut(page)).toEqual([])
    const sections = headingsOf(page).filter(({ level }) => level === 2)
    const titles = modelCardText(card).match(/^## .*$/gm)
    expect(sections.map((heading) => `## ${heading.text.trim()}`).sort()).toEqual(titles?.sort())
    expect(textOf(page)).toContain('user/eve')
    expect(textOf(page)).toContain('better for all')
  })

  it('lets no word that somebody wrote become markup', () => {
    const reason = 'fine | <b>so</b>\n# me\n[x](http://x)'
    const decision = { ...sources().decision, reason }
    const written = modelCard(sources({ decision }))
    expect(modelCardText(written)).toContain('fine \\| \\<b\\>so\\</b\\> \\# me \\[x\\](http://x)')
    expect(renderModelCard(written)).not.toContain('<b>so')
  })
})
