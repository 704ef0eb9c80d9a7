/** Writes an encoded matrix as the training algorithm reads it: headerless CSV, label first, an empty cell for missing. */
import type { EncodedMatrix } from './encode.ts'

/**
 * @param labels one per row, finite.
 * @returns UTF-8 bytes; every float32 in the fewest digits that read back as the same float32.
 */
export function writeEncodedCsv(labels: Float64Array, { matrix, rows, columns }: EncodedMatrix): Buffer {
  let buffer: Buffer = Buffer.allocUnsafe(1_024 + rows * (columns * 2 + 24))
  let at = 0
  for (let row = 0; row < rows; row++) {
    const needed = at + 32 + columns * 26
    if (needed > buffer.length) buffer = grow(buffer, needed)
    at += buffer.write(String(labels[row] as number), at, 'latin1')
    const base = row * columns
    for (let column = 0; column < columns; column++) {
      buffer[at++] = comma
      const value = matrix[base + column] as number
      // Most cells are one-hot: these never leave the fast way.
      if (value === 0) buffer[at++] = digit
      else if (value === 1) buffer[at++] = digit + 1
      else if (value > 0 && value < 10 && Number.isInteger(value)) buffer[at++] = digit + value
      else if (!Number.isNaN(value)) at += buffer.write(shortest(value), at, 'latin1')
    }
    buffer[at++] = newline
  }
  return buffer.subarray(0, at)
}

const comma = 0x2c
const newline = 0x0a
const digit = 0x30

function grow(buffer: Buffer, needed: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(needed, buffer.length * 2))
  buffer.copy(larger)
  return larger
}

/** 9 significant digits tell every float32 apart; most need fewer (Steele & White 1990). */
export function shortest(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value)
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return String(Number(text))
  }
  return String(Number(value.toPrecision(9)))
}
