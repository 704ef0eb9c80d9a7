/** Arbitrary small models as the documents that the library writes, and matrices for them. */
import fc from 'fast-check'
import { encodeUbjson } from '../../../functions/scoring/ubjson.ts'

export interface TreeDocument {
  left: number[]
  right: number[]
  feature: number[]
  condition: number[]
  defaultLeft: number[]
  cover: number[]
}

const half = (n: number) => n / 2

/** Trees over `features` columns of at most `depth` splits on a path, features repeated on purpose. */
export function treeDocument(features: number, depth: number): fc.Arbitrary<TreeDocument> {
  const node = fc.record({
    isLeaf: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
    feature: fc.integer({ min: 0, max: features - 1 }),
    condition: fc.integer({ min: -3, max: 3 }).map(half),
    value: fc.integer({ min: -8, max: 8 }).map((n) => n / 4),
    defaultLeft: fc.integer({ min: 0, max: 1 }),
    cover: fc.integer({ min: 1, max: 50 }),
  })
  return fc.array(node, { minLength: 2 ** (depth + 1), maxLength: 2 ** (depth + 1) }).map((drawn) => {
    const tree: TreeDocument = { left: [], right: [], feature: [], condition: [], defaultLeft: [], cover: [] }
    const grow = (heap: number, level: number): number => {
      const { isLeaf, feature, condition, value, defaultLeft, cover } = drawn[heap]!
      const at = tree.left.push(-1) - 1
      const ends = level === depth || isLeaf
      tree.right.push(-1)
      tree.feature.push(ends ? 0 : feature)
      tree.condition.push(ends ? value : condition)
      tree.defaultLeft.push(defaultLeft)
      tree.cover.push(cover)
      if (ends) return at
      tree.left[at] = grow(2 * heap, level + 1)
      tree.right[at] = grow(2 * heap + 1, level + 1)
      tree.cover[at] = tree.cover[tree.left[at]!]! + tree.cover[tree.right[at]!]!
      return at
    }
    grow(1, 0)
    return tree
  })
}

/** The document of a model, as `save_model` lays it out. */
export function modelDocument(
  features: number,
  trees: TreeDocument[],
  changes: Record<string, unknown> = {},
) {
  return {
    learner: {
      attributes: {},
      feature_names: [],
      feature_types: [],
      gradient_booster: {
        name: 'gbtree',
        model: {
          gbtree_model_param: { num_parallel_tree: '1', num_trees: String(trees.length) },
          tree_info: trees.map(() => 0),
          trees: trees.map((tree, id) => ({
            id,
            left_children: tree.left,
            right_children: tree.right,
            split_indices: tree.feature,
            split_conditions: tree.condition,
            default_left: tree.defaultLeft,
            sum_hessian: tree.cover,
            split_type: tree.left.map(() => 0),
            categories: [],
            categories_nodes: [],
            categories_segments: [],
            categories_sizes: [],
            tree_param: { num_nodes: String(tree.left.length), size_leaf_vector: '0' },
          })),
        },
      },
      learner_model_param: { base_score: '5E-1', num_class: '0', num_feature: String(features) },
      objective: { name: 'binary:logistic' },
      ...changes,
    },
    version: [3, 0, 0],
  }
}

export const asJson = (document: unknown) => new TextEncoder().encode(JSON.stringify(document))
export const asUbjson = (document: ReturnType<typeof modelDocument>) => encodeUbjson(document)

/** Rows that hit thresholds exactly, and lack values. */
export function matrix(features: number, rows: number): fc.Arbitrary<Float32Array> {
  const cell = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: -4, max: 4 }).map(half) },
    fc.constantFrom(Number.NaN, -0),
  )
  return fc
    .array(cell, { minLength: rows * features, maxLength: rows * features })
    .map((cells) => Float32Array.from(cells))
}
