/** Rows of both sides as small whole numbers: what the two-sample classifier reads. */
import type { RowSample } from '../profile/row-sample.ts'

export interface CodedRows {
  readonly names: readonly string[]
  /** Per column the bin of every row, the baseline's rows first. */
  readonly codes: readonly Uint8Array[]
  /** 1 for rows of the batch. */
  readonly isCurrent: Uint8Array
  readonly groups: Uint32Array
}

/** Bins of a column: quantiles or frequent levels, then "other" of a category, then missing. */
const valueBins = 8
export const binsPerColumn = valueBins + 2
/** Pairs grow with the square. */
const maximumColumns = 64

/** Columns that both samples have, cut at quantiles of both together; one that does not vary is left out. */
export function codeRows(baseline: RowSample, current: RowSample): CodedRows {
  const names: string[] = []
  const codes: Uint8Array[] = []
  for (const [name, before] of Object.entries(baseline.columns)) {
    const now = Object.hasOwn(current.columns, name) ? current.columns[name] : undefined
    if (now === undefined || names.length === maximumColumns) continue
    const coded =
      before instanceof Float64Array
        ? now instanceof Float64Array
          ? codeNumbers(before, now)
          : undefined
        : now instanceof Float64Array
          ? undefined
          : codeLevels([...before, ...now])
    if (coded === undefined || coded.every((code) => code === coded[0])) continue
    names.push(name)
    codes.push(coded)
  }
  const rows = baseline.rows + current.rows
  return {
    names,
    codes,
    isCurrent: Uint8Array.from({ length: rows }, (_, at) => Number(at >= baseline.rows)),
    groups: Uint32Array.from({ length: rows }, (_, at) =>
      Number(at < baseline.rows ? baseline.groups[at] : current.groups[at - baseline.rows]),
    ),
  }
}

function codeNumbers(before: Float64Array, now: Float64Array): Uint8Array {
  const all = new Float64Array(before.length + now.length)
  all.set(before)
  all.set(now, before.length)
  const sorted = all.filter((value) => !Number.isNaN(value)).sort()
  const edges = new Set<number>()
  for (let bin = 1; bin < valueBins; bin++) {
    const edge = sorted[Math.floor((bin * sorted.length) / valueBins)]
    if (edge !== undefined) edges.add(edge)
  }
  const cuts = [...edges]
  return Uint8Array.from(all, (value) =>
    Number.isNaN(value) ? valueBins + 1 : cuts.reduce((bin, cut) => bin + Number(value >= cut), 0),
  )
}

function codeLevels(cells: readonly (string | null)[]): Uint8Array {
  const counts = new Map<string, number>()
  for (const cell of cells) if (cell !== null) counts.set(cell, (counts.get(cell) ?? 0) + 1)
  const frequent = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, valueBins)
  const place = new Map(frequent.map(([level], at) => [level, at]))
  return Uint8Array.from(cells, (cell) => (cell === null ? valueBins + 1 : (place.get(cell) ?? valueBins)))
}
