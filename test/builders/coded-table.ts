/** A table in memory, made of its cells in the plainest way. */
import type { CodedColumn, CodedTable } from '../../functions/dataset/coded-table.ts'
import { plainNumber } from '../../functions/dataset/plain-number.ts'

/** @param rows cells as they are written. @param nullTokens those that mean "missing", beside the empty one. */
export const codedTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  nullTokens: readonly string[] = [],
): CodedTable => ({
  header,
  rows: rows.length,
  columns: header.map((_, at) =>
    codedColumn(
      rows.map((row) => row[at]!),
      new Set(['', ...nullTokens]),
    ),
  ),
})

function codedColumn(cells: readonly string[], missing: ReadonlySet<string>): CodedColumn {
  const rowsOf = Map.groupBy(cells.keys(), (row) => cells[row]!)
  const texts = [...rowsOf.keys()]
  const codes = new Map(texts.map((text, code) => [text, code]))
  return {
    size: texts.length,
    missing: [...texts.keys()].filter((code) => missing.has(texts[code]!)),
    text: (code) => (missing.has(texts[code]!) ? null : texts[code]!),
    plainNumber(code, isWhole) {
      const bytes = Buffer.from(texts[code]!)
      return plainNumber(bytes, 0, bytes.length, isWhole)
    },
    counts: Uint32Array.from(rowsOf.values(), (rows) => rows.length),
    firstRows: Uint32Array.from(rowsOf.values(), ([row]) => row! + 1),
    codes: Uint32Array.from(cells, (cell) => codes.get(cell)!),
  }
}
