/** The payloads that SageMaker's built-in XGBoost takes for inference: rows of numbers as CSV or libsvm. */
import { RegimenError } from '../../functions/errors.ts'
import { parseCsvLine } from '../../functions/scoring/score-csv.ts'

/** What the container answers instead of predictions. */
export class ContainerRefusal extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export interface Payload {
  /** Row-major, rows × features; NaN is missing. */
  readonly matrix: Float32Array
  readonly rows: number
}

/**
 * @param features of the model
 * @throws ContainerRefusal 415 for what cannot be read, 400 for what does not fit the model; never with a cell's content
 */
export function readPayload(body: Uint8Array, contentType: string, features: number): Payload {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase() || 'text/csv'
  const lines = () => Buffer.from(body).toString('utf8').trim().split(/\r?\n/)
  if (type === 'text/csv' || type === 'csv') return readCsv(lines(), features)
  if (type === 'text/libsvm' || type === 'text/x-libsvm' || type === 'libsvm')
    return readLibsvm(lines(), features)
  throw new ContainerRefusal(
    415,
    `Content-type ${type} not supported. Supported content-type is text/csv, text/libsvm`,
  )
}

function readCsv(lines: readonly string[], features: number): Payload {
  const matrix = new Float32Array(lines.length * features)
  for (const [row, line] of lines.entries()) {
    const columns = line.split(',').length
    if (columns !== features) {
      throw new ContainerRefusal(
        400,
        `Unable to evaluate payload provided: Feature size of csv inference data ${columns} is not consistent with feature size of trained model ${features}.`,
      )
    }
    try {
      parseCsvLine(line, row + 1, features, matrix, row * features)
    } catch (error) {
      if (!(error instanceof RegimenError)) throw error
      throw unreadable('csv', error.message)
    }
  }
  return { matrix, rows: lines.length }
}

/** Items `index:value`, indices from 0; what has no colon is a label and is not looked at; what is not named is missing. */
function readLibsvm(lines: readonly string[], features: number): Payload {
  const matrix = new Float32Array(lines.length * features).fill(Number.NaN)
  for (const [row, line] of lines.entries()) {
    for (const item of line.split(/\s+/).filter((text) => text.includes(':'))) {
      const [name = '', value = ''] = item.split(':')
      const [at, number] = [Number(name), Number(value)]
      if (!/^\d+$/.test(name) || value === '' || !Number.isFinite(number)) {
        throw unreadable('libsvm', `row ${row + 1}: an item is no index:value pair of numbers`)
      }
      if (at >= features) {
        throw new ContainerRefusal(
          400,
          `Unable to evaluate payload provided: Feature size of libsvm inference data ${at + 1} is larger than feature size of trained model ${features}.`,
        )
      }
      matrix[row * features + at] = number
    }
  }
  return { matrix, rows: lines.length }
}

const unreadable = (format: string, why: string) =>
  new ContainerRefusal(
    415,
    `Loading ${format} data failed with Exception, please ensure data is in ${format} format: ${why}`,
  )
