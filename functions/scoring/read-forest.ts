/** Reads the trees of a model document into a `Forest`; nodes that no path reaches (pruned ones) are left out. */
import { refuseModel, Section } from './model-document.ts'
import { type Forest, maxCategory } from './xgboost-model.ts'

const maxNodes = 50_000_000
const maxDepth = 1_024

/**
 * @param model `gradient_booster.model` of a gbtree
 * @param bestIteration trees of later rounds are left out
 * @param weights of dart, one per tree
 */
export function readForest(
  model: Section,
  features: number,
  groups: number,
  bestIteration: number | undefined,
  weights: ArrayLike<number> | undefined,
): Forest {
  const documents = model.list('trees')
  const info = model.numbers('tree_info')
  if (info.length !== documents.length)
    refuseModel(`${model.path}.tree_info`, `${info.length} entries`, `${documents.length}, one per tree`)
  if (weights !== undefined && weights.length !== documents.length)
    refuseModel('weight_drop', `${weights.length} weights`, `${documents.length}, one per tree`)
  const trees = usedTrees(model, documents.length, groups, bestIteration)
  const sources = documents.slice(0, trees).map((document, tree) => {
    const section = new Section(document, `${model.path}.trees[${tree}]`)
    return readTree(section, features)
  })
  let nodes = 0
  let words = 0
  for (const source of sources) {
    nodes += source.order.length
    words += source.words
  }
  if (nodes > maxNodes) refuseModel(model.path, `${nodes} nodes`, `at most ${maxNodes}`)
  const forest = allocate(trees, nodes, words)
  let word = 0
  let at = 0
  for (const [tree, source] of sources.entries()) {
    const group = info[tree] as number
    if (!Number.isInteger(group) || group < 0 || group >= groups)
      refuseModel(`${model.path}.tree_info[${tree}]`, String(group), `a group from 0 to ${groups - 1}`)
    forest.treeStart[tree] = at
    forest.treeGroup[tree] = group
    forest.treeDepth[tree] = source.depth
    forest.treeWeight[tree] = weights === undefined ? 1 : (weights[tree] as number)
    forest.treeCategorical[tree] = source.words > 0 ? 1 : 0
    word = copyTree(forest, source, at, word)
    at += source.order.length
  }
  forest.treeStart[trees] = at
  return forest
}

function usedTrees(model: Section, trees: number, groups: number, bestIteration: number | undefined): number {
  if (bestIteration === undefined) return trees
  if (model.has('iteration_indptr')) {
    const pointers = model.numbers('iteration_indptr')
    const end = pointers[Math.min(bestIteration + 1, pointers.length - 1)] ?? trees
    if (!Number.isInteger(end) || end < 0 || end > trees)
      refuseModel(`${model.path}.iteration_indptr`, String(end), `a number of trees up to ${trees}`)
    return end
  }
  const parallel = model.section('gbtree_model_param').integer('num_parallel_tree', 0, 1_000_000, 1)
  return Math.min(trees, (bestIteration + 1) * Math.max(1, parallel) * groups)
}

/** One tree as the document has it, and the order in which its nodes are laid out. */
interface TreeSource {
  readonly left: ArrayLike<number>
  readonly right: ArrayLike<number>
  readonly feature: ArrayLike<number>
  readonly condition: ArrayLike<number>
  readonly defaultLeft: ArrayLike<number>
  readonly cover: ArrayLike<number>
  /** Sets of the categorical nodes, as bit words. */
  readonly sets: ReadonlyMap<number, Int32Array>
  readonly words: number
  readonly order: Int32Array
  readonly depth: number
}

function readTree(tree: Section, features: number): TreeSource {
  const left = tree.numbers('left_children')
  const count = left.length
  if (count === 0) refuseModel(tree.path, 'no node', 'at least one')
  if (tree.section('tree_param').integer('size_leaf_vector', 0, 1 << 20, 0) > 1)
    refuseModel(
      `${tree.path}.tree_param`,
      'vector leaves',
      'one output per tree (multi_strategy=one_output_per_tree)',
    )
  const right = tree.numbers('right_children', count)
  const feature = tree.numbers('split_indices', count)
  const condition = tree.numbers('split_conditions', count)
  const defaultLeft = tree.numbers('default_left', count)
  const cover = tree.numbers('sum_hessian', count)
  const sets = readSets(tree, count)
  const { order, depth } = layOut(tree.path, left, right, count)
  let words = 0
  for (const node of order) {
    const isLeaf = left[node] === -1
    const value = condition[node] as number
    // A categorical split has no threshold: 1.7 writes NaN there.
    const isReadable = isLeaf ? Number.isFinite(value) : !Number.isNaN(value) || sets.has(node)
    if (!isReadable) refuseModel(`${tree.path}.split_conditions[${node}]`, 'no number', 'a number')
    if (!((cover[node] as number) >= 0))
      refuseModel(`${tree.path}.sum_hessian[${node}]`, 'no cover', 'a number of 0 and more')
    const column = feature[node] as number
    if (!isLeaf && !(Number.isInteger(column) && column >= 0 && column < features))
      refuseModel(
        `${tree.path}.split_indices[${node}]`,
        String(column),
        `a feature from 0 to ${features - 1}`,
      )
    if (!isLeaf) words += sets.get(node)?.length ?? 0
  }
  return { left, right, feature, condition, defaultLeft, cover, sets, words, order, depth }
}

