/** A grown regression tree in flat arrays, and its predictions on columns of raw values. */

export interface Tree {
  /** −1 at the root. */
  readonly parents: Int32Array
  /** −1 at a leaf. */
  readonly left: Int32Array
  readonly right: Int32Array
  readonly features: Int32Array
  /** Below it goes left; at a leaf, the value that the tree adds to the margin. */
  readonly conditions: Float32Array
  readonly missingLeft: Uint8Array
  readonly gains: Float32Array
  readonly hessians: Float32Array
  /** Optimal weight of each node; scaled by the learning rate at the leaves, as xgboost has it. */
  readonly weights: Float32Array
}

/**
 * The tree's value for one row.
 * @param values column-major, `rows` values a column; NaN is missing.
 */
export function treeValue(tree: Tree, values: Float32Array, rows: number, row: number): number {
  const { left, right, features, conditions, missingLeft } = tree
  let node = 0
  let next = left[0] as number
  while (next >= 0) {
    const value = values[(features[node] as number) * rows + row] as number
    const goesLeft = Number.isNaN(value) ? missingLeft[node] === 1 : value < (conditions[node] as number)
    node = goesLeft ? next : (right[node] as number)
    next = left[node] as number
  }
  return conditions[node] as number
}
