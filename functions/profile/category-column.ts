/** The levels of a category column: merged without loss, cut to the most frequent at the end. */
import { maxLevels } from './numeric-column.ts'
import type { CategoryColumn } from './profile.ts'
import { hashOf, mergeHashes } from './smallest-hashes.ts'

/** Most frequent first, ties by text: the same order wherever the counts come from. */
export function orderLevels(levels: Iterable<readonly [string, number]>): [string, number][] {
  return Array.from(levels, ([text, count]): [string, number] => [text, count]).sort(
    ([a, x], [b, y]) => y - x || (a < b ? -1 : a > b ? 1 : 0),
  )
}

type Levels = Pick<CategoryColumn, 'count' | 'levels' | 'otherCount' | 'smallestHashes'>

/** Keeps every level that either lists, so that the order of merging does not matter; `cutLevels` comes last. */
export function mergeCategories(a: Levels, b: Levels): Levels {
  const counts = new Map(a.levels)
  for (const [text, count] of b.levels) counts.set(text, (counts.get(text) ?? 0) + count)
  const complete = a.smallestHashes === undefined && b.smallestHashes === undefined
  return {
    count: a.count + b.count,
    levels: orderLevels(counts),
    otherCount: a.otherCount + b.otherCount,
    ...(complete ? {} : { smallestHashes: mergeHashes(hashesOf(a), hashesOf(b)) }),
  }
}

/** The 1,000 most frequent levels; the rest becomes `otherCount`. */
export function cutLevels<Column extends Levels>(column: Column): Column {
  if (column.levels.length <= maxLevels) return column
  const kept = column.levels.slice(0, maxLevels)
  const listed = kept.reduce((sum, [, count]) => sum + count, 0)
  return {
    ...column,
    levels: kept,
    otherCount: column.count - listed,
    smallestHashes: column.smallestHashes ?? mergeHashes(hashesOf(column), []),
  }
}

const hashesOf = (column: Levels) => column.smallestHashes ?? column.levels.map(([text]) => hashOf(text))
