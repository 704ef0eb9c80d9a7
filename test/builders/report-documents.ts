/** What a run leaves for its report: parcels that arrive late, made by the same kernels that a run uses. */
import { detectDrift, ignoredColumns } from '../../functions/drift/detect-drift.ts'
import { evaluate } from '../../functions/evaluation/evaluate.ts'
import type { MergedParts } from '../../functions/evaluation/merge-parts.ts'
import type { Profile } from '../../functions/profile/profile.ts'
import { type Project, type ProjectInput, parseProject } from '../../functions/project.ts'
import { parseScores } from '../../functions/report/prediction-summary.ts'
import type { InferenceReport } from '../../functions/report/render-inference-report.ts'
import type { TrainingReport } from '../../functions/report/render-training-report.ts'
import { fitDecision } from '../../functions/scoring/fit-decision.ts'
import { seededRandom } from '../../functions/statistics/seeded-random.ts'
import {
  categoryColumn,
  identifierColumn,
  numericColumn,
  profileOf,
} from '../functions/drift/build-profile.ts'
import { parcelsProject } from './project.ts'

/** A carrier of three parcels: too few to be named. */
export const rareCarrier = 'kiosk by the lake'
export const engine = 'sagemaker-xgboost-3.0-5'

export const reportedProject = (changes: Partial<ProjectInput> = {}): Project => {
  const plain = parcelsProject({
    description: 'Chance that a parcel arrives late.',
    label: {
      meaning: 'arrived after the promised day',
      positive: 'late',
      negative: 'on time',
      caveat: 'The promised day is set by hand. Not for penalties.',
    },
    gates: [
      { metric: 'rocAuc', min: 0.6 },
      { metric: 'expectedCalibrationError', max: 0.1 },
    ],
    ...changes,
  })
  const columns = plain.source.columns.map((column) =>
    column.name === 'zone' || column.name === 'weight' ? { ...column, phi: 'quasi' as const } : column,
  )
  return parseProject({ ...plain, source: { ...plain.source, columns } })
}

/** @param shift how many deviations heavier the parcels are. */
export function parcelProfile(rows: number, seed: number, shift = 0): Profile {
  const random = seededRandom(seed)
  const all = <Value>(make: (at: number) => Value) => Array.from({ length: rows }, (_, at) => make(at))
  const weights = all(() =>
    random() < 0.08
      ? null
      : Math.round((12 + shift * 5 + (random() + random() + random() - 1.5) * 10) * 10) / 10,
  )
  const zones = ['north', 'south', 'east', 'west']
  return profileOf(rows, {
    parcel: identifierColumn(all((at) => `parcel-${seed}-${at}`)),
    customer: identifierColumn(all((at) => `customer-${at % Math.ceil(rows / 3)}`)),
    sent: { ...numericColumn(all((at) => 1_767_225_600 + at * 3_600)), type: 'timestamp' },
    weight: numericColumn(weights),
    stops: { ...numericColumn(all(() => Math.floor(random() * 9))), type: 'integer' },
    zone: categoryColumn(all(() => zones[Math.floor(random() ** 2 * 4)] ?? 'north')),
    carrier: categoryColumn(all((at) => (at < 3 ? rareCarrier : at % 13 === 0 ? null : `carrier ${at % 5}`))),
    fragile: { ...categoryColumn(all(() => String(random() < 0.3))), type: 'boolean' },
    late: { ...categoryColumn(all(() => String(random() < 0.25))), type: 'boolean' },
  })
}

interface Training {
  readonly project?: Project
  readonly modelVersion?: string | undefined
  readonly champion?: boolean
  readonly rows?: number
}

