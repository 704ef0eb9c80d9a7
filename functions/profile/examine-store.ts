/** The second look at an open part: where cells are missing, where outliers stand, odd rows, identifiers, repeated keys. */
import type { OpenPart } from '../dataset/part-store.ts'
import { type CheckedColumn, checkedColumns } from '../dataset/rules-sql.ts'
import { cellName, typedSql } from '../dataset/typed-columns.ts'
import { numbersOf, textsOf } from '../duckdb-store.ts'
import { countIdentifiers, sampledTexts } from '../privacy/detect-identifiers.ts'
import type { SourceColumn } from '../project.ts'
import { codeLevels, correlationRatio, cramersV } from './associations.ts'
import { numberSql } from './column-plan.ts'
import {
  type Block,
  type Examination,
  type Extreme,
  farthest,
  type KeyRepetition,
  keptExtremes,
  keptKeyHashes,
} from './examination.ts'
import { isolatedRows } from './isolated-rows.ts'
import { outliersOf } from './outliers.ts'
import type { Profile } from './profile.ts'
import { distinct } from './quantiles.ts'

export interface ExamineOptions {
  readonly columns: readonly SourceColumn[]
  readonly part: { readonly index: number; readonly firstRow: number }
  /** Of the same rows. */
  readonly profile: Profile
  /** Columns that together name a row. */
  readonly keys: readonly (readonly string[])[]
  /** The part is the whole table: associations are told too, and missing cells in finer blocks. */
  readonly whole?: boolean
  /** Of the isolation forest. */
  readonly seed: number
}

const blocksOfWhole = 40
const leastBlockRows = 100
/** Rows of the sample for what needs several columns of a row at once. */
const sampledRows = 4_096
const sampledNumbers = 50
/** Categories of more levels would mostly be associated by chance. */
const associatedLevels = 20
const associatedColumns = 24
/** Fewer cells are no column of numbers with a few bad ones in it. */
const leastMixed = 30
const readableShare = 0.8

export async function examineTable(open: OpenPart, options: ExamineOptions): Promise<Examination> {
  const checked = checkedColumns(options.columns, open.header)
  const sample = await readSample(open, checked, options)
  return {
    blocks: await countBlocks(open, checked, options),
    extremes: await findExtremes(open, checked, options),
    isolation: {
      sampled: sample.rows.length,
      ...isolatedRows({ part: options.part.index, rows: sample.rows, columns: sample.numbers }, options.seed),
    },
    identifiers: await sampleIdentifiers(open, checked),
    mixed: await findMixed(open, checked, options),
    keys: await repeatedKeys(open, options),
    ...(options.whole === true ? { associations: associate(sample) } : {}),
  }
}

async function countBlocks(
  { database, rows }: OpenPart,
  checked: readonly CheckedColumn[],
  { part, profile, whole = false }: ExamineOptions,
): Promise<Block[]> {
  const holed = checked.filter(({ column: { name } }) => (profile.columns[name]?.nulls ?? 0) > 0)
  const blocks = whole ? Math.max(1, Math.min(blocksOfWhole, Math.floor(rows / leastBlockRows))) : 1
  if (rows === 0) return []
  const counted = holed.map(({ at }) => `(count(*) - count(${cellName(at)}))::DOUBLE AS m${at}`)
  const answer = await database.columns(
    `SELECT (row_number - 1) * ${blocks} // ${rows} AS block, count(*)::DOUBLE AS n, ${['min(row_number)::DOUBLE AS first', ...counted].join(', ')}
     FROM cells GROUP BY block ORDER BY first`,
  )
  return Array.from({ length: answer.rows }, (_, block) => {
    const missing: Record<string, number> = {}
    for (const { column, at } of holed) {
      const count = numbersOf(answer.columns[`m${at}`])[block] ?? 0
      if (count > 0) missing[column.name] = count
    }
    return {
      part: part.index,
      firstRow: part.firstRow + Number(answer.columns.first?.[block]) - 1,
      rows: Number(answer.columns.n?.[block]),
      missing,
    }
  })
}

