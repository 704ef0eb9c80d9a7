/** The records of `scores/part-n.csv`: an identifier may hold a line break, and what stands behind it is no record. */

/**
 * Cut at once, since looking for one line end after the other takes ten times as long in a text of more than a megabyte,
 * which Node keeps outside of the heap.
 *
 * @param text of a scores file or its beginning. @returns its records without their line ends; one that is cut off is left out.
 */
export function scoreLines(text: string): string[] {
  const lines = text.split('\n').slice(0, -1)
  if (!text.includes('"')) return lines
  const records: string[] = []
  let open = ''
  for (const line of lines) {
    open += line
    if (open.split('"').length % 2 === 0) {
      open += '\n'
      continue
    }
    records.push(open)
    open = ''
  }
  return records
}
