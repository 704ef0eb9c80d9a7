/**
 * The walk through a forest in WebAssembly, assembled here for the width of the model's rows: eight rows at a time, so
 * that their chains of loads overlap, and a float comparison that is a number and no jump.
 */
import {
  assemble,
  branchIf,
  get,
  integer,
  loadFloat,
  loadInt,
  op,
  set,
  storeFloat,
  tee,
  type WasmFunction,
} from '../wasm-assembler.ts'
import type { Forest } from './xgboost-model.ts'

/** Rows that the walk loads at once; a multiple of `lanes`. */
export const compiledRows = 64
const lanes = 8
const pageBytes = 65_536
const nodeBytes = 16
const treeBytes = 16
/** A bigger forest stays outside: its nodes are there once already. */
const maxNodes = 1 << 23
const maxRowBytes = 1 << 20

export interface CompiledWalk {
  /** Loads rows `from … from + count` (at most `compiledRows`) of a row-major matrix. */
  load(matrix: Float32Array, from: number, count: number): void
  /** Adds the leaves of trees `first … end` to `margins` (row-major, rows × groups) of the loaded rows, in their order. */
  add(first: number, end: number, margins: Float32Array): void
}

type Walk = (tree: number, treeEnd: number, rows: number, rowsEnd: number, out: number) => void

/** Undefined where the forest is too large, or where the place forbids WebAssembly (some edge runtimes and pages do). */
export function compileWalk(forest: Forest, features: number, groups: number): CompiledWalk | undefined {
  const rowBytes = features * 4
  const nodes = forest.left.length
  if (typeof WebAssembly === 'undefined' || nodes > maxNodes || rowBytes > maxRowBytes) return undefined
  const valuesAt = nodes * nodeBytes
  const treesAt = valuesAt + nodes * 4
  const rowsAt = treesAt + forest.trees * treeBytes
  const outAt = rowsAt + compiledRows * rowBytes
  try {
    const initial = Math.ceil((outAt + compiledRows * groups * 4) / pageBytes)
    const memory = new WebAssembly.Memory({ initial })
    const program = assemble([walkFunction(valuesAt, rowBytes, groups * 4)])
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(program), { env: { memory } })
    writeForest(forest, new DataView(memory.buffer), valuesAt, treesAt)
    const rows = new Float32Array(memory.buffer, rowsAt, compiledRows * features)
    const out = new Float32Array(memory.buffer, outAt, compiledRows * groups)
    return walker(exports.walk as Walk, rows, out, treesAt, features)
  } catch (error) {
    if (
      error instanceof WebAssembly.CompileError ||
      error instanceof RangeError ||
      error instanceof EvalError
    )
      return undefined
    throw error
  }
}

function walker(
  walk: Walk,
  rows: Float32Array,
  out: Float32Array,
  treesAt: number,
  features: number,
): CompiledWalk {
  let padded = 0
  return {
    load(matrix, from, count) {
      rows.set(matrix.subarray(from * features, (from + count) * features))
      // Rows up to the next multiple of `lanes` hold old numbers; nobody reads what comes of them.
      padded = Math.ceil(count / lanes) * lanes
    },
    add(first, end, margins) {
      if (first === end) return
      out.set(margins)
      const rowsEnd = rows.byteOffset + padded * features * 4
      walk(treesAt + first * treeBytes, treesAt + end * treeBytes, rows.byteOffset, rowsEnd, out.byteOffset)
      margins.set(out.subarray(0, margins.length))
    },
  }
}

/**
 * Node: offset of its feature in the row, sign, bound, first child. A row takes the second child where
 * value × sign ≥ bound, which a missing value (NaN) never is: so the first child is the one of missing values. Where
 * that is the right one, x < t is written as −x ≥ the next float above −t.
 * A leaf's bound is NaN and it is its own first child, so that a walk that has arrived stays; leaf values stand apart.
 */
