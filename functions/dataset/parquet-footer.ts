/**
 * The footer of a Parquet file: its columns, where its row groups lie, and the footer of a file with some of them only.
 *
 * Source of the field numbers: apache/parquet-format, src/main/thrift/parquet.thrift.
 */
import { readThrift, type ThriftStruct, thriftInteger, thriftListHeader } from './compact-thrift.ts'

export const parquetMagic = Buffer.from('PAR1')

export interface RowGroup {
  readonly rows: number
  /** Where its pages lie in the file, end exclusive. */
  readonly byteStart: number
  readonly byteEnd: number
}

export interface ParquetFooter {
  /** Without the numbers of rows that pandas writes behind them. */
  readonly columns: readonly { name: string; nested: boolean }[]
  readonly rowGroups: readonly RowGroup[]
  /** The footer of a file that holds these row groups alone, at the places where they lie now. */
  of(rowGroups: readonly number[]): Buffer
}

/** What a footer cannot be; its message names no value. */
export class FooterFault extends Error {
  override readonly name = 'FooterFault'
}

/**
 * @param bytes the thrift structure, without length and magic. @param fileBytes length of the file.
 * @throws FooterFault when it is none, or speaks of places that the file does not have.
 */
export function readParquetFooter(bytes: Uint8Array, fileBytes: number): ParquetFooter {
  const file = parsed(bytes)
  const groups = listOf(file, 4)
  const rowGroups = groups.items.map(({ value }) => rowGroupOf(structOf(value), fileBytes))
  return {
    columns: withoutRowNumbers(columnsOf(file), file),
    rowGroups,
    of(chosen) {
      const items = chosen.map((index) => groups.items[index])
      const rows = chosen.reduce((sum, index) => sum + (rowGroups[index]?.rows ?? 0), 0)
      const [count, list] = [file.fields.get(3), file.fields.get(4)]
      if (count === undefined || list === undefined || count.start > list.start || items.includes(undefined))
        throw new FooterFault('has its fields in another order')
      return Buffer.concat([
        bytes.subarray(0, count.start),
        Buffer.from(thriftInteger(BigInt(rows))),
        bytes.subarray(count.end, list.start),
        Buffer.from(thriftListHeader(items.length, groups.elementType)),
        ...items.map((item) => bytes.subarray(item?.start, item?.end)),
        bytes.subarray(list.end),
      ])
    },
  }
}

function parsed(bytes: Uint8Array): ThriftStruct {
  try {
    return readThrift(bytes)
  } catch (error) {
    throw new FooterFault('is no Thrift structure', { cause: error })
  }
}

/** The schema is a tree in one list: each element says how many children follow. */
function columnsOf(file: ThriftStruct): { name: string; nested: boolean }[] {
  const elements = listOf(file, 2).items.map(({ value }) => structOf(value))
  const columns: { name: string; nested: boolean }[] = []
  const after = (at: number): number => {
    const element = elements[at]
    if (element === undefined) throw new FooterFault('has a schema that ends too early')
    let next = at + 1
    for (let child = 0; child < childrenOf(element); child++) next = after(next)
    return next
  }
  const [root] = elements
  let at = 1
  for (let child = 0; root !== undefined && child < childrenOf(root); child++) {
    const element = elements[at]
    const name = element?.fields.get(4)?.value
    if (element === undefined || !(name instanceof Uint8Array))
      throw new FooterFault('has a column without a name')
    const repeated = element.fields.get(3)?.value === 2n
    columns.push({ name: Buffer.from(name).toString('utf8'), nested: repeated || childrenOf(element) > 0 })
    at = after(at)
  }
  if (at !== elements.length) throw new FooterFault('has a schema that does not end where it should')
  return columns
}

/**
 * An index without a name is pandas' own count of rows, no column of the table: it stands behind the columns and is named
 * in the writer's note (`index_columns`, pandas.pydata.org/docs/development/developer.html). One with a name is data.
 */
function withoutRowNumbers<Column extends { name: string }>(
  columns: readonly Column[],
  file: ThriftStruct,
): readonly Column[] {
  if (!/^__index_level_\d+__$/.test(columns.at(-1)?.name ?? '')) return columns
  const index = new Set(pandasIndex(file))
  const last = columns.findLastIndex(({ name }) => !(index.has(name) && /^__index_level_\d+__$/.test(name)))
  return last < 0 ? columns : columns.slice(0, last + 1)
}

function pandasIndex(file: ThriftStruct): readonly unknown[] {
  if (!file.fields.has(5)) return []
  for (const { value } of listOf(file, 5).items) {
    const [key, note] = [1, 2].map((field) => structOf(value).fields.get(field)?.value)
    if (!(key instanceof Uint8Array && note instanceof Uint8Array)) continue
    if (Buffer.from(key).toString('utf8') === 'pandas')
      return indexColumnsOf(Buffer.from(note).toString('utf8'))
  }
  return []
}

function indexColumnsOf(note: string): readonly unknown[] {
  try {
    const document: unknown = JSON.parse(note)
    const named = typeof document === 'object' && document !== null && 'index_columns' in document
    return named && Array.isArray(document.index_columns) ? document.index_columns : []
  } catch {
    // A note that cannot be read names no index.
    return []
  }
}

const childrenOf = (element: ThriftStruct) => {
  const children = element.fields.get(5)?.value
  return typeof children === 'bigint' ? Number(children) : 0
}

function rowGroupOf(group: ThriftStruct, fileBytes: number): RowGroup {
  const rows = integerOf(group, 3)
  // A writer of an empty table may leave a group of no rows, whose columns have no pages.
  if (rows === 0) return { rows, byteStart: 0, byteEnd: 0 }
  let byteStart = Number.POSITIVE_INFINITY
  let byteEnd = 0
  for (const { value } of listOf(group, 1).items) {
    const chunk = structOf(value)
    const data = chunk.fields.get(3)?.value
    if (chunk.fields.has(1) || data === undefined) throw new FooterFault('keeps columns in another file')
    const column = structOf(data)
    const page = integerOf(column, 9)
    const dictionary = column.fields.has(11) ? integerOf(column, 11) : 0
    const start = dictionary > 0 && dictionary < page ? dictionary : page
    const end = start + integerOf(column, 7)
    if (start < parquetMagic.length || end > fileBytes) throw new FooterFault('names pages beyond the file')
    byteStart = Math.min(byteStart, start)
    byteEnd = Math.max(byteEnd, end)
  }
  return { rows, byteStart: Math.min(byteStart, byteEnd), byteEnd }
}

function integerOf(struct: ThriftStruct, field: number): number {
  const value = struct.fields.get(field)?.value
  if (typeof value !== 'bigint' || value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new FooterFault(`has no sound number in field ${field}`)
  return Number(value)
}

function listOf(struct: ThriftStruct, field: number) {
  const value = struct.fields.get(field)?.value
  if (typeof value !== 'object' || value instanceof Uint8Array || value.kind !== 'list')
    throw new FooterFault(`has no list in field ${field}`)
  return value
}

function structOf(value: unknown): ThriftStruct {
  const struct = value as ThriftStruct | null
  if (typeof struct !== 'object' || struct === null || struct.kind !== 'struct')
    throw new FooterFault('holds something else than a structure')
  return struct
}
