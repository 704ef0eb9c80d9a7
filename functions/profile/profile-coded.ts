/** Profiles a coded table: the figures that `profileTable` gives, from the distinct cells of every column. */
import type { CodedColumn, CodedTable } from '../dataset/coded-table.ts'
import { coMomentsOf, pairable } from './co-moments.ts'
import { planColumns, type TableOptions } from './column-plan.ts'
import { countRepeatedRows } from './count-repeated-rows.ts'
import type { NumberRows } from './deviation-sums.ts'
import type { Profile, ProfileColumn } from './profile.ts'
import { profileDistinct } from './profile-distinct.ts'
import { readDistinct } from './type-coded.ts'

export interface CodedProfile {
  readonly profile: Profile
  /** Of the numeric columns: what each distinct cell is, by its code; NaN where it is no number. */
  readonly numbers: ReadonlyMap<string, Float64Array>
}

/** @returns undefined where only DuckDB can read a cell. */
export function profileCoded(table: CodedTable, options: TableOptions): CodedProfile | undefined {
  const { header, rows } = table
  const columns: [string, ProfileColumn][] = []
  const numbers = new Map<string, Float64Array>()
  for (const planned of planColumns(options, header)) {
    const { column, at, kind } = planned
    const coded = table.columns[at]
    if (coded === undefined) continue
    const distinct = readDistinct(coded, planned)
    if (distinct === undefined) return undefined
    columns.push([column.name, profileDistinct(planned, distinct, options)])
    if (kind === 'numeric') numbers.set(column.name, distinct.numbers)
  }
  const paired = pairable(options.columns, header, rows).flatMap(({ column: { name }, at }) => {
    const [byCode, codes] = [numbers.get(name), table.columns[at]?.codes]
    return byCode === undefined || codes === undefined ? [] : [[name, new CodedRows(byCode, codes)] as const]
  })
  const profile: Profile = {
    contract: 1,
    rows,
    parts: [{ ...options.part, rows }],
    duplicates: countRepeatedRows(table),
    rowHashes: [],
    columns: Object.fromEntries(columns),
    coMoments: coMomentsOf(paired),
  }
  return { profile, numbers }
}

/** The numbers of a column row by row, made a stretch at a time. */
class CodedRows implements NumberRows {
  readonly #byCode: Float64Array
  readonly #codes: CodedColumn['codes']
  #stretch = new Float64Array()

  constructor(byCode: Float64Array, codes: CodedColumn['codes']) {
    this.#byCode = byCode
    this.#codes = codes
  }

  get length(): number {
    return this.#codes.length
  }

  subarray(start: number, end: number): Float64Array {
    if (end - start > this.#stretch.length) this.#stretch = new Float64Array(end - start)
    for (let row = start; row < end; row++)
      this.#stretch[row - start] = this.#byCode[this.#codes[row] as number] as number
    return this.#stretch.subarray(0, end - start)
  }
}
