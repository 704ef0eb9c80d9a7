/** What an exported model does: examples as plain objects in, the platform's predictions out; no network, no files. */

import { RegimenError } from '../errors.ts'
import type { Encoder } from '../features/encoder.ts'
import type { Examples } from '../features/examples.ts'
import type { Decision } from './decision.ts'
import { type PortableModel, unpackModel } from './portable-model.ts'
import { type Prediction, type ScoredProject, type Scorer, scoreExamples } from './score-examples.ts'

/** Everything that the module carries, as JSON. */
export interface ExportedContent {
  readonly format: 1
  readonly modelVersion: string
  readonly project: ScoredProject & { readonly id: string; readonly title: string }
  readonly model: PortableModel
  readonly encoder: Encoder
  readonly decision: Decision
}

/** One example, as the project's `features.sql` makes it. */
export interface ExportedExample {
  readonly entityId: string
  readonly exampleKey: string
  /** Every feature of `about.features`, by name: a number, a text, or null where it is missing. */
  readonly features: Readonly<Record<string, number | string | null>>
  /** Columns that a prediction copies and that are no features. */
  readonly fields?: Readonly<Record<string, string | null>>
}

export interface ExportedScorer {
  readonly about: {
    readonly project: string
    readonly title: string
    readonly modelVersion: string
    readonly task: Decision['task']
    /** What the label means, and what it cannot mean. */
    readonly label: { readonly meaning: string; readonly caveat: string }
    readonly features: readonly {
      readonly name: string
      readonly label: string
      readonly kind: 'numeric' | 'category' | 'ordinal'
      /** Known levels, most of them; any other text counts as "other". */
      readonly levels?: readonly string[]
    }[]
    /** A prediction of at least this is flagged. */
    readonly threshold: number
  }
  /**
   * Predictions as batch scoring writes them.
   * @param predictedAt ISO 8601; @default now
   * @throws RegimenError `FeatureContractBroken` for an example with a missing, an extra or a retyped feature
   */
  score(examples: readonly ExportedExample[], predictedAt?: string): Prediction[]
}

export function exportedScorer(content: ExportedContent): ExportedScorer {
  const { modelVersion, project, encoder, decision } = content
  const scorer: Scorer<ScoredProject> = {
    modelVersion,
    project,
    model: unpackModel(content.model),
    encoder,
    decision,
  }
  const labels = new Map(project.features.map(({ name, label }) => [name, label]))
  return {
    about: {
      project: project.id,
      title: project.title,
      modelVersion,
      task: project.task,
      label: { meaning: project.label.meaning, caveat: project.label.caveat },
      features: encoder.features.map((feature) => ({
        name: feature.name,
        label: labels.get(feature.name) ?? feature.name,
        kind: feature.kind,
        ...('levels' in feature ? { levels: feature.levels } : {}),
        ...('frequencies' in feature ? { levels: feature.frequencies.map(([level]) => level) } : {}),
      })),
      threshold: decision.threshold,
    },
    score: (examples, predictedAt = new Date().toISOString()) => {
      const occasion = { timestamp: predictedAt, severeDrift: false, fallback: false, explanations: true }
      return Array.from(
        scoreExamples(scorer, occasion, inColumns(examples, content)),
        (one) => one.prediction,
      )
    },
  }
}

function inColumns(examples: readonly ExportedExample[], { encoder, project }: ExportedContent): Examples {
  const known = new Set(encoder.features.map(({ name }) => name))
  for (const [row, { features }] of examples.entries())
    for (const name of Object.keys(features))
      if (!known.has(name)) throw broken(`feature ${JSON.stringify(name)} was not there at training`, row)
  const columns = encoder.features.map(({ name, kind }) => {
    const isNumeric = kind === 'numeric'
    const values = examples.map(({ features }, row) => {
      const value = Object.hasOwn(features, name) ? features[name] : undefined
      if (value === undefined) throw broken(`feature ${JSON.stringify(name)} is missing`, row)
      if (value !== null && typeof value !== (isNumeric ? 'number' : 'string'))
        throw broken(`feature ${JSON.stringify(name)} is not ${kind} as it was at training`, row)
      return value
    })
    const texts = () => values.map((value) => (typeof value === 'string' ? value : null))
    const numbers = () =>
      Float64Array.from(values, (value) => (typeof value === 'number' ? value : Number.NaN))
    return [name, isNumeric ? numbers() : texts()] as const
  })
  return {
    rows: examples.length,
    entityIds: examples.map(({ entityId }) => entityId),
    exampleKeys: examples.map(({ exampleKey }) => exampleKey),
    labels: new Float64Array(examples.length).fill(Number.NaN),
    features: { rows: examples.length, columns: Object.fromEntries(columns) },
    extra: Object.fromEntries(
      Object.values(project.prediction.fields).map((column) => [
        column,
        examples.map(({ fields, features }) => fields?.[column] ?? textOf(features[column])),
      ]),
    ),
  }
}

/** As DuckDB writes a number as text. */
function textOf(value: number | string | null | undefined): string | null {
  if (typeof value !== 'number') return value ?? null
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value)
}

/** The row counts from 1. */
const broken = (what: string, row: number) =>
  new RegimenError('FeatureContractBroken', {
    what,
    where: `example ${row + 1}`,
    expected: 'the features that about.features lists, null where a value is missing',
  })
