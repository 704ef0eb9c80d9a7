/** What growing a tree works on: the ground that all threads share, a thread's own rows, and the growing nodes. */
import type { BinnedTable } from './binned-table.ts'
import type { HistogramPool } from './histogram-pool.ts'
import type { Settings } from './hyperparameters.ts'
import type { Split } from './split.ts'

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

export interface Node {
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
export interface Due {
  readonly small: Node
  readonly large: Node | undefined
  readonly parent: number
}

export function canSplit(node: Node, { maxDepth, minChildWeight }: Settings): boolean {
  return (maxDepth === 0 || node.depth < maxDepth) && node.hessian >= 2 * minChildWeight
}

/** Gives the node's histogram back to the pool. */
export function release(node: Node, free: number[]): void {
  if (node.histogram >= 0) free.push(node.histogram)
  node.histogram = -1
}
