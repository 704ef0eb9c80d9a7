/** What the built-in algorithm would fail on, found before training starts. */
import { RegimenError } from '../../functions/errors.ts'
import type { Settings } from './hyperparameters.ts'
import { objectiveOf } from './objective.ts'
import type { Table } from './read-csv.ts'

/**
 * @param channel names the table in messages: `train` or `validation`.
 * @throws RegimenError `TrainingDataUnusable`; names channel, column and row, no value of a row.
 */
export function checkTable(table: Table, channel: string, settings: Settings): void {
  const { rows, labels, weights } = table
  const { labels: domain, classes } = objectiveOf(settings.objective)
  for (let row = 0; row < rows; row++) {
    const label = labels[row] as number
    if (Number.isFinite(label) && domain.holds(label)) continue
    refuse(channel, 'a label is unusable', `row ${row + 1}`, {
      got: Number.isNaN(label) ? 'a missing label' : 'a label out of range',
      expected: `${domain.rule} for ${settings.objective}`,
      do: 'the label is the first column; leave out rows without one',
    })
  }
  for (let row = 0; row < rows && weights !== undefined; row++) {
    if ((weights[row] as number) >= 0) continue
    refuse(channel, 'a weight is unusable', `row ${row + 1}`, {
      expected: 'a weight of 0 or more in the second column (csv_weights=1)',
    })
  }
  if (weights !== undefined && !weights.some((weight) => weight > 0)) {
    refuse(channel, 'every row has weight 0', undefined, { expected: 'at least one positive weight' })
  }
  const ranked = settings.evalMetrics.some((metric) => metric === 'auc' || metric === 'aucpr')
  const needed = channel === 'train' || (classes && ranked)
  if (needed && isConstant(labels)) {
    refuse(channel, classes ? 'only one class is present' : 'the label is constant', undefined, {
      got: 'one distinct label',
      expected: classes ? 'rows of both classes, 0 and 1' : 'at least two distinct labels',
    })
  }
}

/** @throws RegimenError `TrainingDataUnusable` when no column holds two different values (missing counts as one). */
export function checkVariation({ rows, columns, values }: Table): void {
  for (let column = 0; column < columns; column++) {
    if (!isConstant(values.subarray(column * rows, (column + 1) * rows))) return
  }
  refuse('train', 'every feature is constant', undefined, {
    got: `${columns} features with one value each in ${rows} rows`,
    expected: 'at least one feature with two values',
  })
}

/** @throws RegimenError `TrainingDataUnusable`. */
export function checkSameColumns(train: Table, validation: Table): void {
  if (train.columns === validation.columns) return
  refuse('validation', 'the channels differ in their number of features', undefined, {
    got: String(validation.columns),
    expected: `${train.columns}, as in channel train`,
  })
}

function isConstant(values: Float32Array): boolean {
  const first = values[0]
  return first === undefined || values.every((value) => Object.is(value, first))
}

function refuse(
  channel: string,
  what: string,
  where: string | undefined,
  rest: { got?: string; expected?: string; do?: string },
): never {
  const place = where === undefined ? `channel ${channel}` : `channel ${channel}, ${where}`
  throw new RegimenError('TrainingDataUnusable', { what, where: place, ...rest })
}
