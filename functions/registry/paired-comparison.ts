/** Two versions against each other on the rows that both were tested on, by a paired bootstrap over entities. */
import { compareWithChampion } from '../evaluation/compare-champion.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import type { MergedParts } from '../evaluation/merge-parts.ts'

/** What a version said of the rows of its test side. */
export interface TestedVersion {
  readonly version: string
  readonly task: Evaluation['task']
  readonly engine: string
  readonly rows: Pick<MergedParts, 'labels' | 'scores' | 'entities' | 'entityCount'>
}

export interface PairedComparison {
  readonly version: string
  readonly against: string
  readonly compared: boolean
  /** In words: what the difference is and how sure, or why nothing can be said. */
  readonly reason: string
  readonly metric?: string | undefined
  /** Of `version` minus `against`. */
  readonly difference?: number | undefined
  readonly interval?: { readonly low: number; readonly high: number } | undefined
}

/** The same dataset version, split and seed give the same rows in the same order: anything else is not paired. */
export function comparePaired(
  tested: TestedVersion,
  against: TestedVersion,
  options: { readonly seed: number; readonly resamples?: number },
): PairedComparison {
  const names = { version: tested.version, against: against.version }
  if (!sameRows(tested, against)) {
    const reason = `not paired: ${tested.version} and ${against.version} were tested on other rows`
    return { ...names, compared: false, reason }
  }
  const { labels, scores, entities, entityCount } = tested.rows
  const found = compareWithChampion({
    ...options,
    task: tested.task,
    challengerEngine: tested.engine,
    championEngine: against.engine,
    labels,
    entities,
    entityCount,
    challenger: scores,
    champion: against.rows.scores,
  })
  if (found === null) throw new TypeError('a comparison of two versions has two versions')
  const { compared, reason, metric, difference, interval } = found
  return {
    ...names,
    compared,
    reason: reason.replaceAll('the champion', against.version),
    metric,
    difference,
    interval,
  }
}

function sameRows(one: TestedVersion, other: TestedVersion): boolean {
  const [a, b] = [one.rows, other.rows]
  return (
    one.task === other.task &&
    a.labels.length > 0 &&
    a.labels.length === b.labels.length &&
    a.labels.every((label, row) => label === b.labels[row] && a.entities[row] === b.entities[row])
  )
}
