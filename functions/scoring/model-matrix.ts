/** What a model asks of the matrix that it is applied to. */
import { RegimenError } from '../errors.ts'
import type { Forest, XgboostModel } from './xgboost-model.ts'

/** @throws RegimenError `FeatureContractBroken` unless `matrix` has rows × model.features entries. */
export function checkMatrix(model: XgboostModel, matrix: Float32Array, rows: number): void {
  if (matrix.length === rows * model.features) return
  throw new RegimenError('FeatureContractBroken', {
    what: 'the rows do not fit the model',
    got: `${rows === 0 ? 0 : matrix.length / rows} columns`,
    expected: `${model.features}`,
    do: 'score rows that the encoder of this model version encoded',
  })
}

/** The features that any split of the forest tests, ascending. */
export function usedFeatures(forest: Forest): Int32Array {
  const used = new Set<number>()
  for (const [node, left] of forest.left.entries()) if (left >= 0) used.add(forest.feature[node] as number)
  return Int32Array.from(used).sort()
}
