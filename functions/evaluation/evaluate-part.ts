/** One part of an evaluation: scores its calibration and test rows, and adds up what merges. */
import { createHash } from 'node:crypto'
import { RegimenError } from '../errors.ts'
import { encodeRows } from '../features/encode.ts'
import type { Examples } from '../features/examples.ts'
import type { Profile } from '../profile/profile.ts'
import type { Project } from '../project.ts'
import { applyLink, predictMargins } from '../scoring/predict.ts'
import type { XgboostModel } from '../scoring/xgboost-model.ts'
import type { EncodedModel } from './encoded-model.ts'
import type { EvaluationPart } from './evaluation-part.ts'
import { explainSample } from './explain-sample.ts'
import { countBins, featureBins } from './feature-bins.ts'

export interface PartRequest {
  readonly index: number
  readonly project: Project
  readonly challenger: EncodedModel
  readonly champion?: EncodedModel | undefined
  /** Of the training data: defines the bins of the simple model. */
  readonly profile: Profile
  /** Labelled examples; either may have no rows. */
  readonly calibration: Examples
  readonly test: Examples
  /** Keeps the hashes of entities of different runs apart. */
  readonly salt: string
}

/** Rows encoded at once: a wide table would not fit whole. */
const rowsAtOnce = 8_192

/** @throws RegimenError `EvaluationImpossible` for a model of several outputs, `FeatureContractBroken`. */
export function evaluatePart(request: PartRequest): EvaluationPart {
  const { project, challenger, calibration, test, profile } = request
  refuseSeveralOutputs(challenger.model)
  const calibrationMargins = margins(challenger, calibration)
  const scores = Array.from(applyLink(challenger.model, margins(challenger, test)))
  const championScores = scoreWithChampion(request)
  return {
    format: 'regimen-evaluation-part/1',
    index: request.index,
    calibration: {
      labels: Array.from(calibration.labels),
      marginSum: calibrationMargins.reduce((sum, margin) => sum + margin, 0),
      scores: Array.from(applyLink(challenger.model, calibrationMargins)),
    },
    test: {
      labels: Array.from(test.labels),
      scores,
      ...(championScores === undefined ? {} : { championScores }),
      entities: hashEntities(test.entityIds, request.salt),
      ...(test.eventTimes === undefined
        ? {}
        : { times: Array.from(test.eventTimes, (time) => (Number.isNaN(time) ? null : time)) }),
      groups: Object.fromEntries(project.groups.map((name) => [name, codeLevels(test.extra[name] ?? [])])),
    },
    ...explainSample(project, challenger, test, scores),
    simple: project.task === 'regression' ? {} : countSimple(profile, calibration, test),
  }
}

function refuseSeveralOutputs({ groups }: XgboostModel): void {
  if (groups === 1) return
  throw new RegimenError('EvaluationImpossible', {
    what: 'the model answers several numbers per row',
    got: `${groups} outputs`,
    expected: 'one probability or one number',
    do: 'train with an objective of the project’s task',
  })
}

function margins({ model, encoder }: EncodedModel, examples: Examples): Float32Array {
  const all = new Float32Array(examples.rows)
  for (let start = 0; start < examples.rows; start += rowsAtOnce) {
    const end = Math.min(examples.rows, start + rowsAtOnce)
    const { matrix, rows } = encodeRows(examples.features, encoder, start, end)
    all.set(predictMargins(model, matrix, rows), start)
  }
  return all
}

/** Undefined without a champion, and when features.sql yields other features than the champion was trained on. */
function scoreWithChampion({ champion, test }: PartRequest): number[] | undefined {
  if (champion === undefined || champion.model.groups !== 1) return undefined
  try {
    return Array.from(applyLink(champion.model, margins(champion, test)))
  } catch (error) {
    if (error instanceof RegimenError && error.name === 'FeatureContractBroken') return undefined
    throw error
  }
}

function hashEntities(entities: readonly string[], salt: string): number[] {
  const known = new Map<string, number>()
  return entities.map((entity) => {
    const seen = known.get(entity)
    if (seen !== undefined) return seen
    const digits = createHash('sha256').update(`${salt}:${entity}`, 'utf8').digest('hex').slice(0, 13)
    const hash = Number.parseInt(digits, 16)
    known.set(entity, hash)
    return hash
  })
}

function codeLevels(values: readonly (string | null)[]): { levels: (string | null)[]; codes: number[] } {
  const places = new Map<string | null, number>()
  const codes = values.map((value) => {
    const place = places.get(value) ?? places.size
    places.set(value, place)
    return place
  })
  return { levels: [...places.keys()], codes }
}

function countSimple(profile: Profile, calibration: Examples, test: Examples): EvaluationPart['simple'] {
  return Object.fromEntries(
    Object.entries(profile.features?.columns ?? {}).flatMap(([name, column]) => {
      const [fitted, tested] = [calibration.features.columns[name], test.features.columns[name]]
      if (fitted === undefined || tested === undefined) return []
      const bins = featureBins(column)
      const counts = {
        calibration: countBins(bins, fitted, calibration.labels),
        test: countBins(bins, tested, test.labels),
      }
      return [[name, counts]]
    }),
  )
}
