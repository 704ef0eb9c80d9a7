/** An XGBoost model in memory: flat typed arrays over the nodes of all trees, or the weights of a linear booster. */
import type { Link } from './objective.ts'

export interface XgboostModel {
  readonly booster: 'gbtree' | 'dart' | 'gblinear'
  readonly objective: string
  readonly link: Link
  /** Columns of the matrix that the model takes. */
  readonly features: number
  /** Empty when the model carries none. */
  readonly featureNames: readonly string[]
  /** The library's own types (`float`, `int`, `i`, `q`, `c`); empty when the model carries none. */
  readonly featureTypes: readonly string[]
  /** Margins per row: the classes of `multi:*`, 1 otherwise. */
  readonly groups: number
  /** Per group, in the space of margins. */
  readonly baseMargin: Float32Array
  /** Boosting round (0-based) after which early stopping saw no improvement; `forest` ends with it. */
  readonly bestIteration: number | undefined
  readonly forest: Forest | undefined
  /** gblinear: (features + 1) × groups, the bias last. */
  readonly weights: Float32Array | undefined
}

/** Nodes of a tree lie together, the root first, and two siblings next to each other: right = left + 1. */
export interface Forest {
  readonly trees: number
  /** First node of each tree; one more entry than trees. */
  readonly treeStart: Int32Array
  /** The margin that each tree adds to. */
  readonly treeGroup: Int32Array
  /** Edges from the root to the deepest leaf. */
  readonly treeDepth: Int32Array
  /** dart: what each tree's leaves are multiplied by; 1 otherwise. */
  readonly treeWeight: Float32Array
  /** 1 where a tree has a categorical split. */
  readonly treeCategorical: Uint8Array
  /** Node of the left child; -1 for a leaf. */
  readonly left: Int32Array
  readonly feature: Int32Array
  /** Split: x < threshold goes left. Leaf: its value. */
  readonly threshold: Float32Array
  readonly defaultLeft: Uint8Array
  /** Sum of hessians of the training rows that reached the node. */
  readonly cover: Float32Array
  /** Categorical split: first word of its bit set in `categoryBits`; -1 for a numeric split. */
  readonly categoryStart: Int32Array
  /** Categorical split: words of its bit set. A category in the set goes right. */
  readonly categoryWords: Int32Array
  readonly categoryBits: Int32Array
}

/** Categories are whole numbers that a 32-bit float holds exactly (`kMaxCat` in the library). */
export const maxCategory = 16_777_216

/** Whether `value` (not missing) goes left at a categorical node: it is no category, or not in the node's set. */
export function categoryGoesLeft(forest: Forest, node: number, value: number): boolean {
  if (value < 0 || value >= maxCategory) return true
  const category = Math.trunc(value)
  const word = category >>> 5
  if (word >= (forest.categoryWords[node] as number)) return true
  const bits = forest.categoryBits[(forest.categoryStart[node] as number) + word] as number
  return ((bits >>> (category & 31)) & 1) === 0
}

/** Whether the value goes left, missing values by the node's default. */
export function goesLeft(forest: Forest, node: number, value: number): boolean {
  if (Number.isNaN(value)) return forest.defaultLeft[node] === 1
  if ((forest.categoryStart[node] as number) >= 0) return categoryGoesLeft(forest, node, value)
  return value < (forest.threshold[node] as number)
}
