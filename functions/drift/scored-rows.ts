/** The predictions of a run, as `scores/part-n.csv` holds them. */
import { scoreLines } from '../scoring/score-lines.ts'

export interface ScoredRows {
  readonly predictions: Float64Array
  /** Dense code of each row's entity. */
  readonly entities: Int32Array
}

/** The last four fields of a line; before them stand the entity and the key, quoted where they hold a comma or a quote. */
const ending = /,([^",]+),[^",]+,(?:true|false),(?:true|false)$/
const firstField = /^(?:"((?:[^"]|"")*)"|([^,"]*)),/

/** @param texts files or their beginnings, each with its header; a line that is cut off is left out. */
export function parseScoredRows(texts: readonly string[]): ScoredRows {
  const predictions: number[] = []
  const entities: number[] = []
  const places = new Map<string, number>()
  for (const text of texts) {
    for (const line of scoreLines(text).slice(1)) {
      const value = Number(ending.exec(line)?.[1] ?? Number.NaN)
      if (!Number.isFinite(value)) continue
      const [, quoted, plain] = firstField.exec(line) ?? []
      const entity = quoted ?? plain ?? `line ${predictions.length}`
      const place = places.get(entity) ?? places.size
      places.set(entity, place)
      predictions.push(value)
      entities.push(place)
    }
  }
  return { predictions: Float64Array.from(predictions), entities: Int32Array.from(entities) }
}
