/** The distinct values of a column, and what is read off them: broken rules, levels, ascending numbers. */
import type { Rule } from '../dataset/rules-sql.ts'
import type { Broken } from '../dataset/rules-store.ts'
import type { SourceColumn } from '../project.ts'
import { sortNumbers } from '../statistics/sort-numbers.ts'
import { orderLevels } from './category-column.ts'
import { countDecimals } from './count-decimals.ts'
import { hashOf, keptHashes } from './smallest-hashes.ts'

/** What a value is under the schema contract, apart from its level. */
export const valueStates = { kept: 0, missing: 1, unreadable: 2, outside: 3 } as const
const { missing, unreadable, outside } = valueStates

/** One entry per distinct cell, in no particular order. */
export interface DistinctValues {
  /** Of a number column; NaN where `states` says missing or unreadable. */
  readonly numbers: Float64Array
  /** The cell, or its value as text; of numbers perhaps none. */
  readonly texts: readonly (string | null)[]
  readonly counts: ArrayLike<number>
  /** The first row that holds it, from 1. */
  readonly firstRows: ArrayLike<number>
  /** One of `valueStates`. */
  readonly states: ArrayLike<number>
}

/** Each value once, ascending, and how often it stands there. */
export interface WeightedNumbers {
  readonly values: Float64Array
  readonly counts: Float64Array
}

/** Every cell breaks one rule at most. */
export function brokenRules({ levels, nullable }: SourceColumn, distinct: DistinctValues): Broken {
  const { texts, counts, firstRows, states } = distinct
  const closed = levels === undefined ? undefined : new Set(levels)
  const found = new Map<Rule, { count: number; row: number }>()
  let nulls = 0
  let unreadableCells = 0
  for (let at = 0; at < states.length; at++) {
    const state = states[at]
    const count = counts[at] as number
    if (state === missing) nulls += count
    if (state === unreadable) unreadableCells += count
    const rule: Rule | undefined =
      state === missing
        ? nullable
          ? undefined
          : 'null'
        : state === unreadable
          ? 'type'
          : state === outside
            ? 'range'
            : closed !== undefined && !closed.has(String(texts[at]))
              ? 'level'
              : undefined
    if (rule === undefined) continue
    const known = found.get(rule) ?? { count: 0, row: Number.POSITIVE_INFINITY }
    found.set(rule, { count: known.count + count, row: Math.min(known.row, firstRows[at] as number) })
  }
  const order: readonly Rule[] = ['type', 'range', 'level', 'null']
  return {
    nulls,
    unreadable: unreadableCells,
    violations: order.flatMap((rule) => {
      const broken = found.get(rule)
      return broken === undefined ? [] : [{ rule, ...broken }]
    }),
  }
}

/** Rows that hold any of them. */
export function rowsOf({ counts }: Pick<DistinctValues, 'counts'>): number {
  let rows = 0
  for (let at = 0; at < counts.length; at++) rows += counts[at] as number
  return rows
}

const isReadable = (state: number | undefined) => state !== missing && state !== unreadable

/** The readable values as texts, most frequent first. */
export function levelsOf({ texts, counts, states }: DistinctValues): [string, number][] {
  const byText = new Map<string, number>()
  for (const [at, text] of texts.entries())
    if (text !== null && isReadable(states[at]))
      byText.set(text, (byText.get(text) ?? 0) + (counts[at] as number))
  return orderLevels(byText)
}

/** The smallest hashes of the readable cells, ascending. */
export function cellHashes({ texts, states }: DistinctValues): string[] {
  return smallest(
    texts.flatMap((text, at) => (text !== null && isReadable(states[at]) ? [hashOf(text)] : [])),
  )
}

/** The smallest hashes of distinct values, ascending. */
export const smallest = (hashes: readonly string[]): string[] =>
  [...new Set(hashes)].sort().slice(0, keptHashes)

/** Cells that are written differently may hold the same number. */
export function ascendingNumbers({ numbers, counts }: DistinctValues): WeightedNumbers {
  if (numbers.length > fewNumbers) {
    const rows = rowsOf({ counts })
    if (rows <= mostRepeated * numbers.length) return ascendingRows(eachRow({ numbers, counts }, rows))
  }
  const order = new Uint32Array(numbers.length)
  let size = 0
  for (let at = 0; at < numbers.length; at++) if (!Number.isNaN(numbers[at])) order[size++] = at
  const sorted = order
    .subarray(0, size)
    .sort((one, other) => (numbers[one] as number) - (numbers[other] as number))
  return weigh(
    size,
    (at) => numbers[sorted[at] as number] as number,
    (at) => counts[sorted[at] as number] as number,
  )
}

/** So many distinct values that repeat little are sorted faster row by row, by their bits. */
const fewNumbers = 4_096
const mostRepeated = 8

function eachRow(
  { numbers, counts }: Pick<DistinctValues, 'numbers' | 'counts'>,
  rows: number,
): Float64Array {
  const each = new Float64Array(rows)
  let row = 0
  for (let at = 0; at < numbers.length; at++) {
    each.fill(numbers[at] as number, row, row + (counts[at] as number))
    row += counts[at] as number
  }
  return each
}

/** The same from a value per row; NaN is a missing one. @param rows is left as it is. */
export function ascendingRows(rows: Float64Array): WeightedNumbers {
  const present = new Float64Array(rows.length)
  let size = 0
  for (let row = 0; row < rows.length; row++) {
    const value = rows[row] as number
    present[size] = value
    if (!Number.isNaN(value)) size++
  }
  return countDecimals(present.subarray(0, size)) ?? weighSorted(present.subarray(0, size))
}

function weighSorted(numbers: Float64Array): WeightedNumbers {
  const sorted = sortNumbers(numbers)
  return weigh(
    sorted.length,
    (at) => sorted[at] as number,
    () => 1,
  )
}

function weigh(
  size: number,
  valueAt: (at: number) => number,
  countAt: (at: number) => number,
): WeightedNumbers {
  const values = new Float64Array(size)
  const counts = new Float64Array(size)
  let last = -1
  for (let at = 0; at < size; at++) {
    // Adding 0 makes the negative zero a plain one.
    const value = valueAt(at) + 0
    if (last < 0 || value !== values[last]) values[++last] = value
    counts[last] = (counts[last] as number) + countAt(at)
  }
  return { values: values.subarray(0, last + 1), counts: counts.subarray(0, last + 1) }
}
