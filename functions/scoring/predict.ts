/** Predictions of an XGBoost model: margins as 32-bit sums in the order of the trees, as the library adds them, and links. */
import { alwaysBelow, createKeyBlock, type KeyBlock, keyOf } from './feature-keys.ts'
import { checkMatrix, usedFeatures } from './model-matrix.ts'
import { type Forest, goesLeft, type XgboostModel } from './xgboost-model.ts'

const blockRows = 64
/** Deeper trees are walked row by row with an early end: in a block, every row takes as many steps as the tree is deep. */
const maxBlockDepth = 32

/**
 * @param matrix row-major, rows × model.features; NaN is missing
 * @returns rows × model.groups, before the link
 * @throws RegimenError `FeatureContractBroken` when the matrix has another width
 */
export function predictMargins(model: XgboostModel, matrix: Float32Array, rows: number): Float32Array {
  checkMatrix(model, matrix, rows)
  const out = new Float32Array(rows * model.groups)
  for (let at = 0; at < out.length; at++) out[at] = model.baseMargin[at % model.groups] as number
  if (model.forest !== undefined) addForest(model, model.forest, matrix, rows, out)
  if (model.weights !== undefined) addLinear(model, model.weights, matrix, rows, out)
  return out
}

/**
 * Predictions after the objective's link: probabilities in [0, 1] for `logistic`, one per row; per class for `softmax`,
 * rows × groups; one class index per row for `multi:softmax`.
 * @throws RegimenError `FeatureContractBroken` when the matrix has another width
 */
export function predict(model: XgboostModel, matrix: Float32Array, rows: number): Float32Array {
  return applyLink(model, predictMargins(model, matrix, rows))
}

/** The link of the model's objective over margins (rows × groups). */
export function applyLink(model: XgboostModel, margins: Float32Array): Float32Array {
  switch (model.link) {
    case 'identity':
      return margins
    case 'logistic':
      return margins.map((m) => 1 / (1 + Math.exp(-m)))
    case 'exp':
      return margins.map(Math.exp)
    case 'sign':
      return margins.map((m) => (m > 0 ? 1 : 0))
    case 'softmax':
      return softmax(margins, model.groups)
    case 'class':
      return Float32Array.from({ length: margins.length / model.groups }, (_, row) => {
        const scores = margins.subarray(row * model.groups, (row + 1) * model.groups)
        return scores.indexOf(Math.max(...scores))
      })
  }
}

function softmax(margins: Float32Array, groups: number): Float32Array {
  const out = new Float32Array(margins.length)
  for (let start = 0; start < margins.length; start += groups) {
    let largest = Number.NEGATIVE_INFINITY
    for (let g = 0; g < groups; g++) largest = Math.max(largest, margins[start + g] as number)
    let sum = 0
    for (let g = 0; g < groups; g++) sum += Math.exp((margins[start + g] as number) - largest)
    for (let g = 0; g < groups; g++) out[start + g] = Math.exp((margins[start + g] as number) - largest) / sum
  }
  return out
}

function addLinear(
  { features, groups }: XgboostModel,
  weights: Float32Array,
  matrix: Float32Array,
  rows: number,
  out: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      let sum = Math.fround(
        (out[row * groups + group] as number) + (weights[features * groups + group] as number),
      )
      for (let feature = 0; feature < features; feature++) {
        const value = matrix[row * features + feature] as number
        if (!Number.isNaN(value))
          sum = Math.fround(sum + value * (weights[feature * groups + group] as number))
      }
      out[row * groups + group] = sum
    }
  }
}

/** The forest in the form of the block walk; node ids are those of the forest. */
interface Walk {
  readonly block: KeyBlock
  /** Key of the threshold. A leaf compares the constant column, so that a walk that has arrived stays. */
  readonly key: Int32Array
  readonly column: Int32Array
  /** Right child: the next node is this one minus 1 when the value is below the key. */
  readonly right: Int32Array
  /** Leaf values times the tree's weight. */
  readonly value: Float32Array
}

const walks = new WeakMap<Forest, Walk>()

