/** Grows one tree: histograms of the smaller children, the larger ones by subtraction, the best split of each node. */
import type { BinnedTable } from './binned-table.ts'
import type { ColumnSampler } from './column-sampler.ts'
import type { Crew } from './crew.ts'
import { addRows, addSums, subtractSums } from './histogram.ts'
import type { HistogramPool } from './histogram-pool.ts'
import type { Settings } from './hyperparameters.ts'
import { partition } from './partition.ts'
import { noSplit, type Split, splitFeature, weightOf } from './split.ts'
import type { Tree } from './tree.ts'

/** What all threads of a crew see. */
export interface GrowingGround {
  readonly binned: BinnedTable
  readonly settings: Settings
  /** Gradient and hessian of each row, on the grid of exact sums. */
  readonly pairs: Float64Array
  readonly pool: HistogramPool
  /** Per thread and node of a batch: the best split among the thread's features. */
  readonly candidates: Float64Array
  /** Per thread: its part of the root's sums. */
  readonly rootSums: Float64Array
}

/** What one thread owns: a list of its rows (of which `count` are in the tree's sample) and room for two partitions. */
export interface OwnRows {
  readonly list: Int32Array
  readonly spare: Int32Array
  count: number
}

export interface GrownTree {
  readonly tree: Tree
  /** Of the thread's own rows in the sample: the ranges of its list that ended in a leaf, with the leaf's value. */
  readonly leaves: readonly { readonly from: number; readonly to: number; readonly value: number }[]
}

/** Numbers that describe a split in `candidates`. */
const FIELDS = 6
/** Splits that gain no more than this are noise of the arithmetic (kRtEps in xgboost). */
const LEAST_GAIN = 1e-6

interface Node {
  readonly id: number
  readonly parent: number
  readonly depth: number
  readonly gradient: number
  readonly hessian: number
  /** Range of the thread's own row list. */
  readonly from: number
  readonly to: number
  /** Histogram in the pool; −1: none. */
  histogram: number
  split: Split | undefined
  left: number
  right: number
}

/** A pair of siblings whose histograms are due; the root has no sibling. `parent` is the parent's histogram or −1. */
interface Due {
  readonly small: Node
  readonly large: Node | undefined
  readonly parent: number
}

export const candidateRoom = (pool: HistogramPool, threads: number) => threads * 2 * pool.batch * FIELDS

/**
 * Called by every thread of the crew with the same ground; all of them return the same tree.
 * @param learningRate scales the leaves.
 */
export function growTree(
  crew: Crew,
  ground: GrowingGround,
  own: OwnRows,
  columns: ColumnSampler,
  learningRate: number,
): GrownTree {
  const { settings, pool } = ground
  const free = Array.from({ length: pool.capacity }, (_, index) => pool.capacity - 1 - index)
  const nodes = [rootNode(crew, ground, own)]
  const evaluate = batchEvaluator(crew, ground, own, columns, free)
  let waiting = evaluate([{ small: nodes[0] as Node, large: undefined, parent: -1 }])
  let leafCount = 1
  while (waiting.length > 0) {
    const batch = nextBatch(waiting, settings.lossguide ? 1 : pool.batch, settings.lossguide)
    waiting = waiting.filter((node) => !batch.includes(node))
    const due: Due[] = []
    for (const node of batch) {
      if (settings.maxLeaves > 0 && leafCount >= settings.maxLeaves) {
        node.split = undefined
        release(node, free)
        continue
      }
      leafCount++
      const [left, right] = divide(node, nodes.length, ground.binned, own)
      nodes.push(left, right)
      if (canSplit(left, settings) || canSplit(right, settings)) {
        const [small, large] = left.hessian <= right.hessian ? [left, right] : [right, left]
        due.push({ small, large, parent: node.histogram })
        node.histogram = -1
      } else release(node, free)
    }
    if (due.length > 0) waiting.push(...evaluate(due))
  }
  return finish(nodes, ground, learningRate)
}

function rootNode(crew: Crew, { pairs, rootSums }: GrowingGround, own: OwnRows): Node {
  let gradient = 0
  let hessian = 0
  for (let at = 0; at < own.count; at++) {
    const row = own.list[at] as number
    gradient += pairs[2 * row] as number
    hessian += pairs[2 * row + 1] as number
  }
  rootSums[2 * crew.rank] = gradient
  rootSums[2 * crew.rank + 1] = hessian
  crew.meet()
  gradient = 0
  hessian = 0
  for (let rank = 0; rank < crew.size; rank++) {
    gradient += rootSums[2 * rank] as number
    hessian += rootSums[2 * rank + 1] as number
  }
  return makeNode(0, -1, 0, gradient, hessian, 0, own.count)
}

