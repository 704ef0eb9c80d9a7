/** Contributions of the features to each margin: path-dependent TreeSHAP of trees, weight × value of linear boosters. */
import { checkMatrix } from './model-matrix.ts'
import { pathShares, TreeExplainer } from './tree-shap.ts'
import { ForestTables } from './tree-shap-tables.ts'
import type { Forest, XgboostModel } from './xgboost-model.ts'

/**
 * @param matrix row-major, rows × model.features; NaN is missing
 * @returns rows × groups × (features + 1), the bias (the model's mean margin) last; each row's sum is its margin
 * @throws RegimenError `FeatureContractBroken` when the matrix has another width
 */
export function explain(model: XgboostModel, matrix: Float32Array, rows: number): Float64Array {
  checkMatrix(model, matrix, rows)
  const out = new Float64Array(rows * model.groups * (model.features + 1))
  const bias = biases(model)
  for (let at = 0; at < rows * model.groups; at++)
    out[(at + 1) * (model.features + 1) - 1] = bias[at % model.groups] as number
  if (model.forest !== undefined) explainForest(model, model.forest, matrix, rows, out)
  if (model.weights !== undefined) explainLinear(model, model.weights, matrix, rows, out)
  return out
}

/** The bias per group: what a contribution is relative to, in the space of margins. */
export function biases(model: XgboostModel): Float64Array {
  const { forest, weights, groups, features } = model
  const bias = Float64Array.from(model.baseMargin)
  if (forest !== undefined) {
    const { mean } = pathShares(forest)
    for (let tree = 0; tree < forest.trees; tree++) {
      const group = forest.treeGroup[tree] as number
      bias[group] = (bias[group] as number) + (mean[tree] as number) * (forest.treeWeight[tree] as number)
    }
  }
  if (weights !== undefined)
    for (let group = 0; group < groups; group++)
      bias[group] = (bias[group] as number) + (weights[features * groups + group] as number)
  return bias
}

function explainForest(
  { features, groups }: XgboostModel,
  forest: Forest,
  matrix: Float32Array,
  rows: number,
  out: Float64Array,
): void {
  const stride = groups * (features + 1)
  const offset = (tree: number) => (forest.treeGroup[tree] as number) * (features + 1)
  const tables = tablesOf(forest, features)
  const { tabled = [], walked = [] } = Object.groupBy(Array(forest.trees).keys(), (tree) =>
    tables.suits(tree, rows) ? 'tabled' : 'walked',
  )
  tables.add(tabled, matrix, rows, out, stride, offset)
  if (walked.length === 0) return
  const explainer = new TreeExplainer(forest)
  for (const tree of walked)
    for (let row = 0; row < rows; row++)
      explainer.add(tree, matrix, row * features, out, row * stride + offset(tree))
}

const kept = new WeakMap<Forest, ForestTables>()

function tablesOf(forest: Forest, features: number): ForestTables {
  const known = kept.get(forest) ?? new ForestTables(forest, features)
  kept.set(forest, known)
  return known
}

function explainLinear(
  { features, groups }: XgboostModel,
  weights: Float32Array,
  matrix: Float32Array,
  rows: number,
  out: Float64Array,
): void {
  for (let row = 0; row < rows; row++)
    for (let group = 0; group < groups; group++)
      for (let feature = 0; feature < features; feature++) {
        const value = matrix[row * features + feature] as number
        if (Number.isNaN(value)) continue
        out[(row * groups + group) * (features + 1) + feature] =
          value * (weights[feature * groups + group] as number)
      }
}
