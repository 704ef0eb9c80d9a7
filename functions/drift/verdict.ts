/** From the evidence on one feature to a verdict: drifted, not drifted, or too little data to say either. */
import { chiSquaredTail } from '../statistics/chi-squared-tail.ts'
import type { DesignEffects } from './design-effect.ts'
import type { DriftShape, FeatureDrift } from './drift.ts'
import { missingChange, type Presence } from './missing-change.ts'

/** With fewer rows on a side, "nothing moved" cannot be told from "nothing could be seen". */
export const minimumRows = 30

/** An effect so many times the threshold is never called "no drift", even where chance can explain it. */
const clearlyLarge = 3

export interface Thresholds {
  /** Least effect of a number: Wasserstein in baseline deviations. A category has its own, `categoricalEffect`. */
  readonly effect: number
  /** Most that chance may explain of one feature: the project's limit divided by the number of features. */
  readonly pValue: number
  /** Least change of a share of missing or of unseen values, 0 to 1. */
  readonly missingPoints: number
}

/** Shares of the batch's values, 0 to 1: of levels that the baseline never held, and how many to expect by chance. */
export interface UnseenLevels {
  readonly share: number
  readonly expected: number
  readonly rows: number
}

/**
 * The least corrected Jensen-Shannon distance of a category. For small moves √(2 · divergence) is at least the share of
 * rows that changed their level (Lin 1991), so that a limit of 0.1 means a tenth of the rows: as a distance that is
 * 0.1/√2. At 0.1 itself, 15 % of the rows moving between two levels are missed in every fourth batch of 1,000.
 */
export const categoricalEffect = (effect: number): number => effect / Math.SQRT2

export interface Evidence {
  readonly statistics: Pick<
    FeatureDrift,
    'bounds' | 'psi' | 'ks' | 'jensenShannon' | 'wasserstein' | 'chiSquared' | 'pValue' | 'unseenShare'
  >
  readonly effect: number | null
  /** How likely chance alone makes such a difference: several tests together, each of them paid for. */
  readonly pValue: number | null
  readonly unseen?: UnseenLevels
  /** Why a statistic is null. */
  readonly reason?: string
  readonly baseline?: DriftShape
  readonly current?: DriftShape
}

type Verdict = Pick<
  FeatureDrift,
  'status' | 'drifted' | 'missingChange' | 'missingPValue' | 'effect' | 'chance' | 'reason'
>

/**
 * Drift is an effect that is both large and significant, in the values, the missing share or the unseen levels; it can
 * be found in few rows. Its absence is stated only when there were enough rows to see it.
 * @param values readable values on the smaller side; for a category its rows.
 */
export function judge(
  evidence: Evidence,
  before: Presence,
  now: Presence,
  values: number,
  thresholds: Thresholds,
  effects: DesignEffects,
): Verdict {
  const missing = missingChange(before, now, effects)
  const found = [
    movedValues(evidence, thresholds),
    movedMissing(missing, thresholds),
    newLevels(evidence.unseen, thresholds, effects),
  ].filter((sentence) => sentence !== undefined)
  const common = {
    missingChange: missing?.change ?? null,
    missingPValue: missing?.pValue ?? null,
    effect: evidence.effect,
    chance: evidence.pValue,
  }
  if (found.length > 0) return { ...common, status: 'compared', drifted: true, reason: found.join('; ') }
  const shortage = tooLittle(evidence, before, now, values, thresholds)
  if (shortage !== undefined)
    return { ...common, status: 'insufficient-data', drifted: null, reason: `insufficient-data: ${shortage}` }
  return {
    ...common,
    status: 'compared',
    drifted: false,
    ...(evidence.reason === undefined ? {} : { reason: evidence.reason }),
  }
}

function movedValues({ effect, pValue, statistics }: Evidence, thresholds: Thresholds): string | undefined {
  if (effect === null || pValue === null) return undefined
  if (effect < limitOf(statistics, thresholds) || pValue >= thresholds.pValue) return undefined
  const size = effect.toFixed(2)
  return typeof statistics.wasserstein === 'number'
    ? `values moved by ${size} baseline deviations (${chance(pValue)})`
    : `the distribution moved by a Jensen-Shannon distance of ${size} (${chance(pValue)})`
}

/** A number whose baseline is constant is judged as a category is. */
const limitOf = ({ wasserstein }: Evidence['statistics'], { effect }: Thresholds): number =>
  typeof wasserstein === 'number' ? effect : categoricalEffect(effect)

function movedMissing(
  missing: { change: number; pValue: number } | null,
  thresholds: Thresholds,
): string | undefined {
  if (missing === null) return undefined
  if (Math.abs(missing.change) < thresholds.missingPoints || missing.pValue >= thresholds.pValue)
    return undefined
  const direction = missing.change > 0 ? 'rose' : 'fell'
  return `the missing share ${direction} by ${points(missing.change)} (${chance(missing.pValue)})`
}

function newLevels(
  unseen: UnseenLevels | undefined,
  thresholds: Thresholds,
  effects: DesignEffects,
): string | undefined {
  if (unseen === undefined) return undefined
  const excess = unseen.share - unseen.expected
  const variance = Math.max(unseen.expected * (1 - unseen.expected), 1 / unseen.rows)
  const pValue = chiSquaredTail((excess * excess * unseen.rows) / (variance * effects.current), 1)
  if (excess < thresholds.missingPoints || pValue >= thresholds.pValue) return undefined
  return `${(unseen.share * 100).toFixed(1)} % of the values are levels that the baseline never held`
}

function tooLittle(
  evidence: Evidence,
  before: Presence,
  now: Presence,
  values: number,
  thresholds: Thresholds,
): string | undefined {
  const rows = Math.min(before.rows, now.rows)
  if (now.rows === 0) return 'the batch has no rows'
  if (before.rows === 0) return 'the baseline has no rows'
  if (rows < minimumRows) return `${rows} rows on one side, ${minimumRows} needed`
  const bothEmpty = before.missing === before.rows && now.missing === now.rows
  if (bothEmpty) return undefined
  if (values < minimumRows) return `${values} values on one side, ${minimumRows} needed`
  if (evidence.effect === null) return evidence.reason ?? 'no statistic can be computed'
  const limit = limitOf(evidence.statistics, thresholds)
  if (evidence.pValue === null && evidence.effect >= limit)
    return evidence.reason ?? 'the effect cannot be tested'
  if (evidence.effect >= clearlyLarge * limit)
    return `an effect of ${evidence.effect.toFixed(2)} in ${rows} rows may be chance, and may be drift`
  return undefined
}

const points = (change: number) => `${(Math.abs(change) * 100).toFixed(1)} points`
const chance = (pValue: number) => (pValue < 0.0001 ? 'p < 0.0001' : `p = ${pValue.toFixed(4)}`)
