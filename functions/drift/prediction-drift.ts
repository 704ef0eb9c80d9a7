/** Prediction drift: the model's scores on a batch against those on the test side of its training. */
import type { Evaluation } from '../evaluation/evaluation.ts'
import { predictionColumn, tally } from '../evaluation/prediction-distribution.ts'
import { edgesOf } from '../profile/baseline.ts'
import { countCells } from '../profile/numeric-column.ts'
import { compareNumeric } from './compare-numeric.ts'
import { kish } from './design-effect.ts'
import type { Drift } from './drift.ts'
import type { ScoredRows } from './scored-rows.ts'
import { judge } from './verdict.ts'

/**
 * Judged as any numeric column is; examples of one entity are alike, so that rows count as the entities they come from.
 * @param pValue most that chance may explain.
 */
export function predictionDrift(
  reference: NonNullable<Evaluation['predictions']>,
  scored: ScoredRows,
  thresholds: Drift['thresholds'],
  pValue: number,
): NonNullable<Drift['predictions']> {
  const baseline = reference.column
  const { values, counts } = tally(scored.predictions)
  const edges = edgesOf(baseline)
  const current = {
    ...predictionColumn(scored.predictions),
    ...(edges === undefined ? {} : { cells: countCells(edges, values, counts) }),
  }
  const effects = { baseline: reference.designEffect, current: kish(rowsPerEntity(scored.entities)) }
  const evidence = compareNumeric(baseline, current, effects)
  const rows = scored.predictions.length
  const verdict = judge(
    evidence,
    { rows: baseline.count, missing: 0 },
    { rows, missing: 0 },
    Math.min(baseline.count, rows),
    { effect: thresholds.effect, pValue, missingPoints: thresholds.missingPoints },
    effects,
  )
  return {
    kind: 'numeric',
    ...evidence.statistics,
    ...verdict,
    importance: 1,
    rows,
    baselineRows: baseline.count,
    ...(evidence.baseline === undefined ? {} : { baseline: evidence.baseline }),
    ...(evidence.current === undefined ? {} : { current: evidence.current }),
  }
}

function rowsPerEntity(entities: Int32Array): number[] {
  const rows = new Map<number, number>()
  for (const entity of entities) rows.set(entity, (rows.get(entity) ?? 0) + 1)
  return [...rows.values()]
}
