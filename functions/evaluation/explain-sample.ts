/** Explains a sample of test rows: what each feature contributes on average, and a few rows in full. */
import { encode } from '../features/encode.ts'
import type { Examples, FeatureColumns } from '../features/examples.ts'
import type { Project } from '../project.ts'
import { explain } from '../scoring/explain.ts'
import type { EncodedModel } from './encoded-model.ts'
import type { EvaluationPart } from './evaluation-part.ts'
import { featureOfColumn, sumByFeature } from './importance.ts'
import { descending } from './ranking.ts'

/** Rows of a part on which importance is measured: its error is then a few percent of the value. */
const sampleRows = 2_000
const factorsPerExample = 5

export function explainSample(
  project: Project,
  challenger: EncodedModel,
  test: Examples,
  scores: readonly number[],
): Pick<EvaluationPart, 'importance' | 'examples'> {
  const size = Math.min(sampleRows, test.rows)
  // Evenly spaced: rows are ordered by entity, and neighbours are alike.
  const sample = Array.from({ length: size }, (_, at) => Math.floor((at * test.rows) / size))
  const names = challenger.encoder.features.map(({ name }) => name)
  const absolute = new Float64Array(names.length)
  for (const contributions of contributionsOf(challenger, test.features, sample))
    for (const [place, contribution] of contributions.entries())
      absolute[place] = (absolute[place] as number) + Math.abs(contribution)
  return {
    importance: {
      rows: size,
      absolute: Object.fromEntries(names.map((name, place) => [name, absolute[place] as number])),
    },
    examples: explainExamples(project, challenger, test, scores),
  }
}

/** Per row, one contribution per feature in the encoder's order. */
function contributionsOf(
  { model, encoder }: EncodedModel,
  features: FeatureColumns,
  rows: readonly number[],
): Float64Array[] {
  if (rows.length === 0) return []
  const { matrix } = encode(selectRows(features, rows), encoder)
  const contributions = explain(model, matrix, rows.length)
  const places = featureOfColumn(encoder)
  return rows.map((_, at) =>
    sumByFeature(contributions, at * (model.features + 1), places, encoder.features.length),
  )
}

function selectRows({ columns }: FeatureColumns, rows: readonly number[]): FeatureColumns {
  const selected = Object.entries(columns).map(
    ([name, values]): [string, FeatureColumns['columns'][string]] => [
      name,
      values instanceof Float64Array
        ? Float64Array.from(rows, (row) => values[row] as number)
        : rows.map((row) => values[row] ?? null),
    ],
  )
  return { rows: rows.length, columns: Object.fromEntries(selected) }
}

/** The three highest predictions, the middle one and the lowest; a value only where nobody can be told by it. */
function explainExamples(
  project: Project,
  challenger: EncodedModel,
  test: Examples,
  scores: readonly number[],
): EvaluationPart['examples'] {
  const order = descending(scores)
  const chosen = [...new Set([0, 1, 2, order.length >> 1, order.length - 1])].flatMap((at) => {
    const row = order[at]
    return row === undefined ? [] : [row]
  })
  const shown = shownFeatures(project)
  const { features } = challenger.encoder
  return contributionsOf(challenger, test.features, chosen).map((contributions, at) => {
    const row = chosen[at] as number
    const factors = features
      .map(({ name }, place) => ({
        feature: name,
        contribution: contributions[place] as number,
        value: shown.has(name) ? textOf(test.features.columns[name]?.[row]) : null,
      }))
      .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
      .slice(0, factorsPerExample)
    return { score: scores[row] as number, label: test.labels[row] as number, factors }
  })
}

/** Features that no identifying or quasi-identifying column goes into. */
function shownFeatures({ features, source }: Project): ReadonlySet<string> {
  const open = new Set(source.columns.filter(({ phi }) => phi === 'none').map(({ name }) => name))
  return new Set(
    features.filter(({ from }) => from.every((column) => open.has(column))).map(({ name }) => name),
  )
}

const textOf = (value: number | string | null | undefined) =>
  value === null || value === undefined || Number.isNaN(value) ? 'missing' : String(value)
