/** Tables of the data bench, made with a seed by DuckDB: the same on every machine. */
import { DuckDBInstance } from '@duckdb/node-api'
import { quoteText } from '../functions/quote-sql.ts'

const normal = 'sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random())'

/** By turns a measurement, a count, a level, a skewed amount with gaps, and an identifier or a time. */
const mixedColumn = (at: number): string => {
  switch (at % 5) {
    case 0:
      return `round(100 + 15 * ${normal}, ${at % 4})`
    case 1:
      return `(random() * ${10 ** (1 + (at % 5))})::INT`
    case 2:
      return `'level-' || (random() * random() * ${5 + ((at * at) % 50)})::INT`
    case 3:
      return 'CASE WHEN random() < 0.7 THEN round(exp(3 * random()), 2) END'
    default:
      return at % 10 === 4
        ? `'id-' || substr(md5(random()::VARCHAR), 1, 8)`
        : `TIMESTAMP '2020-01-01' + to_seconds((random() * 1e8)::BIGINT)`
  }
}

const numericColumn = (at: number): string =>
  at % 3 === 0
    ? `(random() * ${10 ** (1 + (at % 4))})::INT`
    : `round(10 * random() * random() + ${at}, ${(at % 5) + 1})`

export const madeTables = {
  /** 50 columns of every kind, 200 MB. */
  mixed: { columns: 50, rows: 540_000, column: mixedColumn },
  /** 200 numbers, 206 MB. */
  numeric: { columns: 200, rows: 170_000, column: numericColumn },
} as const

export async function makeTable(name: keyof typeof madeTables, file: string): Promise<void> {
  const { columns, rows, column } = madeTables[name]
  const expressions = Array.from({ length: columns }, (_, at) => `${column(at)} AS c${at}`)
  await runSql(
    'SELECT setseed(0.5)',
    `COPY (SELECT ${expressions.join(', ')} FROM range(${rows})) TO ${quoteText(file)} (HEADER)`,
  )
}

/** The diabetes table with later stays, fewer drugs and another mix of ages: what drifts is known. */
export async function shiftDiabetes(from: string, to: string): Promise<void> {
  await runSql(
    `COPY (SELECT * REPLACE (
        CAST(time_in_hospital AS INT) + 2 AS time_in_hospital,
        greatest(1, CAST(num_medications AS INT) - 5) AS num_medications,
        CASE WHEN age IN ('[50-60)', '[60-70)') THEN '[80-90)' ELSE age END AS age)
      FROM read_csv(${quoteText(from)}, all_varchar = true)) TO ${quoteText(to)} (HEADER)`,
  )
}

/** One thread: `random()` answers in an order then. */
async function runSql(...statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  for (const sql of statements) await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}
