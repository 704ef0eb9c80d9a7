/** False alarms and power of the drift rule over seeded resamples of a table: used by the tests and by the parity suite. */
import { detectDrift } from '../../../functions/drift/detect-drift.ts'
import type { Profile } from '../../../functions/profile/profile.ts'
import { type Random, seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { thresholds } from './build-profile.ts'
import { type CodedTable, changed, draw, halve, profileRows, rowsOf } from './coded-table.ts'

export interface Resampling {
  readonly table: CodedTable
  readonly seed: number
  readonly resamples: number
  /** Share of the rows that are the baseline; batches are drawn from the others. @default 0.7 */
  readonly share?: number
}

export interface FalseAlarms {
  readonly columns: number
  readonly found: Readonly<Record<string, number>>
  /** Verdicts withheld. */
  readonly unsure: number
  /** Found, of all columns compared. */
  readonly rate: number
}

/** Batches of `rows` different rows of one population, column by column. */
export function falseAlarms({ table, seed, resamples, share = 0.7 }: Resampling, rows: number): FalseAlarms {
  const { before, later } = halve(rowsOf(table), share, seed)
  const random = seededRandom(seed + rows)
  const baseline = profileRows(table, before)
  const found: Record<string, number> = {}
  let columns = 0
  let unsure = 0
  for (let resample = 0; resample < resamples; resample++) {
    const drift = detectDrift({
      baseline,
      current: profileRows(table, draw(later, rows, random), baseline),
      thresholds,
    })
    columns += Object.keys(drift.features).length
    unsure += drift.insufficient.length
    for (const name of drift.drifted) found[name] = (found[name] ?? 0) + 1
  }
  const all = Object.values(found).reduce((sum, count) => sum + count, 0)
  return { columns, found, unsure, rate: all / columns }
}

export interface Power {
  readonly name: string
  readonly change: 'shift' | 'toOneLevel' | 'topToSecond'
  /** Of 100. */
  readonly found: number
  readonly resamples: number
  /** Other columns that were called drifted. */
  readonly others: number
}

/** Every column that can be moved by so much, moved alone in batches of `rows`. */
export function power(
  { table, seed, resamples, share = 0.7 }: Resampling,
  rows: number,
  { deviations = 0.3, variation = 0.15 } = {},
): Power[] {
  const { before, later } = halve(rowsOf(table), share, seed)
  const baseline = profileRows(table, before)
  const random = seededRandom(seed + rows + 1)
  return [...table.keys()].flatMap((name) =>
    changesOf(baseline, name, { deviations, variation }, table, before, random).map(({ change, move }) => {
      let found = 0
      let others = 0
      for (let resample = 0; resample < resamples; resample++) {
        const current = changed(table, name, move(), draw(later, rows, random), baseline)
        const { drifted } = detectDrift({ baseline, current, thresholds })
        if (drifted.includes(name)) found++
        others += drifted.filter((other) => other !== name).length
      }
      return { name, change, found, resamples, others }
    }),
  )
}

type Cell = number | string | null
type Move = (cell: Cell) => Cell
interface Change {
  readonly change: Power['change']
  /** Made anew for every batch. */
  readonly move: () => Move
}

function changesOf(
  baseline: Profile,
  name: string,
  size: { deviations: number; variation: number },
  table: CodedTable,
  before: Int32Array,
  random: Random,
): Change[] {
  const column = baseline.columns[name]
  if (column?.kind === 'numeric') {
    const step = size.deviations * winsorisedDeviation(table, name, before)
    if (step === 0) return []
    const whole = table.get(name)!.values.every((value) => Number.isInteger(value))
    const move = () => (whole ? Math.floor(step) + (random() < step % 1 ? 1 : 0) : step)
    return [{ change: 'shift', move: () => (cell) => (typeof cell === 'number' ? cell + move() : cell) }]
  }
  if (column?.kind !== 'category' || column.levels.length < 2) return []
  const rows = column.count + column.nulls
  const shareOf = (count: number) => count / rows
  const targets = column.levels.filter(([, count]) => shareOf(count) < 1 - 2 * size.variation)
  const [top, second] = column.levels
  const changes: Change[] = []
  if (targets.length > 0)
    changes.push({
      change: 'toOneLevel',
      move: () => {
        const [target, count] = targets[Math.floor(random() * targets.length)]!
        const chance = size.variation / (1 - shareOf(count))
        return (cell) => (cell !== target && random() < chance ? target : cell)
      },
    })
  if (top !== undefined && second !== undefined && shareOf(top[1]) >= size.variation)
    changes.push({
      change: 'topToSecond',
      move: () => (cell) =>
        cell === top[0] && random() < size.variation / shareOf(top[1]) ? second[0] : cell,
    })
  return changes
}

/** Of values winsorised at the 0.1 and 99.9 % quantiles. */
function winsorisedDeviation(table: CodedTable, name: string, rows: Int32Array): number {
  const { codes, values } = table.get(name)!
  const sorted = Float64Array.from(
    [...rows].filter((row) => codes[row]! >= 0),
    (row) => Number(values[codes[row]!]),
  ).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0
  const [low, high] = [at(0.001), at(0.999)]
  const clipped = sorted.map((value) => Math.min(high, Math.max(low, value)))
  const mean = clipped.reduce((sum, value) => sum + value, 0) / clipped.length
  return Math.sqrt(clipped.reduce((sum, value) => sum + (value - mean) ** 2, 0) / clipped.length)
}
