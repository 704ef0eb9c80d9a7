/** Builders of small tables, settings and CSV files for the tests of the trainer. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { binTable } from '../../../local/training/binned-table.ts'
import { boostingGround } from '../../../local/training/boost-trees.ts'
import { parseHyperparameters, type Settings } from '../../../local/training/hyperparameters.ts'
import { startingMargin, startingScore } from '../../../local/training/intercept.ts'
import { hash32 } from '../../../local/training/random.ts'
import type { Table } from '../../../local/training/read-csv.ts'
import type { Round } from '../../../local/training/rounds.ts'
import { runCrew } from '../../../local/training/run-crew.ts'
import { sharedFloat32 } from '../../../local/training/shared-array.ts'
import { temporaryDirectory } from '../../builders/temporary-directory.ts'

/** @param rows label first; undefined is missing. */
export function tableOf(
  rows: readonly (readonly (number | undefined)[])[],
  weights?: readonly number[],
): Table {
  const columns = (rows[0]?.length ?? 1) - 1
  const values = sharedFloat32(rows.length * columns)
  const labels = sharedFloat32(rows.length)
  for (const [at, [label = Number.NaN, ...cells]] of rows.entries()) {
    labels[at] = label
    for (let column = 0; column < columns; column++)
      values[column * rows.length + at] = cells[column] ?? Number.NaN
  }
  const shared = weights === undefined ? undefined : sharedFloat32(rows.length)
  shared?.set(weights ?? [])
  return { rows: rows.length, columns, values, labels, weights: shared }
}

/** Two one-hot groups (the second with missing rows), two numbers (one with missing values), a constant. */
export function mixedTable(rows: number, seed = 1, options: { readonly classes?: boolean } = {}): Table {
  const random = (row: number, stream: number) => hash32(seed, stream, row) / 2 ** 32
  return tableOf(
    Array.from({ length: rows }, (_, row) => {
      const first = Math.floor(random(row, 1) ** 2 * 6)
      const second = Math.floor(random(row, 2) * 9)
      const number = Math.round(random(row, 3) * 1_000) / 8
      const other = random(row, 4) < 0.2 ? undefined : random(row, 5)
      const effect = [0, 1.5, -1, 0.5, 2, -2][first] ?? 0
      const signal = effect + number / 60 + (other ?? -1) + (second === 3 ? 2 : 0)
      const noisy = signal + 2 * random(row, 6) - 2.5
      const hot = (value: number, levels: number) =>
        Array.from({ length: levels }, (_unused, level) => (value === level ? 1 : 0))
      const groups = [...hot(first, 6), ...hot(second, 7)]
      return [options.classes === false ? noisy : noisy > 0 ? 1 : 0, ...groups, number, other, 7]
    }),
  )
}

export function settingsOf(
  given: Readonly<Record<string, string | number>> = {},
  validation = false,
): Settings {
  const text = Object.entries({ objective: 'binary:logistic', num_round: 10, ...given })
  const strings = Object.fromEntries(text.map(([name, value]) => [name, String(value)]))
  return parseHyperparameters(strings, { validation }).settings
}

export interface Trial {
  readonly validation?: Table
  readonly threads?: number
  readonly bundling?: boolean
}

export async function grow(
  table: Table,
  settings: Settings,
  { validation, threads = 1, bundling }: Trial = {},
) {
  const margin = startingMargin(startingScore(table, settings), settings)
  const binned = binTable(table, settings.maxBin, bundling === undefined ? {} : { bundling })
  const rounds: Round[] = []
  const ground = boostingGround(table, validation, binned, settings, margin, threads)
  const boosted = await runCrew(ground, threads, (round) => rounds.push(round))
  return { ...boosted, rounds, binned, margin }
}

/** A new directory with the given files. */
export function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory('trainer')
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return directory
}

export function csvOf({ rows, columns, values, labels }: Table): string {
  const cell = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? '' : String(value)
  const line = (row: number) =>
    [labels[row], ...Array.from({ length: columns }, (_, column) => values[column * rows + row])]
      .map(cell)
      .join(',')
  return `${Array.from({ length: rows }, (_, row) => line(row)).join('\n')}\n`
}
