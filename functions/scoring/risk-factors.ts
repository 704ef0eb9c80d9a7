/** Contributions in plain words: what raised or lowered one prediction, feature by feature of the project. */
import type { Encoder } from '../features/encoder.ts'
import type { FeatureColumns } from '../features/examples.ts'
import type { Project } from '../project.ts'

export interface RiskFactor {
  /** The feature's label in the project. */
  factorName: string
  /** |contribution| to the margin, all encoded columns of the feature together, to six digits. */
  importance: number
  direction: 'raises' | 'lowers'
  /** As in the row; null where it is missing. */
  value: number | string | null
  description: string
}

/** What is fixed for a model: which encoded columns belong to which feature, and the words. */
export interface RiskWords {
  readonly columns: number
  readonly factors: readonly { name: string; label: string; sentence: string | undefined; at: number[] }[]
  /** What is raised or lowered. */
  readonly outcome: string
  /** Most factors of a row. */
  readonly most: number
}

/** What rounding leaves of contributions that cancel. */
const noise = 1e-9

/** Ties the columns of the encoder to the features of the project. */
export function riskWords(
  encoder: Pick<Encoder, 'columns'> & { features: readonly { name: string; columns: readonly string[] }[] },
  project: Pick<Project, 'features' | 'label' | 'task'> & {
    readonly prediction: Pick<Project['prediction'], 'riskFactors'>
  },
): RiskWords {
  const place = new Map(encoder.columns.map((column, at) => [column, at]))
  const isRegression = project.task === 'regression'
  return {
    columns: encoder.columns.length,
    factors: encoder.features.map(({ name, columns }) => {
      const feature = project.features.find((candidate) => candidate.name === name)
      return {
        name,
        label: feature?.label ?? name,
        sentence: feature?.sentence,
        at: columns.flatMap((column) => place.get(column) ?? []),
      }
    }),
    outcome: isRegression ? project.label.meaning : project.label.positive,
    most: project.prediction.riskFactors,
  }
}

/**
 * The factors of largest |contribution| of one row, largest first; those without any contribution are left out.
 * @param contributions of `explain`; the row's start at `start`, one per encoded column (the bias is not read)
 * @param row of `raw`, the values before encoding
 */
export function riskFactors(
  words: RiskWords,
  contributions: Float64Array,
  start: number,
  raw: FeatureColumns,
  row: number,
): RiskFactor[] {
  const sums = words.factors.map(({ at }) => {
    let sum = 0
    for (const column of at) sum += contributions[start + column] as number
    return sum
  })
  const chosen: RiskFactor[] = []
  while (chosen.length < words.most) {
    const at = largestOf(sums)
    const [factor, sum = 0] = [words.factors[at], sums[at]]
    if (factor === undefined || Math.abs(sum) < noise) break
    sums[at] = 0
    const value = valueAt(raw, factor.name, row)
    const direction = sum > 0 ? 'raises' : 'lowers'
    chosen.push({
      factorName: factor.label,
      importance: Number(Math.abs(sum).toPrecision(6)),
      direction,
      value,
      description: `${said(factor.label, factor.sentence, value)}; this ${direction} the predicted ${words.outcome}`,
    })
  }
  return chosen
}

/** Place of the largest |sum|, the first of equal ones: a few are wanted of many, so that sorting them all is wasted. */
function largestOf(sums: readonly number[]): number {
  let largest = 0
  for (let at = 1; at < sums.length; at++)
    if (Math.abs(sums[at] as number) > Math.abs(sums[largest] as number)) largest = at
  return largest
}

function valueAt({ columns }: FeatureColumns, name: string, row: number): number | string | null {
  const value = columns[name]?.[row] ?? null
  return typeof value === 'number' && Number.isNaN(value) ? null : value
}

function said(label: string, sentence: string | undefined, value: number | string | null): string {
  if (value === null) return `${label} is not known`
  const shown = typeof value === 'number' ? String(Number(value.toPrecision(6))) : value
  return sentence === undefined ? `${label} is ${shown}` : sentence.replaceAll('{value}', () => shown)
}