/** Breadth first from the root, so that siblings are neighbours. A node reached twice is a cycle or a shared child. */
function layOut(path: string, left: ArrayLike<number>, right: ArrayLike<number>, count: number) {
  const order = new Int32Array(count)
  const level = new Int32Array(count)
  const seen = new Uint8Array(count)
  seen[0] = 1
  let length = 1
  for (let at = 0; at < length; at++) {
    const node = order[at] as number
    const [l, r] = [left[node] as number, right[node] as number]
    if (l === -1 && r === -1) continue
    for (const child of [l, r]) {
      if (!(Number.isInteger(child) && child > 0 && child < count))
        refuseModel(`${path}: child of node ${node}`, String(child), `a node from 1 to ${count - 1}`)
      if (seen[child] === 1) refuseModel(`${path}: child of node ${node}`, `node ${child} again`, 'a tree')
      seen[child] = 1
      level[length] = (level[at] as number) + 1
      order[length++] = child
    }
  }
  const depth = level[length - 1] as number
  if (depth > maxDepth) refuseModel(path, `a depth of ${depth}`, `at most ${maxDepth}`)
  return { order: order.subarray(0, length), depth }
}

/** The category sets: `categories_nodes[i]` owns `categories[segments[i] … segments[i] + sizes[i])`. */
function readSets(tree: Section, count: number): Map<number, Int32Array> {
  const sets = new Map<number, Int32Array>()
  const types = tree.has('split_type') ? tree.numbers('split_type', count) : undefined
  const nodes = tree.has('categories_nodes') ? tree.numbers('categories_nodes') : []
  if (nodes.length > 0) {
    const segments = tree.numbers('categories_segments')
    const sizes = tree.numbers('categories_sizes')
    const categories = tree.numbers('categories')
    if (segments.length !== nodes.length || sizes.length !== nodes.length || nodes.length > count)
      refuseModel(
        `${tree.path}.categories_nodes`,
        'lists of different lengths',
        'one segment and size per node',
      )
    for (let i = 0; i < nodes.length; i++) {
      const [start, size] = [segments[i] as number, sizes[i] as number]
      if (!(start >= 0 && size >= 0 && Number.isInteger(start + size) && start + size <= categories.length))
        refuseModel(`${tree.path}.categories_segments[${i}]`, 'a segment outside', 'one inside categories')
      sets.set(nodes[i] as number, bitSet(tree, categories, start, size))
    }
  }
  for (let node = 0; node < count; node++) {
    const isCategorical = types?.[node] === 1
    if (isCategorical !== sets.has(node))
      refuseModel(
        `${tree.path}.split_type[${node}]`,
        'no match with categories_nodes',
        'a set per categorical split',
      )
  }
  return sets
}

function bitSet(tree: Section, categories: ArrayLike<number>, start: number, size: number): Int32Array {
  let largest = -1
  for (let i = start; i < start + size; i++) {
    const category = categories[i] as number
    if (!(Number.isInteger(category) && category >= 0 && category < maxCategory))
      refuseModel(`${tree.path}.categories[${i}]`, String(category), `a category below ${maxCategory}`)
    largest = Math.max(largest, category)
  }
  // An empty set still marks its node as categorical.
  const bits = new Int32Array(Math.max(1, (largest + 32) >>> 5))
  for (let i = start; i < start + size; i++) {
    const category = categories[i] as number
    bits[category >>> 5] = (bits[category >>> 5] as number) | (1 << (category & 31))
  }
  return bits
}

function allocate(trees: number, nodes: number, words: number) {
  return {
    trees,
    treeStart: new Int32Array(trees + 1),
    treeGroup: new Int32Array(trees),
    treeDepth: new Int32Array(trees),
    treeWeight: new Float32Array(trees),
    treeCategorical: new Uint8Array(trees),
    left: new Int32Array(nodes),
    feature: new Int32Array(nodes),
    threshold: new Float32Array(nodes),
    defaultLeft: new Uint8Array(nodes),
    cover: new Float32Array(nodes),
    categoryStart: new Int32Array(nodes).fill(-1),
    categoryWords: new Int32Array(nodes),
    categoryBits: new Int32Array(words),
  }
}

/** Copies one tree to node `start` on; answers the next free word of the category bits. */
function copyTree(forest: Forest, source: TreeSource, start: number, firstWord: number): number {
  let word = firstWord
  let nextChild = 1
  for (const [at, node] of source.order.entries()) {
    const to = start + at
    const isLeaf = source.left[node] === -1
    forest.threshold[to] = source.condition[node] as number
    forest.cover[to] = source.cover[node] as number
    forest.left[to] = isLeaf ? -1 : start + nextChild
    if (isLeaf) continue
    nextChild += 2
    forest.feature[to] = source.feature[node] as number
    forest.defaultLeft[to] = source.defaultLeft[node] === 0 ? 0 : 1
    const set = source.sets.get(node)
    if (set === undefined) continue
    forest.categoryStart[to] = word
    forest.categoryWords[to] = set.length
    forest.categoryBits.set(set, word)
    word += set.length
  }
  return word
}