function walkOf(model: XgboostModel, forest: Forest): Walk {
  const found = walks.get(forest)
  if (found !== undefined) return found
  const nodes = forest.left.length
  const block = createKeyBlock(usedFeatures(forest), model.features, blockRows)
  const walk: Walk = {
    block,
    key: new Int32Array(nodes),
    column: new Int32Array(nodes),
    right: new Int32Array(nodes),
    value: new Float32Array(nodes),
  }
  for (let tree = 0; tree < forest.trees; tree++) {
    const weight = forest.treeWeight[tree] as number
    for (let node = forest.treeStart[tree] as number; node < (forest.treeStart[tree + 1] as number); node++) {
      const left = forest.left[node] as number
      const threshold = forest.threshold[node] as number
      const isLeaf = left < 0
      walk.key[node] = isLeaf ? alwaysBelow : keyOf(threshold)
      walk.right[node] = (isLeaf ? node : left) + 1
      walk.value[node] = isLeaf ? threshold * weight : 0
      walk.column[node] = isLeaf
        ? block.constantColumn
        : block.column(forest.feature[node] as number, forest.defaultLeft[node] === 1)
    }
  }
  walks.set(forest, walk)
  return walk
}

function addForest(
  model: XgboostModel,
  forest: Forest,
  matrix: Float32Array,
  rows: number,
  out: Float32Array,
): void {
  const walk = walkOf(model, forest)
  for (let from = 0; from < rows; from += blockRows) {
    const count = Math.min(blockRows, rows - from)
    walk.block.load(matrix, from, count)
    for (let tree = 0; tree < forest.trees; tree++) {
      const to = from * model.groups + (forest.treeGroup[tree] as number)
      const root = forest.treeStart[tree] as number
      const depth = forest.treeDepth[tree] as number
      if (forest.treeCategorical[tree] === 1 || depth > maxBlockDepth)
        addTreeByRow(forest, walk.value, root, matrix, model.features, from, count, out, to, model.groups)
      else addTree(walk, root, depth, count, out, to, model.groups)
    }
  }
}

/** Walks four rows at a time: their chains of loads overlap. */
function addTree(
  walk: Walk,
  root: number,
  depth: number,
  count: number,
  out: Float32Array,
  to: number,
  stride: number,
): void {
  const { key, column, right, value } = walk
  const { keys, width } = walk.block
  let row = 0
  for (; row + 4 <= count; row += 4) {
    const x0 = row * width
    const x1 = x0 + width
    const x2 = x1 + width
    const x3 = x2 + width
    let a = root
    let b = root
    let c = root
    let d = root
    for (let step = 0; step < depth; step++) {
      a =
        ((right[a] as number) - Number((keys[x0 + (column[a] as number)] as number) < (key[a] as number))) | 0
      b =
        ((right[b] as number) - Number((keys[x1 + (column[b] as number)] as number) < (key[b] as number))) | 0
      c =
        ((right[c] as number) - Number((keys[x2 + (column[c] as number)] as number) < (key[c] as number))) | 0
      d =
        ((right[d] as number) - Number((keys[x3 + (column[d] as number)] as number) < (key[d] as number))) | 0
    }
    const at = to + row * stride
    out[at] = (out[at] as number) + (value[a] as number)
    out[at + stride] = (out[at + stride] as number) + (value[b] as number)
    out[at + 2 * stride] = (out[at + 2 * stride] as number) + (value[c] as number)
    out[at + 3 * stride] = (out[at + 3 * stride] as number) + (value[d] as number)
  }
  for (; row < count; row++) {
    const x = row * width
    let a = root
    for (let step = 0; step < depth; step++)
      a =
        ((right[a] as number) - Number((keys[x + (column[a] as number)] as number) < (key[a] as number))) | 0
    const at = to + row * stride
    out[at] = (out[at] as number) + (value[a] as number)
  }
}

function addTreeByRow(
  forest: Forest,
  value: Float32Array,
  root: number,
  matrix: Float32Array,
  features: number,
  from: number,
  count: number,
  out: Float32Array,
  to: number,
  stride: number,
): void {
  const { left, feature } = forest
  for (let row = 0; row < count; row++) {
    const x = (from + row) * features
    let node = root
    for (let next = left[node] as number; next >= 0; next = left[node] as number)
      node = goesLeft(forest, node, matrix[x + (feature[node] as number)] as number) ? next : next + 1
    const at = to + row * stride
    out[at] = (out[at] as number) + (value[node] as number)
  }
}
