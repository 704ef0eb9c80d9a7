/** `regimen score`: any model on the lines of a headerless CSV, one line out per line in, a block in memory at a time. */
import { RegimenError } from '../errors.ts'
import { explain } from './explain.ts'
import { applyLink, predictMargins } from './predict.ts'
import type { XgboostModel } from './xgboost-model.ts'

export interface ScoreCsvOptions {
  /** After the prediction, one contribution per feature and the bias (per class: all of them, class after class). */
  readonly explain?: boolean
}

const blockRows = 1_024

/**
 * Predictions (the classes of `multi:softprob` side by side), as CSV lines without line ends.
 * @param source the text of the file, or its lines without line ends
 * @throws RegimenError `FeatureContractBroken` naming row and column (from 1), never the cell
 */
export async function* scoreCsv(
  model: XgboostModel,
  source: string | Iterable<string> | AsyncIterable<string>,
  options: ScoreCsvOptions = {},
): AsyncGenerator<string> {
  const matrix = new Float32Array(blockRows * model.features)
  let held = 0
  let row = 0
  for await (const line of typeof source === 'string' ? linesOf(source) : source) {
    parseCsvLine(
      row === 0 ? line.replace(/^\uFEFF/, '') : line,
      ++row,
      model.features,
      matrix,
      held * model.features,
    )
    if (++held < blockRows) continue
    yield* scoreBlock(model, matrix, held, options)
    held = 0
  }
  if (held > 0) yield* scoreBlock(model, matrix.subarray(0, held * model.features), held, options)
}

function* linesOf(text: string): Generator<string> {
  let at = 0
  while (at < text.length) {
    const end = text.indexOf('\n', at)
    yield text.slice(at, end < 0 ? text.length : end)
    at = end < 0 ? text.length : end + 1
  }
}

function* scoreBlock(
  model: XgboostModel,
  matrix: Float32Array,
  rows: number,
  options: ScoreCsvOptions,
): Generator<string> {
  const predictions = applyLink(model, predictMargins(model, matrix, rows))
  const outputs = predictions.length / rows
  const contributions = options.explain === true ? explain(model, matrix, rows) : new Float64Array()
  const width = contributions.length / rows
  for (let row = 0; row < rows; row++) {
    let line = numberText(predictions[row * outputs] as number)
    for (let at = 1; at < outputs; at++) line += `,${numberText(predictions[row * outputs + at] as number)}`
    for (let at = 0; at < width; at++) line += `,${numberText(contributions[row * width + at] as number)}`
    yield line
  }
}

/** Nine digits give every 32-bit float back. */
function numberText(value: number): string {
  return String(Number(value.toPrecision(9)))
}

/**
 * Reads a line of numbers into `matrix` from `start`; an empty cell is NaN.
 * @throws RegimenError `FeatureContractBroken` naming row and column (from 1), never the cell
 */
export function parseCsvLine(
  line: string,
  row: number,
  columns: number,
  matrix: Float32Array,
  start: number,
): void {
  let at = 0
  let column = 0
  while (column < columns) {
    const comma = line.indexOf(',', at)
    const isLast = comma < 0
    matrix[start + column] = parseCell(isLast ? line.slice(at) : line.slice(at, comma), row, column + 1)
    column++
    if (isLast) {
      at = -1
      break
    }
    at = comma + 1
  }
  if (column === columns && at < 0) return
  throw new RegimenError('FeatureContractBroken', {
    what: 'the line does not fit the model',
    where: `row ${row}`,
    got: `${line.split(',').length} columns`,
    expected: `${columns}, one per feature of the model, without label and header`,
    do: 'correct the file, or use the model that belongs to it',
  })
}

function parseCell(cell: string, row: number, column: number): number {
  const text = cell.trim()
  if (text === '' || text.toLowerCase() === 'nan') return Number.NaN
  const value = Math.fround(Number(text))
  // `Number` also takes 0x10, 0b1 and 0o7.
  if (Number.isFinite(value) && !/^[+-]?0[xbo]/i.test(text)) return value
  throw new RegimenError('FeatureContractBroken', {
    what: 'a cell is no number',
    where: `row ${row}, column ${column}`,
    expected: 'a finite 32-bit float, or nothing where it is missing',
    do: row === 1 ? 'correct the cell; the file must have no header' : 'correct the cell',
  })
}
