/** The drift of every feature: drawn where it drifted, a row of a table for all. */
import type { Drift, FeatureDrift } from '../drift/drift.ts'
import { categoricalEffect } from '../drift/verdict.ts'
import { driftPair, pairedCounts, type SideNames, usualNames } from './drift-pair.ts'
import { byEffect, capital, sinceWords } from './drift-verdict.ts'
import { formatDecimal, formatShare, formatSigned } from './format-number.ts'
import { type Content, html } from './markup.ts'
import { computedIn, figure, figures, type Section, table } from './section.ts'
import { smallHistogram } from './small-histogram.ts'

/** More drawings than anybody looks at; the table has the rest. */
const drawnFeatures = 24

/** @param showable columns whose values may stand in a report. @param names what the two sides are called. */
export function driftSection(
  drift: Drift,
  showable: ReadonlySet<string>,
  names: SideNames = usualNames,
): Section {
  // Without a model there is nothing that a column could be important to.
  const isModel = drift.modelVersion !== undefined
  const ordered = byEffect(drift)
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
      drawn.length > 0 &&
        figures(drawn.map(([name, feature], at) => driftFigure(name, feature, at, names, isModel))),
      drawn.length > 0 && html`<h3>All features</h3>`,
      table(
        `Watched columns, drifted ones first; small drawings: grey is “${names.behind}”, in colour “${names.front}”`,
        [
          { title: 'Feature' },
          { title: 'Verdict' },
          { title: 'Effect', number: true },
          { title: 'p', number: true },
          { title: 'PSI', number: true },
          { title: 'Missing', number: true },
          ...(isModel ? [{ title: 'Importance', number: true }] : []),
          { title: 'Distributions' },
        ],
        ordered.map(([name, feature]) => row(name, feature, showable.has(name), isModel)),
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
          ['A number drifts from an effect of', formatDecimal(thresholds.effect, 2)],
          ['A category drifts from an effect of', formatDecimal(categoricalEffect(thresholds.effect), 2)],
          ['and a chance, over all features together, below', String(thresholds.pValue)],
          [
            'or from a change of its missing share of',
            `${formatDecimal(thresholds.missingPoints * 100, 0)} points`,
          ],
          ...(isModel ? alarmRules(thresholds) : []),
        ],
      ),
      html`<p class="note">The effect of a number is how far its values moved (Wasserstein distance, in deviations of “${names.behind}”); of a category, the Jensen-Shannon distance corrected for small samples, whose limit a tenth of the rows reaches when it changes its level. p is of the KS or the chi-squared test alone.</p>`,
      computedIn(
        'functions/drift/alarm-rule.ts',
        'functions/drift/wasserstein.ts',
        'functions/drift/jensen-shannon.ts',
      ),
    ],
  }
}

const alarmRules = (thresholds: Drift['thresholds']): [string, string][] => [
  ['The alarm fires from a weighted score of', formatDecimal(thresholds.alarmWeightedScore, 2)],
  ['or when one of the most important features drifts, so many', String(thresholds.topFeatures)],
  ['Drift is severe from a weighted score of', formatDecimal(thresholds.severeWeightedScore, 2)],
]

function driftFigure(
  name: string,
  feature: FeatureDrift,
  at: number,
  names: SideNames,
  isModel: boolean,
): Content {
  const { baseline, current, reason, importance } = feature
  if (baseline === undefined || current === undefined) return ''
  return figure({
    title: name,
    drawing: driftPair({ id: `drift-${at}`, name, baseline, current, names }),
    note: `${capital(reason ?? 'drifted')}${sinceWords(feature)}.${isModel ? ` ${formatShare(importance)} of the model's importance.` : ''}`,
    files: [
      feature.kind === 'numeric'
        ? 'functions/drift/compare-numeric.ts'
        : 'functions/drift/compare-categorical.ts',
    ],
  })
}

function row(name: string, feature: FeatureDrift, isShown: boolean, isModel: boolean): Content[] {
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
    ...(isModel ? [formatShare(importance)] : []),
    pair === null ? '' : smallHistogram(pair.now, `Distributions of ${name}`, pair.before),
  ]
}

const formatChance = (value: number | null | undefined) =>
  value != null && value < 0.001 ? '< 0.001' : formatDecimal(value)
