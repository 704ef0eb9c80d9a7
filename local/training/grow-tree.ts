/** Grows one tree: histograms of the smaller children, the larger ones by subtraction, the best split of each node. */
import type { BinnedTable } from './binned-table.ts'
import type { ColumnSampler } from './column-sampler.ts'
import type { Crew } from './crew.ts'
import { splitEvaluator } from './evaluate-splits.ts'
import { canSplit, type Due, type GrowingGround, type Node, type OwnRows, release } from './growing-ground.ts'
import { partition } from './partition.ts'
import { type Split, weightOf } from './split.ts'
import type { Tree } from './tree.ts'

export interface GrownTree {
  readonly tree: Tree
  /** Of the thread's own rows in the sample: the ranges of its list that ended in a leaf, with the leaf's value. */
  readonly leaves: readonly { readonly from: number; readonly to: number; readonly value: number }[]
}

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
  const root = rootNode(crew, ground, own)
  const nodes = [root]
  const evaluate = splitEvaluator(crew, ground, own, columns, free)
  let waiting = evaluate([{ small: root, large: undefined, parent: -1 }])
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
