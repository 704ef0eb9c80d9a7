/** Profiles columns of too many distinct cells to list them. */
import { type Broken, checkColumns } from '../dataset/rules-store.ts'
import { cellName, typedSql } from '../dataset/typed-columns.ts'
import type { Database } from '../duckdb-store.ts'
import { together } from '../together.ts'
import {
  categoryType,
  isPlainText,
  numberSql,
  numericType,
  type PlannedColumn,
  ruleSummary,
  type TableOptions,
} from './column-plan.ts'
import { ascendingRows, type WeightedNumbers } from './distinct-values.ts'
import { maxLevels } from './numeric-column.ts'
import type { ProfileColumn } from './profile.ts'
import { summariseLevels, summariseNumeric } from './summarise-column.ts'
import { countMissing, type Missing, readHashes, readNumbers, readTexts } from './wide-store.ts'

export type WideOptions = Pick<TableOptions, 'part' | 'exact'> & {
  readonly rows: number
  /** Receives a value per row of every numeric column, NaN where there is none. */
  onRows(name: string, rows: Float64Array): void
}

export async function profileWide(
  database: Database,
  wide: readonly PlannedColumn[],
  { rows, part, exact = false, onRows }: WideOptions,
): Promise<Map<PlannedColumn, ProfileColumn>> {
  if (wide.length === 0) return new Map()
  const missing = new Map((await countMissing(database, wide)).map((each, place) => [wide[place], each]))
  const numbers = await readRows(database, wide, { rows, onRows })
  const doubtful = wide.filter((planned) =>
    isDoubtful(planned, rows, missing.get(planned), numbers.get(planned)),
  )
  const broken = new Map(
    (await checkColumns(database, doubtful)).map((each, place) => [doubtful[place], each]),
  )
  const hashes = await readColumnHashes(database, wide, numbers, exact)
  const summarise = async (planned: PlannedColumn): Promise<ProfileColumn> => {
    const found = broken.get(planned) ?? onlyMissing(planned, missing.get(planned))
    const base = ruleSummary(found, part.index)
    const count = rows - found.nulls - found.unreadable
    const { type } = planned.column
    const smallestHashes = hashes.get(planned)
    const counted = numbers.get(planned)
    if (counted !== undefined)
      return {
        ...base,
        kind: 'numeric',
        type: numericType(type),
        ...summariseNumeric(counted, planned.numbers),
        ...(smallestHashes === undefined ? {} : { smallestHashes }),
      }
    if (planned.kind === 'opaque')
      return { ...base, kind: 'opaque', type, count, smallestHashes: smallestHashes ?? [] }
    const texts = await readTexts(database, { cell: cellName(planned.at), hashes: !exact })
    return {
      ...base,
      kind: 'category',
      type: categoryType(type),
      ...summariseLevels(texts.levels, { count, size: texts.size, exact }),
      ...(exact || texts.size <= maxLevels ? {} : { smallestHashes: texts.smallestHashes }),
    }
  }
  const profiles = await together(wide.map(async (planned) => [planned, await summarise(planned)] as const))
  return new Map(profiles)
}

type Numbers = ReadonlyMap<PlannedColumn, WeightedNumbers>

async function readRows(
  database: Database,
  wide: readonly PlannedColumn[],
  { rows, onRows }: Pick<WideOptions, 'rows' | 'onRows'>,
): Promise<Numbers> {
  const numeric = wide.filter(({ kind }) => kind === 'numeric')
  const numbers = new Map<PlannedColumn, WeightedNumbers>()
  let place = 0
  for await (const values of readNumbers(database, numeric.map(typedNumber), rows)) {
    const planned = numeric[place++]
    if (planned === undefined) break
    onRows(planned.column.name, values)
    numbers.set(planned, ascendingRows(values))
  }
  return numbers
}

const typedNumber = ({ column: { type }, at }: PlannedColumn) => numberSql(type, typedSql(type, cellName(at)))

/** Whole numbers beyond this are not told apart as DOUBLE, so that SQL must judge their range. */
const largestTold = Number.MAX_SAFE_INTEGER

/** Whether more than missing cells may be broken: SQL then says which, and where first. */
function isDoubtful(
  { column }: PlannedColumn,
  rows: number,
  missing: Missing | undefined,
  numbers: WeightedNumbers | undefined,
): boolean {
  const { min, max, levels } = column
  const isBounded = min !== undefined || max !== undefined
  if (numbers === undefined) return isBounded || levels !== undefined || !isPlainText(column)
  const { values, counts } = numbers
  const readable = counts.reduce((sum, count) => sum + count, 0)
  if (readable + (missing?.nulls ?? 0) !== rows) return true
  const [least, most] = [values[0], values.at(-1)]
  if (!isBounded || least === undefined || most === undefined) return false
  return (
    least < Math.max(min ?? -largestTold, -largestTold) || most > Math.min(max ?? largestTold, largestTold)
  )
}

function onlyMissing({ column }: PlannedColumn, { nulls, row }: Missing = { nulls: 0, row: 0 }): Broken {
  const violations = nulls > 0 && !column.nullable ? [{ rule: 'null' as const, count: nulls, row }] : []
  return { nulls, unreadable: 0, violations }
}

/** Of opaque columns, and of numbers too many to be listed; those of texts come with their levels. */
async function readColumnHashes(
  database: Database,
  wide: readonly PlannedColumn[],
  numbers: Numbers,
  exact: boolean,
): Promise<Map<PlannedColumn, string[]>> {
  const opaque = wide.filter(({ kind }) => kind === 'opaque')
  const many = exact ? [] : wide.filter((planned) => (numbers.get(planned)?.values.length ?? 0) > maxLevels)
  const cells = opaque.map(({ column, at }) =>
    isPlainText(column)
      ? cellName(at)
      : `CASE WHEN ${typedSql(column.type, cellName(at))} IS NOT NULL THEN ${cellName(at)} END`,
  )
  const ofCells = await readHashes(database, cells, false)
  const ofNumbers = await readHashes(database, many.map(typedNumber), true)
  return new Map([
    ...opaque.map((planned, place) => [planned, ofCells[place] ?? []] as const),
    ...many.map((planned, place) => [planned, ofNumbers[place] ?? []] as const),
  ])
}
