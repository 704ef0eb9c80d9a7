/** The second look at an open part: where cells are missing, where outliers stand, odd rows, identifiers, repeated keys. */
import type { OpenPart } from '../dataset/part-store.ts'
import { cellName, typedSql } from '../dataset/typed-columns.ts'
import { numbersOf, textsOf } from '../duckdb-store.ts'
import { assembleExamination, type Gathered } from './assemble-examination.ts'
import { numberSql } from './column-plan.ts'
import { type Examination, keptExtremes, keptKeyHashes } from './examination.ts'
import {
  type ExaminationPlan,
  type ExamineOptions,
  isMostly,
  mixedTypes,
  planExamination,
} from './examination-plan.ts'

export async function examineTable(open: OpenPart, options: ExamineOptions): Promise<Examination> {
  const plan = planExamination(options, open)
  const gathered = {
    sample: await readSample(open, plan),
    blocks: await countBlocks(open, plan),
    beyond: await findBeyond(open, plan),
    texts: await sampleTexts(open, plan),
    mixed: await findMixed(open, plan),
    keys: await repeatedKeys(open, plan),
  }
  return assembleExamination(plan, gathered, options)
}

async function countBlocks(
  { database, rows }: OpenPart,
  { missing: { columns, blocks } }: ExaminationPlan,
): Promise<Gathered['blocks']> {
  if (rows === 0) return []
  const counted = columns.map(({ at }) => `(count(*) - count(${cellName(at)}))::DOUBLE AS m${at}`)
  const answer = await database.columns(
    `SELECT (row_number - 1) * ${blocks} // ${rows} AS block, count(*)::DOUBLE AS n, ${['min(row_number)::DOUBLE AS first', ...counted].join(', ')}
     FROM cells GROUP BY block ORDER BY first`,
  )
  return Array.from({ length: answer.rows }, (_, block) => ({
    first: Number(answer.columns.first?.[block]),
    rows: Number(answer.columns.n?.[block]),
    missing: columns.map(({ at }) => numbersOf(answer.columns[`m${at}`])[block] ?? 0),
  }))
}

async function findBeyond(
  { database }: OpenPart,
  { outliers }: ExaminationPlan,
): Promise<Gathered['beyond']> {
  const found: { values: Float64Array; rows: Float64Array }[] = []
  for (const { column, at, low, high } of outliers) {
    const value = numberSql(column.type, typedSql(column.type, cellName(at)))
    const ends = ['ASC', 'DESC'].map(
      (order) => `(SELECT v, r FROM beyond ORDER BY v ${order}, r LIMIT ${keptExtremes})`,
    )
    // As text, since a literal would be a DECIMAL, which is rounded twice.
    const { columns } = await database.columns(
      `WITH beyond AS MATERIALIZED (SELECT ${value} AS v, row_number::DOUBLE AS r FROM cells
         WHERE ${value} < CAST('${low}' AS DOUBLE) OR ${value} > CAST('${high}' AS DOUBLE))
       SELECT DISTINCT v, r FROM (${ends.join(' UNION ALL ')}) ORDER BY v, r`,
    )
    found.push({ values: numbersOf(columns.v), rows: numbersOf(columns.r) })
  }
  return found
}

async function readSample(
  { database }: OpenPart,
  { sample: { numbers, levels, step } }: ExaminationPlan,
): Promise<Gathered['sample']> {
  const asked = [
    'row_number::DOUBLE AS r',
    ...numbers.map(
      ({ column, at }) => `${numberSql(column.type, typedSql(column.type, cellName(at)))} AS x${at}`,
    ),
    ...levels.map(({ at }) => `${cellName(at)} AS l${at}`),
  ]
  const { columns } = await database.columns(
    `SELECT ${asked.join(', ')} FROM cells WHERE row_number % ${step} = 0`,
  )
  return {
    rows: numbersOf(columns.r),
    numbers: numbers.map(({ at }) => numbersOf(columns[`x${at}`])),
    levels: levels.map(({ at }) => textsOf(columns[`l${at}`])),
  }
}

async function sampleTexts(
  { database, rows }: OpenPart,
  { texts }: ExaminationPlan,
): Promise<Gathered['texts']> {
  if (texts.columns.length === 0 || rows === 0) return []
  const asked = texts.columns.map(({ at }) => cellName(at))
  const { columns } = await database.columns(
    `SELECT ${asked.join(', ')} FROM cells WHERE row_number % ${texts.step} = 0 LIMIT ${texts.rows}`,
  )
  return asked.map((cell) => textsOf(columns[cell]))
}

async function findMixed(
  { database }: OpenPart,
  { mixed: { columns, step } }: ExaminationPlan,
): Promise<Gathered['mixed']> {
  if (columns.length === 0) return []
  const counts = columns.flatMap(({ at }) => [
    `count(${cellName(at)})::DOUBLE AS there${at}`,
    ...mixedTypes.map((type) => `count(${typedSql(type, cellName(at))})::DOUBLE AS ${type}${at}`),
  ])
  const sample = await database.columns(
    `SELECT ${counts.join(', ')} FROM cells WHERE row_number % ${step} = 0`,
  )
  const answer = (name: string) => Number(sample.columns[name]?.[0])
  const found: Gathered['mixed'][number][] = []
  for (const { at } of columns) {
    const type = mixedTypes.find((each) => isMostly(answer(`${each}${at}`), answer(`there${at}`)))
    if (type === undefined) {
      found.push(undefined)
      continue
    }
    const cell = cellName(at)
    const bad = await database.columns(
      `SELECT count(*)::DOUBLE AS n, coalesce(min(row_number), 0)::DOUBLE AS r FROM cells
       WHERE ${cell} IS NOT NULL AND (${typedSql(type, cell)}) IS NULL`,
    )
    found.push({ type, count: Number(bad.columns.n?.[0]), row: Number(bad.columns.r?.[0]) })
  }
  return found
}

async function repeatedKeys({ database }: OpenPart, { keys }: ExaminationPlan): Promise<Gathered['keys']> {
  const found: Gathered['keys'][number][] = []
  for (const { places } of keys) {
    const cells = places.map((at) => `coalesce(${cellName(at)}, chr(30))`).join(', ')
    const { columns } = await database.columns(
      `WITH named AS MATERIALIZED (SELECT substr(md5(concat_ws(chr(31), ${cells})), 1, 16) AS h, row_number AS r FROM cells),
         counted AS MATERIALIZED (SELECT h, count(*) AS n, min(r) AS first FROM named GROUP BY h)
       SELECT h, n::DOUBLE AS n, (SELECT coalesce(sum(n - 1), 0)::DOUBLE FROM counted) AS repeated,
         (SELECT coalesce(min(named.r), 0)::DOUBLE FROM named JOIN counted USING (h) WHERE n > 1 AND named.r > first) AS row
       FROM counted ORDER BY h LIMIT ${keptKeyHashes}`,
    )
    const counts = numbersOf(columns.n)
    found.push({
      repeated: Number(columns.repeated?.[0] ?? 0),
      row: Number(columns.row?.[0] ?? 0),
      hashes: textsOf(columns.h).map((hash, at) => [String(hash), counts[at] ?? 0]),
    })
  }
  return found
}
