/**
 * Joint drift by a classifier two-sample test (Lopez-Paz and Oquab 2017): where a classifier tells rows of the batch
 * from rows of the baseline that it has not seen, the two differ, also where every column alone stands still.
 */
import type { RowSample } from '../profile/row-sample.ts'
import { normalBelow } from '../statistics/normal-tail.ts'
import { type DesignEffects, independent } from './design-effect.ts'
import type { JointDrift } from './drift.ts'
import { heldOutArea } from './held-out-area.ts'
import { type BoosterOptions, boostPairs } from './pair-booster.ts'
import { type CodedRows, codeRows } from './sampled-rows.ts'

/** Rows of each side that are used; more would find smaller differences than anybody acts on. */
export const sampleRows = 2_000
/** With fewer rows on a side the classifier cannot learn, and silence would not be calm. */
const minimumRows = 100
/** Least area under the ROC curve that counts: 0.5 is chance. */
export const leastArea = 0.55
const namedPairs = 5

export interface JointRequest {
  readonly baseline: RowSample
  readonly current: RowSample
  /** Most that chance may explain, 0 to 1. */
  readonly pValue: number
  readonly effects?: DesignEffects
}

/**
 * Half of the entities are learnt from, the other half judged: the area's p-value is Mann and Whitney's, one-sided. (Folds
 * that take turns share what they learn from, and find drift in 4 % of calm batches at a level of 1 %.) The same test on single columns is run beside it, to say whether the columns alone explain the difference.
 */
export function jointDrift({
  baseline,
  current,
  pValue: limit,
  effects = independent,
}: JointRequest): JointDrift {
  const sizes = { rows: current.rows, baselineRows: baseline.rows }
  const fewest = Math.min(baseline.rows, current.rows)
  if (fewest < minimumRows)
    return insufficient(sizes, `${fewest} sampled rows on one side, ${minimumRows} needed`)
  const table = codeRows(baseline, current)
  if (table.names.length === 0) return insufficient(sizes, 'no column varies that both samples have')
  const together = learnAndJudge(table, effects)
  const alone = learnAndJudge(table, effects, { singles: true })
  const pValue = 1 - normalBelow(together.z)
  const drifted = together.area >= leastArea && pValue < limit
  return {
    ...sizes,
    status: 'compared',
    drifted,
    area: together.area,
    interval: together.interval,
    pValue,
    singleColumnArea: alone.area,
    pairs: rankPairs(table, together.gains),
    reason: explain(drifted, together.area, alone.area, pValue),
  }
}

/** What single columns show tells the sides apart as well: their own drift says it all. */
export const isExplained = ({
  area,
  singleColumnArea,
}: Pick<JointDrift, 'area' | 'singleColumnArea'>): boolean =>
  area !== null &&
  singleColumnArea !== null &&
  singleColumnArea >= leastArea &&
  area - singleColumnArea < 0.03

function explain(drifted: boolean, area: number, alone: number, pValue: number): string {
  const told = `a classifier tells the batch from the baseline with an area of ${area.toFixed(2)}`
  if (!drifted)
    return area >= leastArea
      ? `${told}, which chance can explain (p = ${pValue.toFixed(3)})`
      : `${told}: as good as chance (0.50)`
  return isExplained({ area, singleColumnArea: alone })
    ? `${told}, and single columns alone do so with ${alone.toFixed(2)}`
    : `${told}, single columns alone with ${alone.toFixed(2)}: the way in which columns go together has changed`
}

/** Learnt on one half of the entities, judged on the other: the judged rows are then independent of the classifier. */
function learnAndJudge(table: CodedRows, effects: DesignEffects, options: BoosterOptions = {}) {
  const isTrained = Uint8Array.from(table.groups, (group) => Number(group % 2 === 0))
  const { gains, scores } = boostPairs(table, isTrained, options)
  const before: number[] = []
  const now: number[] = []
  for (let row = 0; row < isTrained.length; row++)
    if (isTrained[row] === 0) (table.isCurrent[row] === 1 ? now : before).push(scores[row] as number)
  return { gains, ...heldOutArea(before, now, effects) }
}

function rankPairs({ names }: CodedRows, gains: ReadonlyMap<string, number>): JointDrift['pairs'] {
  const all = [...gains.values()].reduce((sum, gain) => sum + gain, 0)
  return [...gains]
    .sort(([, a], [, b]) => b - a)
    .slice(0, namedPairs)
    .map(([key, gain]) => ({
      columns: [...new Set(key.split(' ').map((place) => names[Number(place)] ?? ''))],
      share: gain / all,
    }))
}

const insufficient = (sizes: Pick<JointDrift, 'rows' | 'baselineRows'>, why: string): JointDrift => ({
  ...sizes,
  status: 'insufficient-data',
  drifted: null,
  area: null,
  interval: null,
  pValue: null,
  singleColumnArea: null,
  pairs: [],
  reason: `insufficient-data: ${why}`,
})
