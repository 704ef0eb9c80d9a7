/** Runs side by side: where their parameters differ, and every metric against the first one's. */
import type { ExperimentRun } from './experiment-run.ts'

export interface ComparedRuns {
  readonly runs: readonly string[]
  /** Parameters and facts on which not all agree: one value per run, null where it has none. */
  readonly differences: Readonly<Record<string, readonly (string | null)[]>>
  /** What all of them share. */
  readonly shared: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, ComparedMetric>>
}

export interface ComparedMetric {
  /** One per run, null where it was not measured. */
  readonly values: readonly (number | null)[]
  /** Value minus the first run's. */
  readonly deltas: readonly (number | null)[]
}

const facts = [
  'experiment',
  'datasetName',
  'datasetVersion',
  'algorithm',
  'engine',
  'code',
  'environment',
] as const

/** @param runs the first one is what the others are held against */
export function compareRuns(runs: readonly ExperimentRun[]): ComparedRuns {
  const asked = runs.map(
    (run): Readonly<Record<string, string | undefined>> => ({
      ...Object.fromEntries(facts.map((fact) => [fact, run[fact]])),
      ...Object.fromEntries(Object.entries(run.params).map(([name, text]) => [`params.${name}`, text])),
      ...Object.fromEntries(Object.entries(run.tags).map(([name, text]) => [`tags.${name}`, text])),
    }),
  )
  const differences: Record<string, readonly (string | null)[]> = {}
  const shared: Record<string, string> = {}
  for (const name of namesOf(asked)) {
    const values = asked.map((one) => one[name] ?? null)
    const [first] = values
    if (values.some((each) => each !== first)) differences[name] = values
    else if (typeof first === 'string') shared[name] = first
  }
  const metrics = Object.fromEntries(
    namesOf(runs.map((run) => run.metrics)).map((name) => [name, comparedMetric(runs, name)]),
  )
  return { runs: runs.map(({ runId }) => runId), differences, shared, metrics }
}

function comparedMetric(runs: readonly ExperimentRun[], name: string): ComparedMetric {
  const values = runs.map(({ metrics }) => metrics[name] ?? null)
  const [first = null] = values
  return { values, deltas: values.map((each) => (each === null || first === null ? null : each - first)) }
}

const namesOf = (records: readonly Readonly<Record<string, unknown>>[]) => [
  ...new Set(records.flatMap((record) => Object.keys(record))),
]