export function trainingDocuments({ project = reportedProject(), champion = false, ...run }: Training = {}) {
  const rows = run.rows ?? 1_200
  const merged = mergedParts(rows, project.task === 'regression', champion)
  const decision = fitDecision({
    task: project.task,
    rawPredictions: merged.calibration.scores,
    labels: merged.calibration.labels,
    modelEngine: engine,
    baseValue: merged.calibration.meanMargin,
    precisionFloorLift: project.precisionFloorLift,
  })
  const championEngine = champion ? engine : undefined
  const evaluation = evaluate({ project, engine, championEngine, merged, decision, seed: 1, resamples: 50 })
  const profile = parcelProfile(rows, 5)
  const side = (share: number) => Math.round(rows * share)
  const sideRows = { train: side(0.6), validation: side(0.1), calibration: side(0.1), test: side(0.2) }
  const runUri = 's3://bucket/parcels/runs/abcdefghij012345'
  const version = 'modelVersion' in run ? run.modelVersion : '7'
  return {
    request: {
      contract: 1,
      purpose: 'training',
      runId: 'abcdefghij012345',
      project: project.id,
      projectUri: 's3://bucket/parcels/project/1.json',
      runUri,
      planUri: `${runUri}/plan.json`,
      profileUri: `${runUri}/profile.json`,
      evaluationUri: `${runUri}/evaluation.json`,
      decisionUri: `${runUri}/decision.json`,
      encoderUri: `${runUri}/encoder.json`,
      rows: sideRows,
      dataset: {
        name: 'spring',
        version: '0123456789abcdef',
        uri: 's3://bucket/parcels/datasets/spring.csv',
      },
      job: { name: 'parcels-abcdefghij012345-0-0', modelUri: `${runUri}/model/model.tar.gz`, seconds: 125 },
      hyperparameters: { num_round: '300', eta: '0.06' },
      engine,
      requestedBy: 'arn:aws:iam::000000000000:user/ana',
      startedAt: '2026-03-04T05:06:07.000Z',
      ...(version === undefined ? {} : { modelVersion: version }),
    },
    project,
    profile: {
      ...profile,
      features: {
        columns: {},
        sides: Object.fromEntries(
          Object.entries(sideRows).map(([name, count]) => [
            name,
            { rows: count, positives: Math.round(count / 4), unlabelled: 0, sum: count / 4 },
          ]),
        ),
      },
    },
    evaluation,
    decision,
  } satisfies TrainingReport
}

function mergedParts(rows: number, isRegression: boolean, champion: boolean): MergedParts {
  const random = seededRandom(11)
  const noise = () => random() + random() + random() + random() - 2
  const draw = (count: number) => {
    const truth = Float64Array.from({ length: count }, noise)
    const chance = (value: number) => 1 / (1 + Math.exp(1.2 - 1.6 * value))
    return {
      labels: truth.map((value) =>
        isRegression ? 40 + 9 * value + noise() : Number(random() < chance(value)),
      ),
      scores: truth.map((value) => (isRegression ? 40 + 9 * value : chance(value))),
    }
  }
  const calibration = draw(rows / 2)
  const test = draw(rows)
  const zones = ['north', 'south', 'east', 'islet']
  const bins = (count: number) => ({
    rows: [count, count, count],
    positives: [Math.round(count * 0.1), Math.round(count * 0.2), Math.round(count * 0.4)],
  })
  return {
    calibration: { ...calibration, meanMargin: 0 },
    ...test,
    championScores: champion
      ? test.scores.map((score, at) => score * (0.8 + 0.4 * ((at * 7) % 10) * 0.1))
      : undefined,
    entities: Int32Array.from({ length: rows }, (_, at) => at >> 1),
    entityCount: Math.ceil(rows / 2),
    groups: {
      zone: { levels: zones, codes: Int32Array.from({ length: rows }, (_, at) => (at < 6 ? 3 : at % 3)) },
    },
    importance: { rows, absolute: { weight: 300, stops: 120, zone: 60, carrier: 30, fragile: 3 } },
    simple: isRegression ? {} : { weight: { calibration: bins(100), test: bins(rows / 3) } },
    examples: [0.9, 0.7, 0.5, 0.3, 0.1].map((score) => ({
      score: isRegression ? 40 * score : score,
      label: isRegression ? 39 : Number(score > 0.6),
      factors: [
        { feature: 'weight', contribution: score - 0.4, value: null },
        { feature: 'carrier', contribution: -0.1, value: 'carrier 2' },
      ],
    })),
  }
}

