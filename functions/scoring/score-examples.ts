/** Scores examples with one model version: encode, predict, calibrate, explain where asked, a block of rows at a time. */
import { encodeRows } from '../features/encode.ts'
import type { Encoder } from '../features/encoder.ts'
import type { Examples } from '../features/examples.ts'
import type { Project } from '../project.ts'
import { calibrate } from './calibrate.ts'
import type { Decision } from './decision.ts'
import { explain } from './explain.ts'
import { predict } from './predict.ts'
import { type RiskFactor, riskFactors, riskWords } from './risk-factors.ts'
import type { XgboostModel } from './xgboost-model.ts'

/** One version of a model with everything that its predictions need. */
export interface Scorer<Definition extends ScoredProject = Project> {
  readonly modelVersion: string
  readonly project: Definition
  readonly model: XgboostModel
  readonly encoder: Encoder
  readonly decision: Decision
}

/** What a prediction needs of a project. */
export type ScoredProject = Pick<Project, 'task' | 'label' | 'features'> & {
  readonly prediction: Omit<Project['prediction'], 'explanations'>
}

export interface ScoringOccasion {
  /** ISO 8601; when the predictions count as made. */
  readonly timestamp: string
  readonly severeDrift: boolean
  /** This version stands in for a newer one that failed. */
  readonly fallback: boolean
  /** Without, `riskFactors` is empty and no contribution is computed. */
  readonly explanations: boolean
}

/** What the platform says of every example; the entity and the prediction also bear the project's names. */
export interface PredictionCore {
  exampleKey: string
  confidenceScore: number
  /** The largest first; empty when the run does without explanations. */
  riskFactors: RiskFactor[]
  lowConfidence: boolean
  reasons: string[]
  modelVersion: string
  predictionTimestamp: string
  /** Regression: holds the truth with probability 0.8. */
  interval?: [number, number]
}
export type Prediction = PredictionCore & { readonly [projectField: string]: unknown }

export interface Scored {
  readonly entityId: string
  /** Calibrated probability in [0, 1], or the predicted number of a regression. */
  readonly value: number
  /** At or above the decision's threshold. */
  readonly flagged: boolean
  /** What its readers get, in the project's names. */
  readonly prediction: Prediction
}

const blockRows = 2_048

/** @throws RegimenError `FeatureContractBroken` when the examples, the encoder and the model do not fit each other. */
export function* scoreExamples(
  scorer: Scorer<ScoredProject>,
  occasion: ScoringOccasion,
  examples: Examples,
): Generator<Scored> {
  const words = riskWords(scorer.encoder, scorer.project)
  const copied = Object.entries(scorer.project.prediction.fields).map(
    ([field, column]) => [field, examples.extra[column]] as const,
  )
  for (let start = 0; start < examples.rows; start += blockRows) {
    const { matrix, rows } = encodeRows(
      examples.features,
      scorer.encoder,
      start,
      Math.min(start + blockRows, examples.rows),
    )
    const raw = predict(scorer.model, matrix, rows)
    const contributions = occasion.explanations ? explain(scorer.model, matrix, rows) : undefined
    const width = (contributions?.length ?? 0) / rows
    for (let row = 0; row < rows; row++) {
      const factors =
        contributions === undefined
          ? []
          : riskFactors(words, contributions, row * width, examples.features, start + row)
      yield scoreOne(scorer, occasion, examples, start + row, { raw: raw[row] as number, factors, copied })
    }
  }
}

function scoreOne(
  { project, decision, modelVersion }: Scorer<ScoredProject>,
  { timestamp, severeDrift, fallback }: ScoringOccasion,
  examples: Examples,
  row: number,
  {
    raw,
    factors,
    copied,
  }: {
    raw: number
    factors: RiskFactor[]
    /** Fields that the project copies into predictions, with their columns. */
    copied: readonly (readonly [string, Examples['extra'][string] | undefined])[]
  },
): Scored {
  const {
    prediction: value,
    confidenceScore,
    lowConfidence,
    reasons,
    interval,
  } = calibrate(decision, raw, severeDrift)
  if (fallback) reasons.push('scored by the previous model version, because the current one failed')
  const entityId = examples.entityIds[row] as string
  const { names } = project.prediction
  const fields: Record<string, unknown> = {}
  for (const [field, column] of copied) fields[field] = column?.[row] ?? null
  const prediction: Prediction = {
    [names.entityId]: entityId,
    exampleKey: examples.exampleKeys[row] as string,
    [names.prediction]: value,
    ...fields,
    confidenceScore,
    riskFactors: factors,
    lowConfidence,
    reasons,
    modelVersion,
    predictionTimestamp: timestamp,
    ...(interval === undefined ? {} : { interval }),
  }
  return { entityId, value, flagged: value >= decision.threshold, prediction }
}
