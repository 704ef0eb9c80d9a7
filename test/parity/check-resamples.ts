/** False alarms and power of the drift rule in full: 100 seeded resamples of each size, of the real tables and of hard ones. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { CodedTable } from '../functions/drift/coded-table.ts'
import { readCoded } from '../functions/drift/coded-table.ts'
import { hardColumns } from '../functions/drift/hard-columns.ts'
import { falseAlarms, power } from '../functions/drift/resampling.ts'
import type { Reckoning } from './reckoning.ts'

const sizes = [500, 1_000, 5_000]
const tables = [
  { name: 'diabetes', file: 'diabetic_data.csv.gz', missing: ['?'] },
  { name: 'bike sharing', file: 'bike_sharing_hour.csv.gz', missing: [] },
]
/** Most columns of one population that may be called drifted, of all. */
const falseRate = 0.005
/** Moves of 0.3 deviations or 0.15 of total variation that may be missed at 1,000 rows, of 100. */
const missRate = 0.05

/** @param data folder of the tables; absent ones are skipped. */
export function checkResamples(data: string, full: boolean, reckoning: Reckoning, seed = 20_260_301): void {
  const resamples = full ? 100 : 20
  for (const { name, file, missing } of tables) {
    const path = join(data, file)
    if (existsSync(path)) checkTable(name, readCoded(path, missing), resamples, seed, reckoning)
    else reckoning.skip(`resamples of ${name}`, `no ${file}`)
  }
  checkTable('hard columns', hardColumns(20_000, seed), resamples, seed, reckoning)
}

function checkTable(
  name: string,
  table: CodedTable,
  resamples: number,
  seed: number,
  reckoning: Reckoning,
): void {
  const asked = { table, seed, resamples }
  for (const rows of sizes) {
    const { rate, found, columns, unsure } = falseAlarms(asked, rows)
    const named = Object.entries(found).map(([column, count]) => `${column} ${count}`)
    print(`${name}, ${rows} rows: ${(100 * rate).toFixed(3)} % of ${columns} columns falsely drifted`, [
      ...named,
      ...(unsure > 0 ? [`${unsure} withheld`] : []),
    ])
    reckoning.check(`${name}, ${rows} rows`, { 'drift: false alarms': { worst: rate, limit: falseRate } })
    const diagnoses = ['diag_1', 'diag_2', 'diag_3'].reduce((sum, column) => sum + (found[column] ?? 0), 0)
    reckoning.check(`${name}, ${rows} rows`, {
      'drift: false alarms of 700 levels': { worst: diagnoses, limit: 0 },
    })
  }
  const tried = power(asked, 1_000)
  for (const { name: column, change, found } of tried)
    reckoning.check(`${name}: ${column} ${change}`, {
      'drift: moves of one column missed': { worst: (resamples - found) / resamples, limit: missRate },
    })
  const missed = tried.filter(({ found }) => found < resamples)
  const others = tried.reduce((sum, each) => sum + each.others, 0)
  print(
    `${name}, moves of one column in 1,000 rows: ${tried.length} kinds, ${others} other columns named in ${tried.length * resamples} batches`,
    missed.map(({ name: column, change, found }) => `${column} ${change} ${found}/${resamples}`),
  )
}

const print = (line: string, details: readonly string[]) =>
  process.stderr.write(`    ${line}${details.length === 0 ? '' : ` (${details.join(', ')})`}\n`)
