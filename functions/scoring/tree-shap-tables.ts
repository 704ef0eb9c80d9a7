/**
 * TreeSHAP of many rows by tables, in the manner of Fast TreeSHAP v2 (Yang 2021, arXiv 2109.09847): which of its features
 * a row follows towards a leaf is a bit mask, and for every mask the contributions are computed once.
 *
 * Here one table serves a whole bottom subtree of up to three splits (a "twig"): its index is the mask of the features on
 * the path from the root, then one bit per split of the twig, and its entry holds the summed contributions of all leaves
 * of the twig. A tree of depth 6 needs 16 look-ups for its 64 leaves.
 */
import { createKeyBlock, type KeyBlock, keyOf, neverBelow } from './feature-keys.ts'
import { usedFeatures } from './model-matrix.ts'
import { coverShare } from './tree-shap.ts'
import { fillTwigTable, type PathElement, prolong, type Twig, twigAt, twigHeight } from './twig.ts'
import type { Forest } from './xgboost-model.ts'

/** The rows of a block share each tree's table while it is in the cache. */
const blockRows = 512
const twigSplits = 3
/** A table grows with 4^depth. */
const maxDepth = 8
/** All tables together, 8 bytes each: beyond, they are made anew at each use. */
const maxKeptEntries = 1 << 23
/** Trees whose tables exist at a time when there are too many to keep. */
const treesAtATime = 32

/** One tree as arrays over its splits above the twigs (the trunk) and over its twigs. */
interface TreeTables {
  readonly trunk: number
  readonly trunkColumn: Int32Array
  readonly trunkKey: Int32Array
  /** All bits but the one of the split's feature. */
  readonly trunkKeep: Int32Array
  /** Slot of the left child's mask: a later split of the trunk, or `trunk` + number of a twig. */
  readonly trunkLeft: Int32Array
  readonly trunkRight: Int32Array
  readonly twigs: number
  /** `twigSplits` per twig; those that are not there never go left. */
  readonly twigColumn: Int32Array
  readonly twigKey: Int32Array
  /** Length of the path, in bits of the mask. */
  readonly twigBits: Int32Array
  readonly twigTable: Int32Array
  readonly twigWidth: Int32Array
  /** First of the twig's entries in `feature`, one per column of its table. */
  readonly twigFirst: Int32Array
  readonly feature: Int32Array
  readonly table: Float64Array
}

export class ForestTables {
  private readonly forest: Forest
  private readonly block: KeyBlock
  private readonly height: Uint16Array
  private readonly slots = new Int32Array(2 ** (maxDepth + 1))
  private readonly known = new Map<number, TreeTables>()
  private entries = 0

  constructor(forest: Forest, features: number) {
    this.forest = forest
    this.block = createKeyBlock(usedFeatures(forest), features, blockRows)
    this.height = heights(forest)
  }

  /** Whether tables of this tree are possible, and cost less than explaining so many rows without. */
  suits(tree: number, rows: number): boolean {
    const depth = this.forest.treeDepth[tree] as number
    if (this.forest.treeCategorical[tree] === 1 || depth > maxDepth) return false
    return this.known.has(tree) || rows * 4 >= 2 ** depth * depth
  }

  /**
   * Adds the contributions of `trees` for all rows.
   * @param out row r's contributions of a tree start at r × `stride` + `offset(tree)`
   */
  add(
    trees: readonly number[],
    matrix: Float32Array,
    rows: number,
    out: Float64Array,
    stride: number,
    offset: (tree: number) => number,
  ): void {
    for (let first = 0; first < trees.length; first += treesAtATime) {
      const batch = trees.slice(first, first + treesAtATime)
      for (let from = 0; from < rows; from += blockRows) {
        const count = Math.min(blockRows, rows - from)
        this.block.load(matrix, from, count)
        for (const tree of batch)
          addRows(this.tables(tree), this.block, this.slots, count, out, from * stride + offset(tree), stride)
      }
      if (this.entries <= maxKeptEntries) continue
      this.known.clear()
      this.entries = 0
    }
  }

  private tables(tree: number): TreeTables {
    const known = this.known.get(tree)
    if (known !== undefined) return known
    const made = this.tabulate(tree)
    this.known.set(tree, made)
    this.entries += made.table.length
    return made
  }

