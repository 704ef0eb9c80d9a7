/** Cuts a short delimited text into records: for headers and samples, never for whole files. */

export const delimiters = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof delimiters)[number]

export interface Records {
  readonly records: string[][]
  /** No quoted field has text behind its closing quote, as it has where the delimiter is another one. */
  readonly sound: boolean
}

/**
 * Up to `limit` records that are complete; a quote that is never closed ends the list.
 *
 * @param whole whether the text is all there is: otherwise a record that ends with it may go on.
 */
export function parseRecords(text: string, delimiter: Delimiter, limit: number, whole = true): Records {
  const records: string[][] = []
  let sound = true
  let at = 0
  while (records.length < limit && at < text.length) {
    const record: string[] = []
    for (;;) {
      const field = readField(text, at, delimiter)
      if (field === undefined) return { records, sound }
      record.push(field.value)
      sound &&= field.sound
      at = field.end
      if (text[at] !== delimiter) break
      at++
    }
    if (!whole && at + 1 >= text.length) return { records, sound }
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    if (record.length > 1 || record[0] !== '') records.push(record)
  }
  return { records, sound }
}

interface Field {
  readonly value: string
  readonly end: number
  readonly sound: boolean
}

function readField(text: string, start: number, delimiter: Delimiter): Field | undefined {
  if (text[start] !== '"') {
    const end = fieldEnd(text, start, delimiter)
    return { value: text.slice(start, end), end, sound: true }
  }
  let at = start + 1
  for (;;) {
    const close = text.indexOf('"', at)
    if (close < 0) return undefined
    if (text[close + 1] !== '"') {
      // The scan refuses text behind a closing quote; here it must only not stop the walk.
      const end = fieldEnd(text, close + 1, delimiter)
      return { value: text.slice(start + 1, close).replaceAll('""', '"'), end, sound: end === close + 1 }
    }
    at = close + 2
  }
}

function fieldEnd(text: string, start: number, delimiter: Delimiter): number {
  let at = start
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at++
  return at
}