function makeNode(
  id: number,
  parent: number,
  depth: number,
  gradient: number,
  hessian: number,
  from: number,
  to: number,
): Node {
  const unset = { histogram: -1, split: undefined, left: -1, right: -1 }
  return { id, parent, depth, gradient, hessian, from, to, ...unset }
}

function canSplit(node: Node, { maxDepth, minChildWeight }: Settings): boolean {
  return (maxDepth === 0 || node.depth < maxDepth) && node.hessian >= 2 * minChildWeight
}

/** Depth-wise: the shallowest nodes, in the order of their numbers; by loss: the one with the largest gain. */
function nextBatch(waiting: readonly Node[], limit: number, lossguide: boolean): Node[] {
  const gain = (node: Node) => node.split?.gain ?? 0
  const sorted = [...waiting].sort((one, other) =>
    lossguide ? gain(other) - gain(one) || one.id - other.id : one.depth - other.depth || one.id - other.id,
  )
  const depth = sorted[0]?.depth
  return sorted.filter((node) => lossguide || node.depth === depth).slice(0, limit)
}

function divide(node: Node, id: number, binned: BinnedTable, own: OwnRows): [Node, Node] {
  const { split } = node
  if (split === undefined) throw new TypeError('a node without a split cannot be divided')
  const middle = partition(binned, split, own.list, own.spare, node.from, node.to)
  const { leftGradient, leftHessian } = split
  node.left = id
  node.right = id + 1
  const depth = node.depth + 1
  return [
    makeNode(id, node.id, depth, leftGradient, leftHessian, node.from, middle),
    makeNode(
      id + 1,
      node.id,
      depth,
      node.gradient - leftGradient,
      node.hessian - leftHessian,
      middle,
      node.to,
    ),
  ]
}

function release(node: Node, free: number[]): void {
  if (node.histogram >= 0) free.push(node.histogram)
  node.histogram = -1
}

/** Finds the best splits of a batch of siblings and returns the nodes that have one. */
function batchEvaluator(
  crew: Crew,
  ground: GrowingGround,
  own: OwnRows,
  columns: ColumnSampler,
  free: number[],
): (due: readonly Due[]) => Node[] {
  const { binned, settings, pool, pairs, candidates } = ground
  const { size, store } = pool
  const share = ownShare(crew, binned)
  const scratch = new Float64Array(
    2 * binned.features.valueBins.reduce((most, bins) => Math.max(most, bins), 1),
  )
  const best = noSplit()
  const take = () => {
    const histogram = free.pop()
    if (histogram === undefined) throw new TypeError('the histogram pool is exhausted')
    return histogram
  }
  return (due) => {
    const built: Node[] = []
    for (const { small, large, parent } of due) {
      small.histogram = take()
      built.push(small)
      if (large === undefined) continue
      large.histogram = parent >= 0 ? parent : take()
      if (parent < 0) built.push(large)
    }
    for (const [at, node] of built.entries()) {
      const target = crew.rank === 0 ? store : (pool.buffers[crew.rank - 1] ?? store)
      const start = (crew.rank === 0 ? node.histogram : at) * size
      target.fill(0, start, start + size)
      for (const block of binned.blocks) addRows(target, start, block, pairs, own.list, node.from, node.to)
    }
    crew.meet()
    const width = 2 * (share.toSlot - share.fromSlot)
    for (const [at, node] of built.entries()) {
      const start = node.histogram * size + 2 * share.fromSlot
      for (const buffer of pool.buffers) addSums(store, start, buffer, at * size + 2 * share.fromSlot, width)
    }
    const asked: Node[] = []
    for (const { small, large, parent } of due) {
      asked.push(small)
      if (large === undefined) continue
      asked.push(large)
      if (parent < 0) continue
      const start = 2 * share.fromSlot
      subtractSums(store, large.histogram * size + start, small.histogram * size + start, width)
    }
    for (const [at, node] of asked.entries()) {
      best.gain = LEAST_GAIN
      best.feature = -1
      if (canSplit(node, settings)) {
        const allowed = columns.allowed(node.depth, node.id)
        for (let index = share.fromFeature; index < share.toFeature; index++) {
          const feature = binned.featureOrder[index] as number
          if (allowed !== undefined && allowed[feature] === 0) continue
          const { gradient, hessian } = node
          const start = node.histogram * size
          splitFeature(binned.features, feature, store, start, gradient, hessian, settings, scratch, best)
        }
      }
      writeSplit(candidates, (crew.rank * 2 * pool.batch + at) * FIELDS, best)
    }
    crew.meet()
    return asked.filter((node, at) => {
      node.split = bestOf(candidates, at, crew.size, pool.batch)
      if (node.split !== undefined && node.split.gain < settings.gamma) node.split = undefined
      // What no longer fits beside the room of the next batch is built anew when its turn comes.
      if (node.split === undefined || free.length < 2 * pool.batch) release(node, free)
      return node.split !== undefined
    })
  }
}