function writeForest(forest: Forest, view: DataView, valuesAt: number, treesAt: number): void {
  const { left, feature, threshold, defaultLeft } = forest
  /** Siblings change places below a split whose missing values go right. */
  const place = Int32Array.from(left, (_, node) => node)
  for (const [node, child] of left.entries()) {
    const at = (place[node] as number) * nodeBytes
    const value = threshold[node] as number
    if (child < 0) {
      view.setFloat32(at + 8, Number.NaN, true)
      view.setInt32(at + 12, at, true)
      continue
    }
    const isMirrored = defaultLeft[node] !== 1
    if (isMirrored) {
      place[child] = child + 1
      place[child + 1] = child
    }
    view.setInt32(at, (feature[node] as number) * 4, true)
    view.setFloat32(at + 4, isMirrored ? -1 : 1, true)
    view.setFloat32(at + 8, isMirrored ? nextAbove(-value) : value, true)
    view.setInt32(at + 12, child * nodeBytes, true)
  }
  for (let tree = 0; tree < forest.trees; tree++) {
    const root = forest.treeStart[tree] as number
    const weight = forest.treeWeight[tree] as number
    for (let node = root; node < (forest.treeStart[tree + 1] as number); node++)
      if ((left[node] as number) < 0)
        view.setFloat32(valuesAt + (place[node] as number) * 4, (threshold[node] as number) * weight, true)
    const at = treesAt + tree * treeBytes
    view.setInt32(at, root * nodeBytes, true)
    view.setInt32(at + 4, forest.treeDepth[tree] as number, true)
    view.setInt32(at + 8, (forest.treeGroup[tree] as number) * 4, true)
  }
}

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)

/** The next 32-bit float; NaN above infinity, which nothing exceeds. */
function nextAbove(value: number): number {
  if (value === Number.POSITIVE_INFINITY) return Number.NaN
  float[0] = value + 0
  bits[0] = value === 0 ? 1 : (bits[0] as number) + (value > 0 ? 1 : -1)
  return float[0] as number
}

/** (tree, treeEnd, rows, rowsEnd, out): for each tree, for each `lanes` rows, as many steps as the tree is deep. */
function walkFunction(valuesAt: number, rowBytes: number, outBytes: number): WasmFunction {
  const [tree, treeEnd, rows, rowsEnd, out] = [0, 1, 2, 3, 4]
  const [row, to, step] = [5, 6, 7]
  const node = (lane: number) => 8 + lane
  const eachLane = (code: (lane: number) => readonly (readonly number[])[]) =>
    Array.from({ length: lanes }, (_, lane) => code(lane)).flat()
  return {
    name: 'walk',
    parameters: 5,
    integers: 3 + lanes,
    body: [
      op.loop,
      ...[get(rows), set(row), get(out), get(tree), loadInt(8), op.addInt, set(to)],
      op.loop,
      ...eachLane((lane) => [get(tree), loadInt(), set(node(lane))]),
      op.block,
      ...[get(tree), loadInt(4), tee(step), op.isZero, branchIf(0)],
      op.loop,
      ...eachLane((lane) => [
        ...[get(node(lane)), loadInt(12)],
        ...[get(node(lane)), loadInt(), get(row), op.addInt, loadFloat(lane * rowBytes)],
        ...[get(node(lane)), loadFloat(4), op.multiplyFloat],
        ...[get(node(lane)), loadFloat(8), op.greaterOrEqualFloat],
        ...[integer(4), op.shiftLeft, op.addInt, set(node(lane))],
      ]),
      ...[get(step), integer(1), op.subtractInt, tee(step), branchIf(0)],
      op.end,
      op.end,
      ...eachLane((lane) => [
        ...[get(to), get(to), loadFloat(lane * outBytes)],
        ...[get(node(lane)), integer(2), op.shiftRight, loadFloat(valuesAt)],
        ...[op.addFloat, storeFloat(lane * outBytes)],
      ]),
      ...[get(to), integer(lanes * outBytes), op.addInt, set(to)],
      ...[
        get(row),
        integer(lanes * rowBytes),
        op.addInt,
        tee(row),
        get(rowsEnd),
        op.lessUnsigned,
        branchIf(0),
      ],
      op.end,
      ...[get(tree), integer(treeBytes), op.addInt, tee(tree), get(treeEnd), op.lessUnsigned, branchIf(0)],
      op.end,
    ],
  }
}
