/** Some rows of examples, in the order of their indexes (from 0). */
import type { Examples } from '../features/examples.ts'

export function pickExamples(examples: Examples, rows: readonly number[]): Examples {
  const { labels, eventTimes, features, extra } = examples
  const of = <Value>(values: readonly Value[]) => rows.map((row) => values[row] as Value)
  const numbersOf = (values: Float64Array) => Float64Array.from(rows, (row) => values[row] as number)
  const columns = Object.entries(features.columns).map(
    ([name, values]) => [name, values instanceof Float64Array ? numbersOf(values) : of(values)] as const,
  )
  return {
    rows: rows.length,
    entityIds: of(examples.entityIds),
    exampleKeys: of(examples.exampleKeys),
    labels: numbersOf(labels),
    ...(eventTimes === undefined ? {} : { eventTimes: numbersOf(eventTimes) }),
    features: { rows: rows.length, columns: Object.fromEntries(columns) },
    extra: Object.fromEntries(Object.entries(extra).map(([name, values]) => [name, of(values)])),
  }
}
