/** Counts the rows of a table in memory that repeat the key of an earlier one. */
import type { CodedColumn } from '../dataset/coded-table.ts'
import type { Gathered } from './assemble-examination.ts'
import { keptKeyHashes } from './examination.ts'
import { hashOf } from './smallest-hashes.ts'

/** Within and between the cells of a key: control characters, so that keys that differ are written differently. */
const [missing, separator] = ['\u001e', '\u001f']

/** @param columns that together name a row. Keys are hashed as the database does, since hashes are merged between parts. */
export function repeatedKey(columns: readonly CodedColumn[], rows: number): Gathered['keys'][number] {
  const cells = columns.map((column) => ({
    codes: column.codes,
    texts: Array.from({ length: column.size }, (_, code) => column.text(code) ?? missing),
  }))
  const counts = new Map<string, number>()
  let [repeated, first] = [0, 0]
  for (let row = 0; row < rows; row++) {
    let key = ''
    for (const [at, { codes, texts }] of cells.entries())
      key += (at === 0 ? '' : separator) + (texts[codes[row] as number] as string)
    const known = counts.get(key) ?? 0
    counts.set(key, known + 1)
    if (known === 0) continue
    repeated++
    if (first === 0) first = row + 1
  }
  return { repeated, row: first, hashes: smallestHashes(counts) }
}

/** Most keys are above the limit soon, and are not kept to be sorted. */
function smallestHashes(counts: ReadonlyMap<string, number>): [string, number][] {
  const kept: [string, number][] = []
  let limit: string | undefined
  const cut = () => {
    kept.sort(([a], [b]) => (a < b ? -1 : 1))
    kept.length = Math.min(kept.length, keptKeyHashes)
  }
  for (const [key, count] of counts) {
    const hash = hashOf(key)
    if (limit !== undefined && hash > limit) continue
    kept.push([hash, count])
    if (kept.length < 2 * keptKeyHashes) continue
    cut()
    limit = kept.at(-1)?.[0]
  }
  cut()
  return kept
}