interface Inference {
  readonly project?: Project
  readonly shift?: number
  readonly rows?: number
  readonly fellBack?: boolean
}

export function inferenceDocuments({ project = reportedProject(), shift = 0, ...run }: Inference = {}) {
  const rows = run.rows ?? 900
  const { evaluation } = trainingDocuments({ project })
  const profile = parcelProfile(rows, 23, shift)
  const drift = detectDrift({
    baseline: parcelProfile(1_200, 5),
    current: profile,
    thresholds: project.drift,
    entityKey: project.entityKey,
    ignore: ignoredColumns(project),
    importance: evaluation.sourceImportance,
    modelVersion: '7',
  })
  const scoresText = scoresCsv(rows, project.task === 'regression')
  const scores = parseScores(scoresText)
  const runUri = 's3://bucket/parcels/inference/zyxwvutsrq543210'
  return {
    request: {
      contract: 1,
      purpose: 'inference',
      runId: 'zyxwvutsrq543210',
      project: project.id,
      projectUri: 's3://bucket/parcels/project/1.json',
      runUri,
      planUri: `${runUri}/plan.json`,
      profileUri: `${runUri}/profile.json`,
      baselineUri: 's3://bucket/parcels/runs/abcdefghij012345/baseline.json',
      driftUri: `${runUri}/drift.json`,
      evaluationUri: 's3://bucket/parcels/runs/abcdefghij012345/evaluation.json',
      modelVersion: '7',
      parts: 1,
      scores: {
        rows,
        predictions: scores.length,
        lowConfidence: scores.filter(({ lowConfidence }) => lowConfidence).length,
        flagged: scores.filter(({ flagged }) => flagged).length,
        meanPrediction:
          scores.reduce((sum, { prediction }) => sum + prediction, 0) / Math.max(1, scores.length),
      },
      fellBack: run.fellBack ?? false,
      explanations: null,
      inputUri: 's3://bucket/parcels/inbox/7/april.csv',
      requestedBy: 'schedule',
      startedAt: '2026-04-05T06:07:08.000Z',
    },
    project,
    profile,
    drift,
    evaluation,
    scores,
    predictionLines: predictionLines(rows, project),
  } satisfies InferenceReport
}

export const secretCustomer = 'customer-of-the-prediction'

const valueAt = (at: number, isRegression: boolean) =>
  isRegression ? 20 + ((at * 37) % 400) / 10 : ((at * 37) % 100) / 100

export function scoresCsv(rows: number, isRegression = false): string {
  const lines = Array.from({ length: rows }, (_, at) => {
    const value = valueAt(at, isRegression)
    const confidence = 0.5 + ((at * 13) % 50) / 100
    return `"${secretCustomer}, ""${at}""",p${at},${value},${confidence},${confidence < 0.8},${value >= 0.6}\n`
  })
  return `entity_id,example_key,prediction,confidence_score,low_confidence,flagged\n${lines.join('')}`
}

function predictionLines(rows: number, project: Project): string[] {
  const { names } = project.prediction
  return Array.from({ length: rows }, (_, at) =>
    JSON.stringify({
      [names.entityId]: `${secretCustomer}-${at}`,
      exampleKey: `secret-parcel-${at}`,
      [names.prediction]: valueAt(at, project.task === 'regression'),
      carrier: 'carrier 1',
      confidenceScore: 0.7,
      riskFactors: [
        { factorName: 'weight', importance: 0.4, direction: 'raises', value: 48.75, description: 'x' },
        { factorName: 'carrier', importance: 0.2, direction: 'lowers', value: 'carrier 3', description: 'x' },
      ],
      lowConfidence: true,
      reasons: ['both outcomes remain possible at 80 % confidence'],
      modelVersion: '7',
      predictionTimestamp: '2026-04-05T06:07:08.000Z',
    }),
  )
}
