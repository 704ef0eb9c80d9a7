/** Predictions of an XGBoost model: margins as 32-bit sums in the order of the trees, as the library adds them, and links. */
import { type CompiledWalk, compiledRows, compileWalk } from './compiled-walk.ts'
import { checkMatrix } from './model-matrix.ts'
import { type Forest, goesLeft, type XgboostModel } from './xgboost-model.ts'

/** Deeper trees are walked with an early end: in compiled code, every row takes as many steps as the tree is deep. */
const maxCompiledDepth = 32

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
        // Rounded twice, as the library's 32-bit arithmetic does.
        if (!Number.isNaN(value))
          sum = Math.fround(sum + Math.fround(value * (weights[feature * groups + group] as number)))
      }
      out[row * groups + group] = sum
    }
  }
}

/** Trees in a row that are walked the same way: by compiled code, or row by row where they are deep or categorical. */
interface Stretch {
  readonly first: number
  readonly end: number
  readonly compiled: boolean
}

interface Route {
  readonly walk: CompiledWalk | undefined
  readonly stretches: readonly Stretch[]
}

const routes = new WeakMap<Forest, Route>()

function routeOf({ features, groups }: XgboostModel, forest: Forest): Route {
  const known = routes.get(forest)
  if (known !== undefined) return known
  const walk = compileWalk(forest, features, groups)
  const stretches: { first: number; end: number; compiled: boolean }[] = []
  for (let tree = 0; tree < forest.trees; tree++) {
    const isShallow = (forest.treeDepth[tree] as number) <= maxCompiledDepth
    const compiled = walk !== undefined && isShallow && forest.treeCategorical[tree] === 0
    const last = stretches.at(-1)
    if (last?.compiled === compiled) last.end = tree + 1
    else stretches.push({ first: tree, end: tree + 1, compiled })
  }
  const route = { walk, stretches }
  routes.set(forest, route)
  return route
}

function addForest(
  model: XgboostModel,
  forest: Forest,
  matrix: Float32Array,
  rows: number,
  out: Float32Array,
): void {
  const { features, groups } = model
  const { walk, stretches } = routeOf(model, forest)
  const uncompiled = stretches.every(({ compiled }) => !compiled)
  for (let from = 0; from < rows; from += compiledRows) {
    const count = Math.min(compiledRows, rows - from)
    const margins = out.subarray(from * groups, (from + count) * groups)
    if (!uncompiled) walk?.load(matrix, from, count)
    for (const { first, end, compiled } of stretches) {
      if (compiled) walk?.add(first, end, margins)
      else
        for (let tree = first; tree < end; tree++)
          addTree(forest, tree, matrix, from * features, features, margins, groups)
    }
  }
}

/** Row by row, with an early end. */
function addTree(
  forest: Forest,
  tree: number,
  matrix: Float32Array,
  start: number,
  features: number,
  margins: Float32Array,
  groups: number,
): void {
  const { left, feature, threshold } = forest
  const root = forest.treeStart[tree] as number
  const weight = forest.treeWeight[tree] as number
  for (
    let at = forest.treeGroup[tree] as number, x = start;
    at < margins.length;
    at += groups, x += features
  ) {
    let node = root
    for (let next = left[node] as number; next >= 0; next = left[node] as number)
      node = goesLeft(forest, node, matrix[x + (feature[node] as number)] as number) ? next : next + 1
    margins[at] = (margins[at] as number) + Math.fround((threshold[node] as number) * weight)
  }
}