async function findExtremes(
  { database }: OpenPart,
  checked: readonly CheckedColumn[],
  { part, profile }: ExamineOptions,
): Promise<Record<string, Extreme[]>> {
  const found: Record<string, Extreme[]> = {}
  for (const { column, at } of checked) {
    const summary = profile.columns[column.name]
    if (summary?.kind !== 'numeric') continue
    const outliers = outliersOf(summary)
    if (outliers === null || outliers.count === 0) continue
    const value = numberSql(column.type, typedSql(column.type, cellName(at)))
    const ends = ['ASC', 'DESC'].map(
      (order) => `(SELECT v, r FROM beyond ORDER BY v ${order}, r LIMIT ${keptExtremes})`,
    )
    const { columns } = await database.columns(
      `WITH beyond AS MATERIALIZED (SELECT ${value} AS v, row_number::DOUBLE AS r FROM cells
         WHERE ${value} < ${outliers.low} OR ${value} > ${outliers.high})
       SELECT DISTINCT v, r FROM (${ends.join(' UNION ALL ')}) ORDER BY v, r`,
    )
    const rows = numbersOf(columns.r)
    found[column.name] = farthest(
      Array.from(numbersOf(columns.v), (each, place) => ({
        value: each,
        part: part.index,
        row: rows[place] ?? 1,
      })),
    )
  }
  return found
}

interface Sample {
  readonly rows: Float64Array
  readonly numbers: readonly (readonly [string, Float64Array])[]
  readonly levels: readonly (readonly [string, readonly (string | null)[]])[]
}

/** Rows spread evenly over the part. */
async function readSample(
  { database, rows }: OpenPart,
  checked: readonly CheckedColumn[],
  { profile, whole = false }: ExamineOptions,
): Promise<Sample> {
  const numeric = checked
    .filter(
      ({ column: { name, type } }) =>
        profile.columns[name]?.kind === 'numeric' && (type === 'integer' || type === 'number'),
    )
    .slice(0, sampledNumbers)
  const categories = whole
    ? checked
        .filter(({ column: { name } }) => {
          const summary = profile.columns[name]
          if (summary?.kind !== 'category') return false
          const levels = distinct(summary)
          return levels >= 2 && levels <= associatedLevels
        })
        .slice(0, associatedColumns)
    : []
  const step = Math.max(1, Math.ceil(rows / sampledRows))
  const { columns } = await database.columns(
    `SELECT ${[
      'row_number::DOUBLE AS r',
      ...numeric.map(
        ({ column, at }) => `${numberSql(column.type, typedSql(column.type, cellName(at)))} AS x${at}`,
      ),
      ...categories.map(({ at }) => `${cellName(at)} AS l${at}`),
    ].join(', ')} FROM cells WHERE row_number % ${step} = 0`,
  )
  return {
    rows: numbersOf(columns.r),
    numbers: numeric.map(({ column, at }) => [column.name, numbersOf(columns[`x${at}`])] as const),
    levels: categories.map(({ column, at }) => [column.name, textsOf(columns[`l${at}`])] as const),
  }
}

/** Fractions, times and yes-or-no name nobody; every other column may. */
async function sampleIdentifiers(
  { database, rows }: OpenPart,
  checked: readonly CheckedColumn[],
): Promise<Examination['identifiers']> {
  const asked = checked.filter(({ column: { type } }) => type !== 'boolean')
  if (asked.length === 0 || rows === 0) return {}
  const step = Math.max(1, Math.floor(rows / (2 * sampledTexts)))
  const { columns } = await database.columns(
    `SELECT ${asked.map(({ at }) => cellName(at)).join(', ')} FROM cells WHERE row_number % ${step} = 0 LIMIT ${2 * sampledTexts}`,
  )
  return Object.fromEntries(
    asked.map(({ column, at }) => {
      const texts = new Set(textsOf(columns[cellName(at)]).filter((text) => text !== null))
      return [column.name, countIdentifiers(column.name, [...texts])]
    }),
  )
}

