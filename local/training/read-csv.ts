/** Reads headerless CSV files (label first, empty cell = missing) straight from bytes into float32 columns. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import { RegimenError } from '../../functions/errors.ts'
import { sharedFloat32 } from './shared-array.ts'

export interface Table {
  readonly rows: number
  /** Number of features: the label and the weight are not among them. */
  readonly columns: number
  /** Column-major, `rows` × `columns`; NaN is missing. */
  readonly values: Float32Array
  readonly labels: Float32Array
  readonly weights: Float32Array | undefined
}

const NEWLINE = 10
const RETURN = 13
const COMMA = 44
const MINUS = 45
const POINT = 46
const ZERO = 48
const NINE = 57

/** Integers up to 15 digits over powers of ten up to 10^22 divide exactly rounded (Clinger 1990, fast path). */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent)

/**
 * @param files in the order in which their rows are taken.
 * @throws RegimenError `TrainingDataUnusable`: no rows, ragged rows, cells that are no finite numbers; with file, row
 * and column, never the cell's text.
 */
export function readCsv(files: readonly string[], options: { weights?: boolean } = {}): Table {
  const parts = files.map((file) => ({ name: basename(file), bytes: readBytes(file) }))
  const rows = parts.reduce((sum, part) => sum + countRows(part.bytes), 0)
  if (rows === 0) {
    throw unusable('the channel holds no rows', undefined, '0 rows', 'at least one row of "label,feature,…"')
  }
  const leading = options.weights === true ? 2 : 1
  const first = parts.find((part) => countRows(part.bytes) > 0)
  const cells = first === undefined ? 0 : countCells(first.bytes)
  if (cells <= leading) {
    const expected =
      leading === 2 ? 'label, weight and at least one feature' : 'label and at least one feature'
    throw unusable(
      'the rows are too short',
      `file ${first?.name}`,
      `${cells} cells in the first row`,
      expected,
    )
  }
  const columns = cells - leading
  const values = sharedFloat32(rows * columns)
  const labels = sharedFloat32(rows)
  const weights = leading === 2 ? sharedFloat32(rows) : undefined
  let row = 0
  for (const part of parts) row = parseRows(part, row, { rows, columns, values, labels, weights })
  return { rows, columns, values, labels, weights }
}

/** The file's bytes with a newline appended, so that the parser needs no test for the end. */
function readBytes(file: string): Uint8Array {
  const handle = openSync(file, 'r')
  try {
    const size = fstatSync(handle).size
    const bytes = new Uint8Array(size + 1)
    let at = 0
    while (at < size) {
      const count = readSync(handle, bytes, at, size - at, at)
      if (count === 0) break
      at += count
    }
    bytes[at] = NEWLINE
    return bytes.subarray(startOf(bytes), at + 1)
  } finally {
    closeSync(handle)
  }
}

/** Behind the UTF-8 byte order mark, if there is one. */
function startOf(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
}

/** Lines that are not blank. */
function countRows(bytes: Uint8Array): number {
  let rows = 0
  let start = 0
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    const blank = end === start || (end === start + 1 && bytes[start] === RETURN)
    if (!blank) rows++
    start = end + 1
  }
  return rows
}

function countCells(bytes: Uint8Array): number {
  let at = 0
  while (bytes[at] === NEWLINE || bytes[at] === RETURN) at++
  let cells = 1
  for (; bytes[at] !== NEWLINE; at++) if (bytes[at] === COMMA) cells++
  return cells
}

function parseRows(part: { name: string; bytes: Uint8Array }, firstRow: number, table: Table): number {
  const { rows, columns, values, labels, weights } = table
  const { bytes, name } = part
  const leading = weights === undefined ? 1 : 2
  const cells = columns + leading
  const end = bytes.length
  let row = firstRow
  let line = 0
  let at = 0
  while (at < end) {
    line++
    if (bytes[at] === NEWLINE || (bytes[at] === RETURN && bytes[at + 1] === NEWLINE)) {
      at += bytes[at] === NEWLINE ? 1 : 2
      continue
    }
    let cell = 0
    for (;;) {
      const start = at
      let byte = bytes[at] as number
      const negative = byte === MINUS
      if (negative) byte = bytes[++at] as number
      let mantissa = 0
      let digits = 0
      let scale = 0
      while (byte >= ZERO && byte <= NINE) {
        mantissa = mantissa * 10 + byte - ZERO
        digits++
        byte = bytes[++at] as number
      }
      if (byte === POINT) {
        byte = bytes[++at] as number
        while (byte >= ZERO && byte <= NINE) {
          mantissa = mantissa * 10 + byte - ZERO
          digits++
          scale++
          byte = bytes[++at] as number
        }
      }
      let value: number
      if (digits > 0 && digits <= 15 && (byte === COMMA || byte === NEWLINE || byte === RETURN)) {
        // Adding zero turns -0 into 0, which has one bit pattern for the bins.
        value = (negative ? -mantissa : mantissa) / (POWERS[scale] as number) + 0
      } else {
        while (byte !== COMMA && byte !== NEWLINE) byte = bytes[++at] as number
        value = parseSlowly(bytes, start, at, name, line, cell)
      }
      if (byte === RETURN) byte = bytes[++at] as number
      if (cell >= cells) break
      if (cell >= leading) values[(cell - leading) * rows + row] = value
      else if (cell === 0) labels[row] = value
      else if (weights !== undefined) weights[row] = value
      cell++
      at++
      if (byte === NEWLINE) break
      if (byte !== COMMA) throw notNumber(name, line, cell)
    }
    if (cell !== cells || bytes[at - 1] !== NEWLINE) {
      const got = cell >= cells ? `more than ${cells} cells` : `${cell} cells`
      throw unusable('a row has another number of cells', `file ${name}, row ${line}`, got, `${cells} cells`)
    }
    row++
  }
  return row
}

/** Everything but a plain decimal: blank, exponents, more than 15 digits, `nan`. */
function parseSlowly(
  bytes: Uint8Array,
  start: number,
  end: number,
  name: string,
  line: number,
  cell: number,
) {
  const text = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 64))).trim()
  if (text === '' || text.toLowerCase() === 'nan') return Number.NaN
  const value = Number(text)
  if (!Number.isFinite(value) || !/^[-+.\d]/.test(text) || /^[-+]?0[xob]/i.test(text) || end - start > 64) {
    throw notNumber(name, line, cell + 1)
  }
  return value + 0
}

function notNumber(name: string, line: number, column: number) {
  const hint = line === 1 ? 'remove the header if the file has one' : 'encode the column before training'
  return unusable(
    'a cell is not a number',
    `file ${name}, row ${line}, column ${column}`,
    undefined,
    'a finite number',
    hint,
  )
}

function unusable(what: string, where?: string, got?: string, expected?: string, remedy?: string) {
  return new RegimenError('TrainingDataUnusable', {
    what,
    ...(where === undefined ? {} : { where }),
    ...(got === undefined ? {} : { got }),
    ...(expected === undefined ? {} : { expected }),
    ...(remedy === undefined ? {} : { do: remedy }),
  })
}
