/** Cells as a delimited text of one plain kind: commas, line feeds, every cell that is there in quotes. */

/** One record; null is an empty cell. */
export function cellLine(cells: readonly (string | null)[]): string {
  let line = ''
  for (let at = 0; at < cells.length; at++) {
    if (at > 0) line += ','
    const cell = cells[at]
    if (cell !== null && cell !== undefined)
      line += `"${cell.includes('"') ? cell.replaceAll('"', '""') : cell}"`
  }
  return `${line}\n`
}
