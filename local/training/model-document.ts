/** A trained model as the document that XGBoost saves (schema of 3.0, which 1.7 to 3.x read). */
import type { Settings } from './hyperparameters.ts'
import type { Tree } from './tree.ts'

type Document = Record<string, unknown>

/** The version of XGBoost in the image 3.0-5 of the built-in algorithm, whose form of the document this is. */
const VERSION = [3, 0, 5]
/** What the library writes as the parent of the root. */
const NO_PARENT = 2_147_483_647

export interface ModelFacts {
  readonly settings: Settings
  readonly columns: number
  readonly baseScore: number
  /** Names of the features; absent: the library calls them f0, f1, … */
  readonly featureNames?: readonly string[]
  readonly best?: { readonly round: number; readonly score: number } | undefined
}

export function treeModel(trees: readonly Tree[], facts: ModelFacts): Document {
  const { parallelTrees } = facts.settings
  const rounds = trees.length / parallelTrees
  return learner(facts, {
    name: 'gbtree',
    model: {
      gbtree_model_param: { num_parallel_tree: String(parallelTrees), num_trees: String(trees.length) },
      iteration_indptr: Array.from({ length: rounds + 1 }, (_, round) => round * parallelTrees),
      tree_info: trees.map(() => 0),
      trees: trees.map((tree, id) => treeDocument(tree, id, facts.columns)),
    },
  })
}

/** @param weights one a feature, then the bias. */
export function linearModel(weights: Float32Array, facts: ModelFacts): Document {
  return learner(facts, {
    name: 'gblinear',
    model: { boosted_rounds: facts.settings.rounds, weights: floats(weights) },
  })
}

function learner(
  { settings, columns, baseScore, featureNames, best }: ModelFacts,
  booster: Document,
): Document {
  return {
    learner: {
      attributes:
        best === undefined ? {} : { best_iteration: String(best.round), best_score: String(best.score) },
      feature_names: featureNames ?? [],
      feature_types: [],
      gradient_booster: booster,
      learner_model_param: {
        base_score: scientific(baseScore),
        boost_from_average: '1',
        num_class: '0',
        num_feature: String(columns),
        num_target: '1',
      },
      objective: objectiveDocument(settings),
    },
    version: VERSION,
  }
}

function objectiveDocument({
  objective,
  scalePosWeight,
  maxDeltaStep,
  tweedieVariancePower,
}: Settings): Document {
  switch (objective) {
    case 'count:poisson':
      return { name: objective, poisson_regression_param: { max_delta_step: String(maxDeltaStep) } }
    case 'reg:tweedie':
      return {
        name: objective,
        tweedie_regression_param: { tweedie_variance_power: String(tweedieVariancePower) },
      }
    default:
      return { name: objective, reg_loss_param: { scale_pos_weight: String(scalePosWeight) } }
  }
}

function treeDocument(tree: Tree, id: number, columns: number): Document {
  const nodes = tree.left.length
  return {
    base_weights: floats(tree.weights),
    categories: [],
    categories_nodes: [],
    categories_segments: [],
    categories_sizes: [],
    default_left: Array.from(tree.missingLeft),
    id,
    left_children: Array.from(tree.left),
    loss_changes: floats(tree.gains),
    parents: Array.from(tree.parents, (parent) => (parent < 0 ? NO_PARENT : parent)),
    right_children: Array.from(tree.right),
    split_conditions: floats(tree.conditions),
    split_indices: Array.from(tree.features),
    split_type: new Array(nodes).fill(0),
    sum_hessian: floats(tree.hessians),
    tree_param: {
      num_deleted: '0',
      num_feature: String(columns),
      num_nodes: String(nodes),
      size_leaf_vector: '1',
    },
  }
}

const floats = (values: Float32Array) => Array.from(values, shortest)

/** The shortest decimal that is read back as the same float32: half the size of the double's digits. */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number(value.toPrecision(9))
}

/** `4.8E-1`, the library's way with parameters. */
function scientific(value: number): string {
  return shortest(value).toExponential().replace('e+', 'E').replace('e', 'E')
}
