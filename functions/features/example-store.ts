/** Reads examples into memory, column by column: from a part by `features.sql`, or from a run's Parquet. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventTimeColumn, extraColumns, yieldsEventTime } from '../dataset/examples-sql.ts'
import { identifiedExamplesSql, runningFeatures } from '../dataset/examples-store.ts'
import type { Part } from '../dataset/part.ts'
import { openPart } from '../dataset/part-store.ts'
import { type Database, numbersOf, openDatabase, textsOf } from '../duckdb-store.ts'
import { RegimenError } from '../errors.ts'
import type { Side } from '../layout.ts'
import { download } from '../object-store.ts'
import type { Project } from '../project.ts'
import { quoteName, quoteText } from '../quote-sql.ts'
import type { Examples } from './examples.ts'

/**
 * The examples of a part, in the order of its rows.
 *
 * @param options.sides only these sides of the split; @default all
 * @throws RegimenError `DatasetUnreadable`, `DatasetChanged`, `InvalidProject`, `FeatureContractBroken` (a row without
 * a key).
 */
export async function readExamples(
  part: Part,
  project: Project,
  options: { sides?: readonly Side[] } = {},
): Promise<Examples> {
  const open = await openPart(part, project.source)
  try {
    const { sides } = options
    const only = sides === undefined ? '' : ` WHERE side IN (${sides.map(quoteText).join(', ')})`
    const examples = `(SELECT * FROM (${identifiedExamplesSql(project, project.split.seed)})${only})`
    return await runningFeatures(project, () => selectExamples(open.database, examples, project))
  } finally {
    await open.close()
  }
}

/** Examples that `transform-part` wrote. */
export async function readExamplesParquet(uri: string, project: Project): Promise<Examples> {
  const directory = await mkdtemp(join(tmpdir(), 'regimen-examples-'))
  const database = await openDatabase()
  try {
    const file = join(directory, 'examples.parquet')
    await download({ uri }, file)
    return await selectExamples(database, `read_parquet(${quoteText(file)})`, project)
  } finally {
    database.close()
    await rm(directory, { recursive: true, force: true })
  }
}

/** @param from a table with the columns of `examples`. */
export async function selectExamples(database: Database, from: string, project: Project): Promise<Examples> {
  const columns = ['entity_id', 'example_key', 'label', ...project.features.map(({ name }) => name)]
  const extras = [...new Set([...project.groups, ...Object.values(project.prediction.fields)])]
  const carried = extraColumns(project)
  const timed = yieldsEventTime(project) ? [eventTimeColumn] : []
  const selected = [...columns, ...carried, ...timed].map(quoteName)
  const numeric = extras.filter((name) =>
    project.features.some((f) => f.name === name && f.kind === 'numeric'),
  )
  // A numeric feature that is a group too is read twice: as a number for the model, as text for its readers.
  const asText = numeric.map((name) => `CAST(${quoteName(name)} AS VARCHAR) AS ${quoteName(textName(name))}`)
  const answer = await database.columns(`SELECT ${[...selected, ...asText].join(', ')} FROM ${from}`)
  const read = (name: string) => answer.columns[name]
  const features = project.features.map(
    ({ name, kind }) => [name, kind === 'numeric' ? numbersOf(read(name)) : textsOf(read(name))] as const,
  )
  return {
    rows: answer.rows,
    entityIds: keys(textsOf(read('entity_id')), 'entity_id'),
    exampleKeys: keys(textsOf(read('example_key')), 'example_key'),
    labels: numbersOf(read('label')),
    ...(timed.length === 0 ? {} : { eventTimes: numbersOf(read(eventTimeColumn)) }),
    features: { rows: answer.rows, columns: Object.fromEntries(features) },
    extra: Object.fromEntries(
      extras.map((name) => [
        name,
        extraValues(name, numeric.includes(name) ? read(textName(name)) : read(name)),
      ]),
    ),
  }
}

const textName = (name: string) => `${name} as text`

const extraValues = (name: string, values: Parameters<typeof textsOf>[0]) =>
  values instanceof Float64Array && name === 'label' ? Array.from(values, labelText) : textsOf(values)

const labelText = (label: number) => (Number.isNaN(label) ? null : String(label))

function keys(values: readonly (string | null)[], column: string): string[] {
  return values.map((value, at) => {
    if (value !== null) return value
    throw new RegimenError('FeatureContractBroken', {
      what: `features.sql yields an example without ${column}`,
      where: `example ${at + 1}`,
      do: 'correct features.sql, or make its source column not nullable',
    })
  })
}
