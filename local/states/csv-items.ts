/** Reads CSV text (RFC 4180) as the items of a distributed Map: one object of texts per row. */
import { StateFailure } from './failure.ts'

const delimiters = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' } as const

/**
 * Cells beyond the header are left out, missing ones are empty, as AWS was recorded to do.
 * @throws StateFailure States.ItemReaderFailed on headers that repeat, or an open quote
 */
export function* csvItems(
  text: string,
  options: { headers?: readonly string[] | undefined; delimiter?: keyof typeof delimiters | undefined },
): Generator<Record<string, string>> {
  let headers = options.headers
  if (headers !== undefined) refuseDuplicates(headers)
  for (const cells of csvRows(text.replace(/^\uFEFF/, ''), delimiters[options.delimiter ?? 'COMMA'])) {
    if (headers === undefined) {
      refuseDuplicates(cells)
      headers = cells
      continue
    }
    yield Object.fromEntries(headers.map((header, index) => [header, cells[index] ?? '']))
  }
}

function refuseDuplicates(headers: readonly string[]): void {
  if (new Set(headers).size < headers.length) {
    throw new StateFailure('States.ItemReaderFailed', 'CSV headers cannot contain duplicates.')
  }
}

function* csvRows(text: string, delimiter: string): Generator<string[]> {
  let cells: string[] = []
  let cell = ''
  let quoted = false
  let started = false
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charAt(i)
    if (quoted) {
      if (c !== '"') cell += c
      else if (text.charAt(i + 1) === '"') {
        cell += '"'
        i += 1
      } else quoted = false
    } else if (c === '"' && cell === '') {
      quoted = true
      started = true
    } else if (c === delimiter) {
      cells.push(cell)
      cell = ''
      started = true
    } else if (c === '\n' || c === '\r') {
      if (c === '\r' && text.charAt(i + 1) === '\n') i += 1
      if (started || cell !== '') yield [...cells, cell]
      cells = []
      cell = ''
      started = false
    } else cell += c
  }
  if (quoted) throw new StateFailure('States.ItemReaderFailed', 'the CSV ends within a quoted cell')
  if (started || cell !== '') yield [...cells, cell]
}
