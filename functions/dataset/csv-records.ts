/** Cuts a short delimited text into records: for headers and samples, never for whole files. */

export const delimiters = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof delimiters)[number]

/**
 * Up to `limit` records that are complete; a quote that is never closed ends the list.
 *
 * @param whole whether the text is all there is: otherwise a record that ends with it may go on.
 */
export function parseRecords(text: string, delimiter: Delimiter, limit: number, whole = true): string[][] {
  const records: string[][] = []
  let at = 0
  while (records.length < limit && at < text.length) {
    const record: string[] = []
    for (;;) {
      const field = readField(text, at, delimiter)
      if (field === undefined) return records
      record.push(field.value)
      at = field.end
      if (text[at] !== delimiter) break
      at++
    }
    if (!whole && at + 1 >= text.length) return records
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    if (record.length > 1 || record[0] !== '') records.push(record)
  }
  return records
}

function readField(
  text: string,
  start: number,
  delimiter: Delimiter,
): { value: string; end: number } | undefined {
  let at = start
  if (text[at] !== '"') {
    while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++
    return { value: text.slice(start, at), end: at }
  }
  at++
  for (;;) {
    const close = text.indexOf('"', at)
    if (close < 0) return undefined
    if (text[close + 1] !== '"')
      return {
        value: text.slice(start + 1, close).replaceAll('""', '"'),
        end: skipBroken(text, close + 1, delimiter),
      }
    at = close + 2
  }
}

/** Text after a closing quote is refused by the scan; here it must only not stop the walk. */
function skipBroken(text: string, start: number, delimiter: Delimiter): number {
  let at = start
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++
  return at
}
