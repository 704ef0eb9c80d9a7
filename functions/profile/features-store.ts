/** Profiles the examples of a part: features over the train side alone, labels per side. */
import type { OpenPart } from '../dataset/part-store.ts'
import { type Database, textsOf } from '../duckdb-store.ts'
import { sides } from '../layout.ts'
import type { Project } from '../project.ts'
import { quoteName } from '../quote-sql.ts'
import { listDistinct } from './distinct-store.ts'
import {
  ascendingNumbers,
  ascendingRows,
  type DistinctValues,
  levelsOf,
  type WeightedNumbers,
} from './distinct-values.ts'
import { maxLevels } from './numeric-column.ts'
import type { CategoryColumn, NumericColumn, Profile, SideSummary } from './profile.ts'
import { summariseLevels, summariseNumeric } from './summarise-column.ts'
import { readHashes, readNumbers, readTexts } from './wide-store.ts'

type Features = NonNullable<Profile['features']>

/** Numbers of more distinct values than this are read row by row. */
const listedNumbers = 16_384

/** Unlabelled examples teach nothing and are not in the features' profile. */
const train = `(SELECT * FROM examples WHERE side = 'train' AND label IS NOT NULL)`

/** Needs the table `examples`. */
export async function profileExamples({ database }: OpenPart, project: Project): Promise<Features> {
  const summaries = await summariseSides(database)
  const { rows = 0, unlabelled = 0 } = summaries.get('train') ?? {}
  const labelled = rows - unlabelled
  const listed = await listDistinct(
    database,
    project.features.map(({ name, kind }) => ({
      cell: quoteName(name),
      ...(kind === 'numeric'
        ? { text: 'CAST(NULL AS VARCHAR)', number: 'v', limit: listedNumbers }
        : { limit: maxLevels }),
    })),
    { table: train, rowNumber: '0' },
  )
  const columns: [string, Features['columns'][string]][] = []
  for (const [place, { name, kind }] of project.features.entries())
    columns.push([
      name,
      kind === 'numeric'
        ? await profileNumbers(database, name, labelled, listed[place])
        : await profileLevels(database, name, labelled, listed[place]),
    ])
  return { columns: Object.fromEntries(columns), sides: Object.fromEntries(summaries) }
}

async function summariseSides(database: Database): Promise<Map<string, SideSummary>> {
  const grouped = await database.columns(
    `SELECT side, count(*)::DOUBLE AS n, count(*) FILTER (label > 0.5)::DOUBLE AS positives,
       count(*) FILTER (label IS NULL)::DOUBLE AS unlabelled, coalesce(sum(label), 0)::DOUBLE AS total
     FROM examples GROUP BY side`,
  )
  const names = textsOf(grouped.columns.side)
  return new Map(
    sides.map((side) => {
      const at = names.indexOf(side)
      const answer = (name: string) => (at < 0 ? 0 : Number(grouped.columns[name]?.[at]))
      const [rows, positives] = [answer('n'), answer('positives')]
      return [side, { rows, positives, unlabelled: answer('unlabelled'), sum: answer('total') }]
    }),
  )
}

async function profileNumbers(
  database: Database,
  name: string,
  rows: number,
  distinct: DistinctValues | undefined,
): Promise<NumericColumn> {
  const weighted =
    distinct === undefined ? await weightedRows(database, name, rows) : ascendingNumbers(distinct)
  const [smallestHashes] =
    weighted.values.length > maxLevels ? await readHashes(database, [quoteName(name)], true, train) : []
  const summary = summariseNumeric(weighted, { origin: 0 })
  const base = { unreadable: 0, violations: [], nulls: rows - summary.count }
  return {
    kind: 'numeric',
    type: 'number',
    ...base,
    ...summary,
    ...(smallestHashes === undefined ? {} : { smallestHashes }),
  }
}

async function weightedRows(database: Database, name: string, rows: number): Promise<WeightedNumbers> {
  for await (const values of readNumbers(database, [quoteName(name)], rows, train))
    return ascendingRows(values)
  throw new TypeError('a feature without an answer')
}

async function profileLevels(
  database: Database,
  name: string,
  rows: number,
  distinct: DistinctValues | undefined,
): Promise<CategoryColumn> {
  if (distinct !== undefined) {
    const levels = levelsOf(distinct)
    const count = levels.reduce((sum, [, each]) => sum + each, 0)
    const base = { unreadable: 0, violations: [], nulls: rows - count }
    return {
      kind: 'category',
      type: 'category',
      ...base,
      ...summariseLevels(levels, { count, size: levels.length }),
    }
  }
  const { levels, size, total, smallestHashes } = await readTexts(database, {
    cell: quoteName(name),
    hashes: true,
    table: train,
  })
  const base = { unreadable: 0, violations: [], nulls: rows - total }
  return {
    kind: 'category',
    type: 'category',
    ...base,
    ...summariseLevels(levels, { count: total, size }),
    ...(size > maxLevels ? { smallestHashes } : {}),
  }
}