  private tabulate(tree: number): TreeTables {
    const { forest, block } = this
    const { twigs, trunk } = divide(forest, this.height, forest.treeStart[tree] as number)
    const column = (node: number) =>
      block.column(forest.feature[node] as number, forest.defaultLeft[node] === 1)
    const key = (node: number) => keyOf(forest.threshold[node] as number)
    const slot = (child: number) => (child < 0 ? trunk.length + ~child : child)
    const made: TreeTables = {
      trunk: trunk.length,
      trunkColumn: Int32Array.from(trunk, ({ node }) => column(node)),
      trunkKey: Int32Array.from(trunk, ({ node }) => key(node)),
      trunkKeep: Int32Array.from(trunk, ({ bit }) => ~(1 << bit)),
      trunkLeft: Int32Array.from(trunk, ({ left }) => slot(left)),
      trunkRight: Int32Array.from(trunk, ({ right }) => slot(right)),
      twigs: twigs.length,
      twigColumn: new Int32Array(twigs.length * twigSplits).fill(block.constantColumn),
      twigKey: new Int32Array(twigs.length * twigSplits).fill(neverBelow),
      twigBits: Int32Array.from(twigs, ({ path }) => path.length),
      twigTable: new Int32Array(twigs.length),
      twigWidth: Int32Array.from(twigs, ({ features }) => features.length),
      twigFirst: new Int32Array(twigs.length),
      feature: Int32Array.from(twigs.flatMap(({ features }) => features)),
      table: new Float64Array(twigs.reduce((sum, twig) => sum + twig.indices * twig.features.length, 0)),
    }
    let at = 0
    let first = 0
    for (const [i, twig] of twigs.entries()) {
      made.twigTable[i] = at
      made.twigFirst[i] = first
      for (const [split, node] of twig.splits.entries()) {
        made.twigColumn[i * twigSplits + split] = column(node)
        made.twigKey[i * twigSplits + split] = key(node)
      }
      fillTwigTable(forest, twig, forest.treeWeight[tree] as number, made.table, at)
      at += twig.indices * twig.features.length
      first += twig.features.length
    }
    return made
  }
}

interface TrunkSplit {
  readonly node: number
  /** Bit of its feature in the masks below. */
  readonly bit: number
  /** A split of the trunk by number, or ~number of a twig. */
  left: number
  right: number
}

/** Divides a tree into trunk (parents before children) and twigs. */
function divide(forest: Forest, height: Uint16Array, root: number): { twigs: Twig[]; trunk: TrunkSplit[] } {
  const twigs: Twig[] = []
  const trunk: TrunkSplit[] = []
  const grow = (node: number, path: readonly PathElement[]): number => {
    if ((height[node] as number) <= twigHeight) return ~(twigs.push(twigAt(forest, node, path)) - 1)
    const feature = forest.feature[node] as number
    const found = path.findIndex((element) => element.feature === feature)
    const split: TrunkSplit = { node, bit: found < 0 ? path.length : found, left: 0, right: 0 }
    const at = trunk.push(split) - 1
    const left = forest.left[node] as number
    split.left = grow(left, prolong(path, feature, coverShare(forest, left, true)))
    split.right = grow(left + 1, prolong(path, feature, coverShare(forest, left, false)))
    return at
  }
  grow(root, [])
  return { twigs, trunk }
}

/** Edges from each node to its deepest leaf; children stand behind their parents. */
function heights(forest: Forest): Uint16Array {
  const height = new Uint16Array(forest.left.length)
  for (let node = height.length - 1; node >= 0; node--) {
    const left = forest.left[node] as number
    if (left >= 0) height[node] = 1 + Math.max(height[left] as number, height[left + 1] as number)
  }
  return height
}

/** The hot loop: masks down the trunk, then one look-up per twig; no branch depends on the row. */
function addRows(
  tables: TreeTables,
  block: KeyBlock,
  slots: Int32Array,
  count: number,
  out: Float64Array,
  to: number,
  stride: number,
): void {
  const { trunk, trunkColumn, trunkKey, trunkKeep, trunkLeft, trunkRight } = tables
  const { twigs, twigColumn, twigKey, twigBits, twigTable, twigWidth, twigFirst, feature, table } = tables
  const { keys, width } = block
  for (let row = 0; row < count; row++) {
    const x = row * width
    const o = to + row * stride
    slots[0] = -1
    for (let k = 0; k < trunk; k++) {
      const mask = slots[k] as number
      const keep = trunkKeep[k] as number
      const left = Number((keys[x + (trunkColumn[k] as number)] as number) < (trunkKey[k] as number))
      slots[trunkLeft[k] as number] = mask & (keep | -left)
      slots[trunkRight[k] as number] = mask & (keep | (left - 1))
    }
    for (let k = 0; k < twigs; k++) {
      const s = k * twigSplits
      const outcome =
        Number((keys[x + (twigColumn[s] as number)] as number) < (twigKey[s] as number)) |
        (Number((keys[x + (twigColumn[s + 1] as number)] as number) < (twigKey[s + 1] as number)) << 1) |
        (Number((keys[x + (twigColumn[s + 2] as number)] as number) < (twigKey[s + 2] as number)) << 2)
      const bits = twigBits[k] as number
      const index = ((slots[trunk + k] as number) & ((1 << bits) - 1)) | (outcome << bits)
      const columns = twigWidth[k] as number
      const at = (twigTable[k] as number) + index * columns
      const first = twigFirst[k] as number
      for (let j = 0; j < columns; j++) {
        const cell = o + (feature[first + j] as number)
        out[cell] = (out[cell] as number) + (table[at + j] as number)
      }
    }
  }
}
