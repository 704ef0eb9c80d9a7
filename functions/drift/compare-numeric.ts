/** Compares a numeric column of a batch with the baseline's: every statistic that applies, and the evidence of drift. */
import type { NumericColumn } from '../profile/profile.ts'
import { cellBounds } from './cell-bounds.ts'
import { cellPValue } from './cell-tests.ts'
import { type DesignEffects, independent, inOneCell } from './design-effect.ts'
import { jensenShannon } from './jensen-shannon.ts'
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
import { mannWhitney } from './mann-whitney.ts'
import { pairNumeric } from './pair-numeric.ts'
import { type PairedCounts, type PairedValues, regroup, total } from './paired-counts.ts'
import { populationStability } from './population-stability.ts'
import type { Evidence } from './verdict.ts'
import { normedMove, normedWasserstein, quantile } from './wasserstein.ts'

/** Up to this many distinct values are cells of their own; beyond, the baseline's deciles are. */
const distinctLimit = 20
const drawnBins = 20

export function compareNumeric(
  baseline: NumericColumn,
  current: NumericColumn,
  effects: DesignEffects = independent,
): Evidence {
  const paired = pairNumeric(baseline, current)
  const nothing = { psi: null, ks: null, jensenShannon: null, wasserstein: null, pValue: null }
  if (paired === null)
    return { statistics: nothing, effect: null, pValue: null, reason: 'the two profiles share no support' }
  const shapes = draw(paired)
  if (baseline.count === 0 || current.count === 0) {
    const side =
      baseline.count === 0 ? (current.count === 0 ? 'neither side' : 'not the baseline') : 'not the batch'
    return { statistics: nothing, effect: null, pValue: null, reason: `${side} has values`, ...shapes }
  }
  const bins = binned(paired)
  const divergence = jensenShannon(bins)
  const ks = kolmogorovSmirnov(paired, effects)
  const wasserstein = normedWasserstein(paired)
  return {
    statistics: {
      psi: populationStability(bins),
      ks: ks?.statistic ?? null,
      jensenShannon: divergence?.distance ?? null,
      wasserstein,
      pValue: ks?.pValue ?? null,
      ...(paired.lowest === undefined ? {} : { bounds: cellBounds(paired, paired.lowest) }),
    },
    effect: normedMove(paired) ?? jensenShannon(aroundConstant(paired), effects)?.corrected ?? null,
    pValue: chance(paired, ks?.pValue ?? 1, effects),
    ...(wasserstein === null
      ? { reason: 'the baseline does not vary between its 0.1 and 99.9 % quantiles' }
      : {}),
    ...shapes,
  }
}

/** With fewer rows beside the most frequent value, ranks are far from normal, and a test of that value is exact. */
const fewRanked = 30

/**
 * Three tests, hence thrice the smallest p-value: KS sees any shape but little of a small move, ranks see a move of all
 * values, and the share of a value that half of the rows hold sees rare events become frequent.
 */
function chance(paired: PairedValues, ks: number, effects: DesignEffects): number {
  const n = total(paired.baseline)
  const m = total(paired.current)
  const mode = paired.baseline.reduce(
    (best, count, at) => (count > (paired.baseline[best] as number) ? at : best),
    0,
  )
  const before = paired.baseline[mode] as number
  const now = paired.current[mode] as number
  const beside = 1 - (before + now) / (n + m)
  const isRanked = beside * Math.min(n / effects.baseline, m / effects.current) >= fewRanked
  const ranks = isRanked ? (mannWhitney(paired, effects)?.pValue ?? 1) : 1
  const share = before * 2 >= n ? cellPValue(before, now, n, m, inOneCell(effects)) : 1
  return Math.min(1, 3 * Math.min(ks, ranks, share))
}

/** Distinct values as they are, or the cells between the unique deciles of the baseline, each closed above. */
function binned(paired: PairedValues): PairedCounts {
  if (paired.values.length <= distinctLimit) return paired
  const rows = total(paired.baseline)
  const deciles = new Set<number>()
  for (let tenth = 1; tenth <= 9; tenth++) deciles.add(quantile(paired, rows, tenth / 10))
  const edges = [...deciles]
  let bin = 0
  const binOf = Array.from(paired.values, (value) => {
    while (bin < edges.length && value > (edges[bin] as number)) bin++
    return bin
  })
  return regroup(paired, binOf, edges.length + 1)
}

/** Below, at and above the one value that the baseline holds: a deviation of zero cannot measure a distance. */
function aroundConstant(paired: PairedValues): PairedCounts {
  const constant = quantile(paired, total(paired.baseline), 0.5)
  return regroup(
    paired,
    Array.from(paired.values, (value) => 1 + Math.sign(value - constant)),
    3,
  )
}

function draw(paired: PairedValues): Pick<Evidence, 'baseline' | 'current'> {
  if (paired.values.length <= distinctLimit) {
    const levels = (counts: Float64Array) => ({
      type: 'levels' as const,
      levels: Array.from(paired.values, (value, at) => ({
        level: String(value),
        other: false,
        count: counts[at] as number,
      })),
    })
    return { baseline: levels(paired.baseline), current: levels(paired.current) }
  }
  const rows = total(paired.baseline)
  const low = finite(quantile(paired, rows, 0.001), paired.values.find(Number.isFinite) ?? 0)
  const high = finite(quantile(paired, rows, 0.999), paired.values.findLast(Number.isFinite) ?? low)
  const width = (high - low) / drawnBins
  const edges = Array.from({ length: drawnBins + 1 }, (_, at) => low + at * width)
  const binOf = Array.from(paired.values, (value) =>
    width > 0 ? Math.max(0, Math.min(drawnBins - 1, Math.ceil((value - low) / width) - 1)) : 0,
  )
  const counts = regroup(paired, binOf, drawnBins)
  const histogram = (side: Float64Array) => ({ type: 'histogram' as const, edges, counts: [...side] })
  return { baseline: histogram(counts.baseline), current: histogram(counts.current) }
}

const finite = (value: number, otherwise: number) => (Number.isFinite(value) ? value : otherwise)
