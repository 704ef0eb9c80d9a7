/** Reads the distinct cells of a coded column as typed values; what only DuckDB can read is said to be so. */
import type { CodedColumn } from '../dataset/coded-table.ts'
import { inferType } from '../dataset/infer-columns.ts'
import { type ReadType, readCell } from '../dataset/read-cell.ts'
import { isNumeric } from '../dataset/typed-columns.ts'
import type { SourceColumn } from '../project.ts'
import type { PlannedColumn } from './column-plan.ts'
import { type DistinctValues, valueStates } from './distinct-values.ts'

/** Whole numbers beyond 2^53: two of them may be one double. */
const beyondDouble = /^-?[1-9][0-9]{15,}$/

/** The answer that `inferenceSql` leads to, over all cells. @returns undefined where only DuckDB can tell. */
export function inferCoded(column: CodedColumn): ReturnType<typeof inferType> | undefined {
  const readable = { present: 0, integer: 0, number: 0, timestamp: 0 }
  for (const type of ['integer', 'number', 'timestamp'] as const) {
    const { present, isAll } = readsAll(column, type)
    if (isAll === undefined) return undefined
    readable.present = present
    if (!isAll) continue
    readable[type] = present
    return inferType({ ...readable, merged: type !== 'timestamp' && hasMerged(column) })
  }
  return inferType(readable)
}

/** Whether every cell that is there is of a type, and how many are, up to the first that is not. */
function readsAll(column: CodedColumn, type: ReadType): { present: number; isAll: boolean | undefined } {
  let present = 0
  let isAll: boolean | undefined = true
  for (let code = 0; code < column.size; code++) {
    const value = readCode(column, code, type)
    if (value === missing) continue
    present++
    if (value === null) return { present, isAll: false }
    if (value === undefined) isAll = undefined
  }
  return { present, isAll }
}

function hasMerged(column: CodedColumn): boolean {
  const large: number[] = []
  for (let code = 0; code < column.size; code++) {
    if (!Number.isNaN(column.plainNumber(code, false))) continue
    const text = column.text(code)
    if (text !== null && beyondDouble.test(text)) large.push(Number(text))
  }
  return large.length > new Set(large).size
}

const missing = Symbol('missing')

/** As `readCell` answers, and that there is nothing to read. */
function readCode(column: CodedColumn, code: number, type: ReadType) {
  if (isNumeric(type)) {
    const plain = column.plainNumber(code, type === 'integer')
    if (!Number.isNaN(plain)) return plain
  }
  const text = column.text(code)
  return text === null ? missing : readCell(type, text)
}

/** @returns the distinct cells as the contract reads them; undefined where only DuckDB can tell. */
export function readDistinct(
  coded: CodedColumn,
  { column, kind }: Pick<PlannedColumn, 'column' | 'kind'>,
): DistinctValues | undefined {
  const { type } = column
  const { size, counts, firstRows } = coded
  const states = new Uint8Array(size)
  const numbers = new Float64Array(kind === 'numeric' ? size : 0).fill(Number.NaN)
  const texts = Array.from({ length: kind === 'numeric' ? 0 : size }, (_, code) => coded.text(code))
  if (type === 'identifier' || type === 'category' || type === 'text') {
    for (const [code, text] of texts.entries()) if (text === null) states[code] = valueStates.missing
    return { numbers, texts, counts, firstRows, states }
  }
  for (let code = 0; code < size; code++) {
    const value = readCode(coded, code, type)
    const state = stateOf(value, column)
    if (state === undefined) return undefined
    states[code] = state
    if (typeof value !== 'number') continue
    if (kind === 'numeric') numbers[code] = value
    if (type === 'boolean' && kind === 'category') texts[code] = String(value === 1)
  }
  return { numbers, texts, counts, firstRows, states }
}

/** @returns undefined where only DuckDB can tell. */
function stateOf(value: ReturnType<typeof readCode>, { type, min, max }: SourceColumn): number | undefined {
  if (value === missing) return valueStates.missing
  if (value === null) return valueStates.unreadable
  if (value === undefined) return undefined
  if (min === undefined && max === undefined) return valueStates.kept
  // The contract judges a whole number as such, of which doubles tell fewer apart.
  if (type === 'integer' && !Number.isSafeInteger(value)) return undefined
  return value < (min ?? value) || value > (max ?? value) ? valueStates.outside : valueStates.kept
}
