/** Sums of products of many columns, a block of rows at a time: what is in the cache is used for all of its pairs. */
import {
  assemble,
  branchIf,
  get,
  integer,
  loadDouble,
  loadDoubles,
  op,
  set,
  storeDouble,
  tee,
  type WasmFunction,
} from '../wasm-assembler.ts'

/** Rows of a block; it stands column by column, and what has no value there is 0. */
export const blockRows = 512
/** A block has a multiple of so many columns. */
const tile = 4
const doubleBytes = 8
const pageBytes = 65_536

/** Columns rounded up to what products are taken of. */
export const paddedColumns = (columns: number) => Math.ceil(columns / tile) * tile

const doublesOfBlock = (columns: number) => paddedColumns(columns) * blockRows
const doublesOfSums = (columnsA: number, columnsB: number) =>
  paddedColumns(columnsA) * paddedColumns(columnsB)

export interface ProductSums {
  /** A block for so many columns, all 0. @throws RangeError when more is asked for than was told. */
  block(columns: number): Float64Array
  /** Sums for every pair of two blocks' columns, all 0. */
  sums(columnsA: number, columnsB: number): Float64Array
  /**
   * Adds Σ aᵢ·bⱼ over the rows of two blocks to sums[i · columns of b + j], both numbers of columns padded.
   *
   * @param upper leaves out whatever stands below the diagonal, roughly.
   */
  add(a: Float64Array, b: Float64Array, sums: Float64Array, upper?: boolean): void
}

type AddTile = (a: number, aEnd: number, b: number, sums: number, nextSums: number) => void

/** @param columns there is room for three blocks of so many, and for four sums of their pairs */
export function productSums(columns: number): ProductSums {
  const bytes = (3 * doublesOfBlock(columns) + 4 * doublesOfSums(columns, columns)) * doubleBytes
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) })
  const module = new WebAssembly.Module(assemble([addTileFunction()]))
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  const addTile = exports.addTile as AddTile
  let taken = 0
  const take = (length: number) => {
    taken += length
    return new Float64Array(memory.buffer, (taken - length) * doubleBytes, length)
  }
  return {
    block: (wanted) => take(doublesOfBlock(wanted)),
    sums: (wantedA, wantedB) => take(doublesOfSums(wantedA, wantedB)),
    add(a, b, sums, upper = false) {
      const columnsA = a.length / blockRows
      const columnsB = b.length / blockRows
      for (let i = 0; i < columnsA; i += 2) {
        const rowsA = a.byteOffset + i * columnBytes
        for (let j = upper ? i - (i % tile) : 0; j < columnsB; j += tile) {
          const to = sums.byteOffset + (i * columnsB + j) * doubleBytes
          addTile(rowsA, rowsA + columnBytes, b.byteOffset + j * columnBytes, to, to + columnsB * doubleBytes)
        }
      }
    },
  }
}

const columnBytes = blockRows * doubleBytes

/**
 * (a, aEnd, b, sums, nextSums): two columns by four, two rows at a time, as eight sums that do not wait for each other.
 * `aEnd` is where the second column of a begins; `nextSums` is where its sums stand.
 */
function addTileFunction(): WasmFunction {
  const [a, aEnd, b, sums, nextSums] = [0, 1, 2, 3, 4]
  const [x, y] = [5, 7]
  const sum = (column: number, other: number) => 8 + column * tile + other
  const columns = [0, 1]
  const others = Array.from({ length: tile }, (_, other) => other)
  return {
    name: 'addTile',
    parameters: 5,
    integers: 0,
    doubles: 3 + columns.length * tile,
    body: [
      op.loop,
      ...columns.flatMap((column) => [get(a), loadDoubles(column * columnBytes), set(x + column)]),
      ...others.flatMap((other) => [
        ...[get(b), loadDoubles(other * columnBytes), set(y)],
        ...columns.flatMap((column) => [
          ...[get(sum(column, other)), get(x + column), get(y), op.multiplyDoubles],
          ...[op.addDoubles, set(sum(column, other))],
        ]),
      ]),
      ...[get(b), integer(2 * doubleBytes), op.addInt, set(b)],
      ...[get(a), integer(2 * doubleBytes), op.addInt, tee(a), get(aEnd), op.lessUnsigned, branchIf(0)],
      op.end,
      ...columns.flatMap((column) => {
        const to = column === 0 ? sums : nextSums
        return others.flatMap((other) => [
          ...[get(to), get(to), loadDouble(other * doubleBytes)],
          ...[get(sum(column, other)), op.firstDouble, get(sum(column, other)), op.secondDouble],
          ...[op.addDouble, op.addDouble, storeDouble(other * doubleBytes)],
        ])
      }),
    ],
  }
}
