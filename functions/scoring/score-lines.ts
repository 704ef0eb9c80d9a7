/** The records of `scores/part-n.csv`: an identifier may hold a line break, and what stands behind it is no record. */

/** @param text of a scores file or its beginning. @returns its records without their line ends; one that is cut off is left out. */
export function scoreLines(text: string): string[] {
  const records: string[] = []
  let start = 0
  let isQuoted = false
  let quote = text.indexOf('"')
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    for (; quote >= 0 && quote < end; quote = text.indexOf('"', quote + 1)) isQuoted = !isQuoted
    if (isQuoted) continue
    records.push(text.slice(start, end))
    start = end + 1
  }
  return records
}
