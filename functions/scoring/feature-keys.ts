/**
 * Rows as integers that order like their floats, so that trees are walked without a branch: V8 turns an integer
 * comparison used as a number into a flag, a float one into a jump that is mispredicted half of the time.
 */

/** Above every number: a missing value where missing goes right. */
const above = 0x7fffffff
/** Below every number: a missing value where missing goes left, and the column of constants. */
const below = -0x80000000

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** An integer with the order of the floats; both zeros are one. */
export function keyOf(value: number): number {
  float[0] = value + 0
  const b = bits[0] as number
  return b ^ ((b >> 31) & 0x7fffffff)
}

/** Key that no value is below: a comparison that is always false. */
export const neverBelow = below

/**
 * A block of rows in keys. Each used feature has two columns, in which a missing value is below or above everything,
 * and one last column holds the constant that is below everything.
 */
export interface KeyBlock {
  readonly keys: Int32Array
  /** Entries per row. */
  readonly width: number
  readonly constantColumn: number
  /** Column of a feature for a node with this default. */
  column(feature: number, defaultLeft: boolean): number
  /** Loads rows `from … from + count` of a row-major matrix of 32-bit floats. */
  load(matrix: Float32Array, from: number, count: number): void
}

/**
 * @param used features that any node tests, each once
 * @param features columns of the matrix
 * @param rows most rows of a block
 */
export function createKeyBlock(used: Int32Array, features: number, rows: number): KeyBlock {
  const count = used.length
  const width = 2 * count + 1
  const keys = new Int32Array(rows * width)
  const place = new Map(Array.from(used, (feature, at) => [feature, at]))
  return {
    keys,
    width,
    constantColumn: 2 * count,
    column: (feature, defaultLeft) => (place.get(feature) ?? 0) + (defaultLeft ? count : 0),
    load(matrix, from, blockRows) {
      const raw = new Int32Array(matrix.buffer, matrix.byteOffset, matrix.length)
      for (let row = 0; row < blockRows; row++) {
        const source = (from + row) * features
        const target = row * width
        for (let at = 0; at < count; at++) {
          const cell = source + (used[at] as number)
          const value = matrix[cell] as number
          if (Number.isNaN(value)) {
            keys[target + at] = above
            keys[target + count + at] = below
          } else {
            const b = value === 0 ? 0 : (raw[cell] as number)
            const key = b ^ ((b >> 31) & 0x7fffffff)
            keys[target + at] = key
            keys[target + count + at] = key
          }
        }
        keys[target + 2 * count] = below
      }
    },
  }
}