/** Categories that the project does not list the levels of: a few bad cells make one of a column of numbers. */
async function findMixed(
  { database, rows }: OpenPart,
  checked: readonly CheckedColumn[],
  { part, profile }: ExamineOptions,
): Promise<Examination['mixed']> {
  const asked = checked.filter(
    ({ column: { name, levels, type } }) =>
      type === 'category' && levels === undefined && (profile.columns[name]?.count ?? 0) >= leastMixed,
  )
  if (asked.length === 0) return {}
  const types = ['number', 'timestamp'] as const
  const step = Math.max(1, Math.floor(rows / sampledTexts))
  const counts = asked.map(({ at }) =>
    types.map((type) => `count(${typedSql(type, cellName(at))})::DOUBLE AS ${type}${at}`).join(', '),
  )
  const there = asked.map(({ at }) => `count(${cellName(at)})::DOUBLE AS there${at}`)
  const sample = await database.columns(
    `SELECT ${[...counts, ...there].join(', ')} FROM cells WHERE row_number % ${step} = 0`,
  )
  const answer = (name: string) => Number(sample.columns[name]?.[0])
  const found: Examination['mixed'] = {}
  for (const { column, at } of asked) {
    const type = types.find((each) => answer(`${each}${at}`) >= readableShare * answer(`there${at}`))
    if (type === undefined || answer(`there${at}`) === 0) continue
    const cell = cellName(at)
    const { columns } = await database.columns(
      `SELECT count(*)::DOUBLE AS n, coalesce(min(row_number), 0)::DOUBLE AS r FROM cells
       WHERE ${cell} IS NOT NULL AND (${typedSql(type, cell)}) IS NULL`,
    )
    const [count, row] = [Number(columns.n?.[0]), Number(columns.r?.[0])]
    if (count > 0) found[column.name] = { type, count, first: { part: part.index, row } }
  }
  return found
}

async function repeatedKeys(
  { database, header }: OpenPart,
  { keys, part }: ExamineOptions,
): Promise<KeyRepetition[]> {
  const found: KeyRepetition[] = []
  for (const columns of keys) {
    const places = columns.map((name) => header.indexOf(name))
    if (places.includes(-1)) continue
    const cells = places.map((at) => `coalesce(${cellName(at)}, chr(30))`).join(', ')
    const answer = await database.columns(
      `WITH named AS MATERIALIZED (SELECT substr(md5(concat_ws(chr(31), ${cells})), 1, 16) AS h, row_number AS r FROM cells),
         counted AS MATERIALIZED (SELECT h, count(*) AS n, min(r) AS first FROM named GROUP BY h)
       SELECT h, n::DOUBLE AS n, (SELECT coalesce(sum(n - 1), 0)::DOUBLE FROM counted) AS repeated,
         (SELECT coalesce(min(named.r), 0)::DOUBLE FROM named JOIN counted USING (h) WHERE n > 1 AND named.r > first) AS row
       FROM counted ORDER BY h LIMIT ${keptKeyHashes}`,
    )
    const counts = numbersOf(answer.columns.n)
    const row = Number(answer.columns.row?.[0] ?? 0)
    found.push({
      columns: [...columns],
      repeated: Number(answer.columns.repeated?.[0] ?? 0),
      ...(row > 0 ? { first: { part: part.index, row } } : {}),
      hashes: textsOf(answer.columns.h).map((hash, at) => [String(hash), counts[at] ?? 0]),
    })
  }
  return found
}

function associate({ numbers, levels }: Sample): NonNullable<Examination['associations']> {
  const found: NonNullable<Examination['associations']> = []
  const coded = levels.map(([name, texts]) => [name, codeLevels(texts)] as const)
  for (const [at, [name, codes]] of coded.entries()) {
    for (const [other, others] of coded.slice(at + 1)) {
      const value = cramersV(codes, others)
      if (value !== null) found.push({ columns: [name, other], kind: 'cramers-v', value })
    }
    for (const [other, values] of numbers) {
      const value = correlationRatio(codes, values)
      if (value !== null) found.push({ columns: [name, other], kind: 'correlation-ratio', value })
    }
  }
  return found
}
