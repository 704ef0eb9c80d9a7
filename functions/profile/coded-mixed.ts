/** Finds a column of a table in memory whose cells are numbers or times, save a few. */
import type { CodedColumn } from '../dataset/coded-table.ts'
import { readCell } from '../dataset/read-cell.ts'
import type { Gathered } from './assemble-examination.ts'
import { isMostly, type MixedType, mixedTypes } from './examination-plan.ts'

/** @param step of the sample that tells the type. @returns `unknown` where only DuckDB can tell. */
export function mixedCells(column: CodedColumn, step: number): Gathered['mixed'][number] | 'unknown' {
  const type = typeOf(column, step)
  if (type === undefined || type === 'unknown') return type
  let count = 0
  let row = Number.POSITIVE_INFINITY
  for (let code = 0; code < column.size; code++) {
    const text = column.text(code)
    if (text === null) continue
    const value = readCell(type, text)
    if (value === undefined) return 'unknown'
    if (value !== null) continue
    count += column.counts[code] as number
    row = Math.min(row, column.firstRows[code] as number)
  }
  return { type, count, row }
}

function typeOf(column: CodedColumn, step: number): MixedType | undefined | 'unknown' {
  const cells = sampledCells(column, step)
  const there = sum(cells.map(([, count]) => count))
  for (const type of mixedTypes) {
    let [readable, unknown] = [0, 0]
    for (const [text, count] of cells) {
      const value = readCell(type, text)
      if (value === undefined) unknown += count
      else if (value !== null) readable += count
    }
    if (isMostly(readable, there)) return type
    // Cells that nobody but DuckDB can read may be too few to matter.
    if (isMostly(readable + unknown, there)) return 'unknown'
  }
  return undefined
}

/** Each cell of the sample and how often it stands there. */
function sampledCells(column: CodedColumn, step: number): [string, number][] {
  const counts = new Map<number, number>()
  for (let row = step - 1; row < column.codes.length; row += step) {
    const code = column.codes[row] as number
    counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  return [...counts].flatMap(([code, count]) => {
    const cell = column.text(code)
    return cell === null ? [] : [[cell, count] as [string, number]]
  })
}

const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0)
