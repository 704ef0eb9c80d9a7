/** A small training run in memory: a project, examples of two features, an encoder and a linear model that fits them. */
import type { Encoder } from '../../../functions/features/encoder.ts'
import type { Examples } from '../../../functions/features/examples.ts'
import type { Profile } from '../../../functions/profile/profile.ts'
import { type Project, parseProject } from '../../../functions/project.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { categoryColumn, numericColumn, profileOf } from '../drift/build-profile.ts'

export function buildProject(more: Record<string, unknown> = {}): Project {
  return parseProject({
    id: 'bicycles',
    title: 'Bicycle returns',
    task: 'binary-classification',
    source: {
      columns: [
        { name: 'customer', type: 'identifier', phi: 'direct' },
        { name: 'distance', type: 'number', nullable: true },
        { name: 'town', type: 'category', phi: 'quasi' },
        { name: 'weather', type: 'category' },
      ],
    },
    entityKey: 'customer',
    featuresSql: 'SELECT 1',
    label: { meaning: 'returned late' },
    features: [
      { name: 'distance', kind: 'numeric', from: ['distance'], label: 'distance' },
      { name: 'place', kind: 'category', from: ['town', 'weather'], label: 'place' },
    ],
    groups: ['place'],
    gates: [{ metric: 'rocAuc', min: 0.6 }],
    split: { train: 0.7, validation: 0.1, calibration: 0.1, test: 0.1 },
    prediction: { names: { entityId: 'customer', prediction: 'risk' } },
    ...more,
  })
}

export const encoder: Encoder = {
  contract: 1,
  features: [
    { name: 'distance', kind: 'numeric', encoding: 'numeric', columns: ['distance'], median: 0 },
    {
      name: 'place',
      kind: 'category',
      encoding: 'one-hot',
      columns: ['place=hill', 'place=lake', 'place other', 'place missing'],
      levels: ['hill', 'lake'],
    },
  ],
  columns: ['distance', 'place=hill', 'place=lake', 'place other', 'place missing'],
  hash: '0123456789abcdef',
}

/** An XGBoost document of a linear booster; weights per encoded column, then the bias. */
export function linearModel(weights: readonly number[], objective = 'binary:logistic'): Buffer {
  const linear = objective.startsWith('binary')
  const document = {
    learner: {
      attributes: {},
      feature_names: [],
      feature_types: [],
      gradient_booster: { model: { weights, boosted_rounds: 1 }, name: 'gblinear' },
      learner_model_param: {
        base_score: linear ? '5E-1' : '0E0',
        boost_from_average: '1',
        num_class: '0',
        num_feature: String(weights.length - 1),
        num_target: '1',
      },
      objective: { name: objective },
    },
    version: [3, 0, 0],
  }
  return Buffer.from(JSON.stringify(document))
}

/** Entities of two rows each; the label follows distance and the hill. */
export function buildExamples(entities: number, seed: number, signal = 1.5): Examples {
  const random = seededRandom(seed)
  const rows = entities * 2
  const labels = new Float64Array(rows)
  const distance = new Float64Array(rows)
  const place: (string | null)[] = []
  const entityIds: string[] = []
  for (let row = 0; row < rows; row++) {
    const far = random() + random() + random() + random() - 2
    const level = random() < 0.4 ? 'hill' : random() < 0.8 ? 'lake' : random() < 0.5 ? 'sea' : null
    const margin = signal * far + (level === 'hill' ? 0.8 : 0) - 1.4
    labels[row] = random() < 1 / (1 + Math.exp(-margin)) ? 1 : 0
    distance[row] = random() < 0.05 ? Number.NaN : far
    place.push(level)
    entityIds.push(`customer ${seed}-${row >> 1}`)
  }
  return {
    rows,
    entityIds,
    exampleKeys: entityIds.map((entity, row) => `${entity}/${row}`),
    labels,
    features: { rows, columns: { distance, place } },
    extra: { place },
  }
}

export const noExamples: Examples = {
  rows: 0,
  entityIds: [],
  exampleKeys: [],
  labels: new Float64Array(0),
  features: { rows: 0, columns: { distance: new Float64Array(0), place: [] } },
  extra: { place: [] },
}

export function buildProfile({ rows, features }: Examples): Profile {
  const numbers = [...(features.columns.distance as Float64Array)].map((value) =>
    Number.isNaN(value) ? null : value,
  )
  const place = features.columns.place as readonly (string | null)[]
  return {
    ...profileOf(rows, {}),
    features: {
      columns: {
        distance: numericColumn(numbers),
        place: categoryColumn(place),
      },
      sides: {},
    },
  }
}
