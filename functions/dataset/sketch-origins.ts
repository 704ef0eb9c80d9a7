/** Picks the origin of each numeric column's quantile sketch from the first rows, so that every part uses the same. */
import type { SourceColumn } from '../project.ts'
import { readTimestamp } from './read-timestamp.ts'

/**
 * The median of each numeric column among `rows`. A relative-error sketch of raw values is blind where the mean dwarfs
 * the deviation (epoch seconds, temperatures); of distances from a typical value it is not.
 *
 * @returns column name to origin; columns without a number among the rows are left out.
 */
export function sketchOrigins(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  columns: readonly SourceColumn[],
): Record<string, number> {
  const origins: Record<string, number> = {}
  for (const { name, type, phi } of columns) {
    const at = names.indexOf(name)
    if (at < 0 || phi === 'direct') continue
    const read = type === 'timestamp' ? seconds : type === 'integer' || type === 'number' ? number : undefined
    if (read === undefined) continue
    const values = rows
      .map((row) => read(row[at] ?? ''))
      .filter(Number.isFinite)
      .sort((a, b) => a - b)
    const median = values[values.length >> 1]
    if (median !== undefined && median !== 0) origins[name] = median
  }
  return origins
}

const number = (text: string) => (text.trim() === '' ? Number.NaN : Number(text))
const seconds = (text: string) => readTimestamp(text) ?? Number.NaN
