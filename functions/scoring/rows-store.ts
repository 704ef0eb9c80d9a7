/** Rows that came with a request as the examples that a batch would make of them: the same cells, the same SQL. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkHeader } from '../dataset/check-header.ts'
import { identifiedExamplesSql, runningFeatures } from '../dataset/examples-store.ts'
import { type OpenPart, openCells } from '../dataset/part-store.ts'
import { checkedColumns, distinctCellsSql, ruleMeanings, rules, rulesSql } from '../dataset/rules-sql.ts'
import { cellLine } from '../dataset/write-cells.ts'
import { RegimenError } from '../errors.ts'
import { selectExamples } from '../features/example-store.ts'
import type { Examples } from '../features/examples.ts'
import type { Project } from '../project.ts'

/** Column of the source to its value. */
export type Row = Readonly<Record<string, string | number | boolean | null>>

/**
 * Every row must keep the schema contract: a batch may tolerate a share of broken cells, a single answer has no share.
 *
 * @param rows at least one
 * @throws RegimenError `DatasetSchemaMismatch` naming column, row (from 1) and rule, never a value; `InvalidProject`,
 * `FeatureContractBroken` (a row without a key).
 */
export async function examplesOfRows(rows: readonly Row[], project: Project): Promise<Examples> {
  const { columns, nullTokens } = project.source
  for (const [at, row] of rows.entries())
    checkHeader(Object.keys(row), project.source, 'inference', `row ${at + 1} of the request`)
  const header = columns.map(({ name }) => name)
  const directory = await mkdtemp(join(tmpdir(), 'regimen-rows-'))
  try {
    const file = join(directory, 'rows.csv')
    const lines = rows.map((row, at) => cellLine(header.map((name) => cellOf(row, name, at))))
    await writeFile(file, lines.join(''))
    const source = { file, format: 'csv', header, hasHeader: false, nullTokens } as const
    const open = await openCells(source, { directory, where: 'the request', columns, rows: rows.length })
    try {
      await requireRows(open, project)
      const examples = `(${identifiedExamplesSql(project, project.split.seed)})`
      return await runningFeatures(project, () => selectExamples(open.database, examples, project))
    } finally {
      await open.close()
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function cellOf(row: Row, name: string, at: number): string | null {
  const value = Object.hasOwn(row, name) ? row[name] : undefined
  if (value === null || value === undefined) return null
  // JSON as JavaScript reads it has lost the last digits of such a number.
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    throw mismatch(name, at + 1, 'a whole number beyond 2^53', 'write it as a text')
  if (typeof value === 'string' && value.includes('\0'))
    throw mismatch(name, at + 1, 'a text with the character NUL', 'leave the character out')
  return String(value)
}

async function requireRows({ database, header }: OpenPart, { source, entityKey }: Project): Promise<void> {
  const checked = checkedColumns(source.columns, header).filter(
    // What is known only later is not judged before.
    ({ column }) => !column.outcome,
  )
  const selects = checked.map(({ column, at }) =>
    rulesSql(
      // A row without its entity would have no example, and its sender no answer.
      column.name === entityKey ? { ...column, nullable: false } : column,
      `(${distinctCellsSql(at, column.type)})`,
    ),
  )
  const found = await database.columns(selects.join('\nUNION ALL\n'))
  const broken = checked.flatMap(({ column }, place) =>
    rules.flatMap((rule) => {
      const row = Number(found.columns[`${rule}_row`]?.[place])
      return row > 0 ? [{ column: column.name, rule, row }] : []
    }),
  )
  const first = broken.reduce<(typeof broken)[number] | undefined>(
    (least, one) => (least === undefined || one.row < least.row ? one : least),
    undefined,
  )
  if (first !== undefined)
    throw mismatch(
      first.column,
      first.row,
      `a cell that is ${ruleMeanings[first.rule]}`,
      'correct the row and send the request again',
    )
}

const mismatch = (column: string, row: number, what: string, remedy: string) =>
  new RegimenError('DatasetSchemaMismatch', {
    what: `column ${JSON.stringify(column)} has ${what}`,
    where: `row ${row} of the request`,
    do: remedy,
  })