/** The features that this thread looks at: whole bundles, about the same work for each thread. */
function ownShare(crew: Crew, { bundles, features, featureOrder, slots }: BinnedTable) {
  const work = (bundle: number) => bundles.firstSlot[bundle] as number
  const boundary = (rank: number) => {
    let bundle = 0
    while (bundle < bundles.count && work(bundle) * crew.size < rank * slots) bundle++
    return rank === crew.size ? bundles.count : bundle
  }
  const fromBundle = boundary(crew.rank)
  const toBundle = boundary(crew.rank + 1)
  const slotOf = (bundle: number) => (bundle < bundles.count ? (bundles.firstSlot[bundle] as number) : slots)
  const featureAt = (bundle: number) => {
    const index = featureOrder.findIndex((feature) => (features.bundle[feature] as number) >= bundle)
    return index < 0 ? featureOrder.length : index
  }
  return {
    fromSlot: slotOf(fromBundle),
    toSlot: slotOf(toBundle),
    fromFeature: featureAt(fromBundle),
    toFeature: featureAt(toBundle),
  }
}

function writeSplit(candidates: Float64Array, at: number, split: Split): void {
  candidates[at] = split.gain
  candidates[at + 1] = split.feature
  candidates[at + 2] = split.bin
  candidates[at + 3] = split.missingLeft ? 1 : 0
  candidates[at + 4] = split.leftGradient
  candidates[at + 5] = split.leftHessian
}

/** The largest gain of all threads; at the same gain the earlier feature, so that the number of threads is no matter. */
function bestOf(candidates: Float64Array, node: number, threads: number, batch: number): Split | undefined {
  let chosen = -1
  for (let rank = 0; rank < threads; rank++) {
    const at = (rank * 2 * batch + node) * FIELDS
    if ((candidates[at + 1] as number) < 0) continue
    const gain = candidates[at] as number
    const better =
      chosen < 0 ||
      gain > (candidates[chosen] as number) ||
      (gain === candidates[chosen] && (candidates[at + 1] as number) < (candidates[chosen + 1] as number))
    if (better) chosen = at
  }
  if (chosen < 0) return undefined
  const [gain = 0, feature = -1, bin = -1, missingLeft = 0, leftGradient = 0, leftHessian = 0] =
    candidates.subarray(chosen, chosen + FIELDS)
  return { gain, feature, bin, missingLeft: missingLeft === 1, leftGradient, leftHessian }
}

function finish(
  nodes: readonly Node[],
  { binned, settings }: GrowingGround,
  learningRate: number,
): GrownTree {
  const { features } = binned
  const weights = Float32Array.from(nodes, (node) => {
    const weight = weightOf(node.gradient, node.hessian, settings)
    return node.left < 0 ? weight * learningRate : weight
  })
  const cutOf = ({ feature, bin }: Split) =>
    features.cuts[(features.firstCut[feature] as number) + bin] as number
  const inner = (node: Node) => (node.left < 0 ? undefined : node.split)
  const tree: Tree = {
    parents: Int32Array.from(nodes, (node) => node.parent),
    left: Int32Array.from(nodes, (node) => node.left),
    right: Int32Array.from(nodes, (node) => node.right),
    features: Int32Array.from(nodes, (node) => inner(node)?.feature ?? 0),
    conditions: Float32Array.from(nodes, (node, id) => {
      const split = inner(node)
      return split === undefined ? (weights[id] as number) : cutOf(split)
    }),
    missingLeft: Uint8Array.from(nodes, (node) => (inner(node)?.missingLeft === true ? 1 : 0)),
    gains: Float32Array.from(nodes, (node) => inner(node)?.gain ?? 0),
    hessians: Float32Array.from(nodes, (node) => node.hessian),
    weights,
  }
  const leaves = nodes
    .filter((node) => node.left < 0)
    .map((node) => ({ from: node.from, to: node.to, value: tree.conditions[node.id] as number }))
  return { tree, leaves }
}
