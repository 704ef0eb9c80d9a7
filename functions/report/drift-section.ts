/** The drift of every feature: drawn where it drifted, a row of a table for all. */
import type { Drift, FeatureDrift } from '../drift/drift.ts'
import type { Project } from '../project.ts'
import { mayShowValues } from './disclosure.ts'
import { driftPair, pairedCounts } from './drift-pair.ts'
import { byEffect, capital } from './drift-verdict.ts'
import { formatDecimal, formatShare, formatSigned } from './format-number.ts'
import { type Content, html } from './markup.ts'
import { computedIn, figure, figures, type Section, table } from './section.ts'
import { smallHistogram } from './small-histogram.ts'

/** More drawings than anybody looks at; the table has the rest. */
const drawnFeatures = 24

export function driftSection(drift: Drift, project: Project): Section {
  const ordered = byEffect(drift)
  const showable = new Set(project.source.columns.filter(mayShowValues).map(({ name }) => name))
  const drawn = ordered
    .filter(
      ([name, { drifted, baseline }]) => drifted === true && baseline !== undefined && showable.has(name),
    )
    .slice(0, drawnFeatures)
  const { thresholds } = drift
  return {
    id: 'drift',
    title: 'Drift by feature',
    body: [
      drawn.length > 0 && figures(drawn.map(([name, feature], at) => driftFigure(name, feature, at))),
      drawn.length > 0 && html`<h3>All features</h3>`,
      table(
        'Watched columns, drifted ones first; small drawings: grey is what the model was trained on',
        [
          { title: 'Feature' },
          { title: 'Verdict' },
          { title: 'Effect', number: true },
          { title: 'p', number: true },
          { title: 'PSI', number: true },
          { title: 'Missing', number: true },
          { title: 'Importance', number: true },
          { title: 'Distributions' },
        ],
        ordered.map(([name, feature]) => row(name, feature, showable.has(name))),
      ),
      computedIn(
        'functions/drift/detect-drift.ts',
        'functions/drift/verdict.ts',
        'functions/drift/compare-numeric.ts',
        'functions/drift/compare-categorical.ts',
      ),
      html`<h3>Thresholds</h3>`,
      table(
        'When drift is called drift',
        [{ title: 'Rule' }, { title: 'Limit', number: true }],
        [
          ['A feature drifts from an effect of', formatDecimal(thresholds.effect, 2)],
          ['and a chance, over all features together, below', String(thresholds.pValue)],
          [
            'or from a change of its missing share of',
            `${formatDecimal(thresholds.missingPoints * 100, 0)} points`,
          ],
          ['The alarm fires from a weighted score of', formatDecimal(thresholds.alarmWeightedScore, 2)],
          ['or when one of the most important features drifts, so many', String(thresholds.topFeatures)],
          ['Drift is severe from a weighted score of', formatDecimal(thresholds.severeWeightedScore, 2)],
        ],
      ),
      html`<p class="note">The effect of a number is the Wasserstein distance in deviations of the training data; of a category, the Jensen-Shannon distance corrected for small samples.</p>`,
      computedIn(
        'functions/drift/alarm-rule.ts',
        'functions/drift/wasserstein.ts',
        'functions/drift/jensen-shannon.ts',
      ),
    ],
  }
}

function driftFigure(name: string, feature: FeatureDrift, at: number): Content {
  const { baseline, current, reason, importance } = feature
  if (baseline === undefined || current === undefined) return ''
  return figure({
    title: name,
    drawing: driftPair({ id: `drift-${at}`, name, baseline, current }),
    note: `${capital(reason ?? 'drifted')}. ${formatShare(importance)} of the model's importance.`,
    files: [
      feature.kind === 'numeric'
        ? 'functions/drift/compare-numeric.ts'
        : 'functions/drift/compare-categorical.ts',
    ],
  })
}

function row(name: string, feature: FeatureDrift, isShown: boolean): Content[] {
  const { drifted, effect, pValue, psi, missingChange, importance, reason } = feature
  const pair = isShown ? pairedCounts(feature) : null
  return [
    name,
    drifted === true
      ? html`<span class="no">drifted</span>`
      : drifted === null
        ? html`<span class="quiet">${reason ?? 'insufficient-data'}</span>`
        : 'steady',
    formatDecimal(effect),
    formatChance(pValue),
    formatDecimal(psi),
    missingChange === null
      ? '–'
      : Math.abs(missingChange) < 0.0005
        ? '0'
        : `${formatSigned(missingChange * 100, 1)} pts`,
    formatShare(importance),
    pair === null ? '' : smallHistogram(pair.now, `Distributions of ${name}`, pair.before),
  ]
}

const formatChance = (value: number | null | undefined) =>
  value != null && value < 0.001 ? '< 0.001' : formatDecimal(value)
