/** Encodes features into the matrix that a model reads: the one place where a missing or unseen value gets its number. */
import { RegimenError } from '../errors.ts'
import type { EncodedFeature, Encoder } from './encoder.ts'
import type { FeatureColumns } from './examples.ts'

/** Row-major float32: value of row r and column c is matrix[r * columns + c]; NaN is a missing value. */
export interface EncodedMatrix {
  readonly matrix: Float32Array
  readonly rows: number
  readonly columns: number
}

/**
 * @throws RegimenError `FeatureContractBroken` when a feature is missing, extra, or of another type than at training.
 */
export function encode(features: FeatureColumns, encoder: Encoder): EncodedMatrix {
  return encodeRows(features, encoder, 0, features.rows)
}

/** The same for rows `start` up to `end`, exclusive: keeps the memory of a long table small. */
export function encodeRows(
  features: FeatureColumns,
  encoder: Encoder,
  start: number,
  end: number,
): EncodedMatrix {
  checkFeatures(features, encoder)
  const rows = end - start
  const columns = encoder.columns.length
  const matrix = new Float32Array(rows * columns)
  let offset = 0
  for (const feature of encoder.features) {
    const values = features.columns[feature.name]
    if (values instanceof Float64Array) writeNumbers(matrix, values, start, end, columns, offset)
    else if (values !== undefined) writeLevels(matrix, feature, values, start, end, columns, offset)
    offset += feature.columns.length
  }
  return { matrix, rows, columns }
}

function checkFeatures({ columns, rows }: FeatureColumns, encoder: Encoder): void {
  const names = new Set(Object.keys(columns))
  for (const { name, kind } of encoder.features) {
    const values = columns[name]
    if (values === undefined) throw broken(`feature ${JSON.stringify(name)} is missing`)
    if (values instanceof Float64Array !== (kind === 'numeric'))
      throw broken(`feature ${JSON.stringify(name)} is not ${kind} as it was at training`)
    if (values.length !== rows) throw broken(`feature ${JSON.stringify(name)} has another number of rows`)
    names.delete(name)
  }
  const [extra] = names
  if (extra !== undefined) throw broken(`feature ${JSON.stringify(extra)} was not there at training`)
}

const broken = (what: string) =>
  new RegimenError('FeatureContractBroken', {
    what,
    expected: 'the features that the encoder was fitted on',
    do: 'score with the project version that the model was trained with, or train again',
  })

/** The largest finite float32. */
const largest = 3.4028234663852886e38

function writeNumbers(
  matrix: Float32Array,
  values: Float64Array,
  start: number,
  end: number,
  columns: number,
  offset: number,
): void {
  for (let row = start, at = offset; row < end; row++, at += columns) {
    const value = values[row] as number
    // Beyond float32 a number would become infinite, which trees compare but training data may not hold.
    matrix[at] = value > largest ? largest : value < -largest ? -largest : value
  }
}

function writeLevels(
  matrix: Float32Array,
  feature: EncodedFeature,
  values: readonly (string | null)[],
  start: number,
  end: number,
  columns: number,
  offset: number,
): void {
  if (feature.encoding === 'one-hot') {
    const places = new Map(feature.levels.map((level, place) => [level, place]))
    const other = feature.levels.length
    for (let row = start, base = offset; row < end; row++, base += columns) {
      const value = values[row]
      matrix[base + (value == null ? other + 1 : (places.get(value) ?? other))] = 1
    }
    return
  }
  const numbers = new Map(
    feature.encoding === 'ordinal'
      ? feature.levels.map((level, place): [string, number] => [level, place])
      : feature.encoding === 'frequency'
        ? feature.frequencies
        : [],
  )
  const unseen = feature.encoding === 'frequency' ? 0 : Number.NaN
  for (let row = start, at = offset; row < end; row++, at += columns) {
    const value = values[row]
    matrix[at] = value == null ? Number.NaN : (numbers.get(value) ?? unseen)
  }
}
