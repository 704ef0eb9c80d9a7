/** A table held as codes, so that thousands of seeded resamples are profiled in seconds: a resample is a list of rows. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { exactCells } from '../../../functions/profile/exact.ts'
import { countCells } from '../../../functions/profile/numeric-column.ts'
import type {
  CategoryColumn,
  NumericColumn,
  Profile,
  ProfileColumn,
} from '../../../functions/profile/profile.ts'
import { type Random, seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { profileOf } from './build-profile.ts'

interface CodedColumn {
  /** Per row the place of its value among `values`; -1 stands for a missing one. */
  readonly codes: Int32Array
  /** Ascending numbers, or texts. */
  readonly values: readonly number[] | readonly string[]
}
export type CodedTable = ReadonlyMap<string, CodedColumn>

const isNumbers = (values: CodedColumn['values']): values is readonly number[] =>
  typeof values[0] === 'number'

/** @param missing texts that stand for a missing value, beside the empty one. */
export function readCoded(file: string, missing: readonly string[]): CodedTable {
  const bytes = readFileSync(file)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1').trimEnd()
  const [header = '', ...lines] = text.split(/\r?\n/)
  const rows = lines.map((line) => line.split(','))
  return new Map(
    header.split(',').map((name, at) => [
      name,
      codeCells(
        rows.map((row) => {
          const cell = row[at] ?? ''
          return cell === '' || missing.includes(cell) ? null : cell
        }),
      ),
    ]),
  )
}

/** Numbers where every cell is one. */
function codeCells(cells: readonly (string | null)[]): CodedColumn {
  const present = cells.filter((cell) => cell !== null)
  const numeric = present.length > 0 && present.every((cell) => Number.isFinite(Number(cell)))
  return codeValues(numeric ? cells.map((cell) => (cell === null ? null : Number(cell))) : cells)
}

export function codeValues(cells: readonly (number | string | null)[]): CodedColumn {
  const seen = [...new Set(cells)].filter((cell) => cell !== null)
  const values = seen.every((value) => typeof value === 'number')
    ? seen.sort((a, b) => a - b)
    : seen.map(String)
  const place = new Map<number | string, number>(values.map((value, at) => [value, at]))
  return { codes: Int32Array.from(cells, (cell) => (cell === null ? -1 : (place.get(cell) ?? -1))), values }
}

export const rowsOf = (table: CodedTable) => [...table.values()][0]?.codes.length ?? 0

/** The profile of the rows, as the platform makes it: beyond 1,000 values in quantile cells, or in those of the baseline. */
export function profileRows(table: CodedTable, rows: ArrayLike<number>, baseline?: Profile): Profile {
  const columns = [...table].map(([name, column]) => [name, profiled(column, rows, baseline?.columns[name])])
  return profileOf(rows.length, Object.fromEntries(columns))
}

function profiled(
  { codes, values }: CodedColumn,
  rows: ArrayLike<number>,
  before?: ProfileColumn,
): ProfileColumn {
  const counts = new Float64Array(values.length)
  let nulls = 0
  for (let at = 0; at < rows.length; at++) {
    const code = codes[rows[at]!]!
    if (code < 0) nulls++
    else counts[code]!++
  }
  const base = { count: rows.length - nulls, nulls, unreadable: 0, violations: [] }
  if (isNumbers(values)) return numeric(base, values, counts, before?.kind === 'numeric' ? before : undefined)
  const levels = values
    .map((value, at): [string, number] => [String(value), counts[at]!])
    .filter(([, count]) => count > 0)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  return { ...base, kind: 'category', type: 'category', levels, otherCount: 0 } satisfies CategoryColumn
}

function numeric(
  base: Pick<NumericColumn, 'count' | 'nulls' | 'unreadable' | 'violations'>,
  values: readonly number[],
  counts: Float64Array,
  before: NumericColumn | undefined,
): NumericColumn {
  const kept: number[] = []
  for (let at = 0; at < values.length; at++) if (counts[at]! > 0) kept.push(at)
  const found = kept.map((at) => values[at]!)
  const times = kept.map((at) => counts[at]!)
  const [min = null] = found
  const column = {
    ...base,
    kind: 'numeric',
    type: 'number',
    min,
    max: found.at(-1) ?? null,
    mean: null,
    m2: 0,
  } as const
  const edges = before?.cells?.edges
  if (edges !== undefined) return { ...column, cells: countCells(edges, found, times) }
  const cells = exactCells(found, times, base.count)
  return cells === undefined
    ? { ...column, levels: found.map((value, at) => [value, times[at]!]) }
    : { ...column, cells }
}

/** `count` different rows of `from`, in random order. */
export function draw(from: ArrayLike<number>, count: number, random: Random): Int32Array {
  const pool = Int32Array.from(from)
  for (let at = 0; at < count; at++) {
    const other = at + Math.floor(random() * (pool.length - at))
    const kept = pool[at]!
    pool[at] = pool[other]!
    pool[other] = kept
  }
  return pool.slice(0, count)
}

/** Two sets of rows of no row in common: `share` of them for the baseline. */
export function halve(rows: number, share: number, seed: number): { before: Int32Array; later: Int32Array } {
  const all = draw(
    Int32Array.from({ length: rows }, (_, at) => at),
    rows,
    seededRandom(seed),
  )
  const cut = Math.floor(rows * share)
  return { before: all.slice(0, cut), later: all.slice(cut) }
}

/** The table with one column changed in every row. */
export function changed(
  table: CodedTable,
  name: string,
  change: (value: number | string | null) => number | string | null,
  rows: ArrayLike<number>,
  baseline: Profile,
): Profile {
  const column = table.get(name)
  if (column === undefined) throw new Error(`no column ${name}`)
  const cells = Array.from({ length: rows.length }, (_, at) => {
    const code = column.codes[rows[at]!]!
    return change(code < 0 ? null : column.values[code]!)
  })
  const rest = profileRows(table, rows, baseline)
  const places = Int32Array.from({ length: rows.length }, (_, at) => at)
  return {
    ...rest,
    columns: { ...rest.columns, [name]: profiled(codeValues(cells), places, baseline.columns[name]) },
  }
}
