/** Reads a file as every stage does, and as an independent parser does. */
import { parse } from 'csv-parse/sync'
import { openPart } from '../../functions/dataset/part-store.ts'
import { planSource } from '../../functions/dataset/plan-store.ts'
import { textsOf } from '../../functions/duckdb-store.ts'
import { columnSchema, type Project } from '../../functions/project.ts'
import { objects } from '../builders/memory-objects.ts'
import { parcelsProject } from '../builders/project.ts'

export interface Table {
  readonly header: readonly string[]
  /** An empty cell and a missing one are the same: null. */
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Takes any columns: the one that it knows is known only later. */
const anyTable: Project['source'] = {
  ...parcelsProject().source,
  columns: [columnSchema.parse({ name: 'never there', type: 'category', nullable: true, outcome: true })],
  nullTokens: [],
  extraColumns: 'ignore',
}

export const hostileUri = 's3://b/hostile/table with space+%41é.csv'

/** Plans the bytes as an object, and reads its parts one after the other. */
export async function readTable(
  bytes: Buffer,
  partBytes = Number.MAX_SAFE_INTEGER,
): Promise<Table & { parts: number }> {
  objects.set(hostileUri, bytes)
  const { parts, rows: planned } = await planSource(hostileUri, anyTable, 'inference', partBytes)
  const rows: (string | null)[][] = []
  for (const part of parts) {
    const open = await openPart(JSON.parse(JSON.stringify(part)), anyTable)
    try {
      // DuckDB's library drops a byte order mark at the start of a text that it hands out, so another character leads.
      const guarded = open.header.map((_, at) => `'.' || c${at} AS c${at}`)
      const { columns } = await open.database.columns(
        `SELECT ${guarded.join(', ')} FROM cells ORDER BY row_number`,
      )
      const cells = open.header.map((_, at) => textsOf(columns[`c${at}`]))
      if (part.firstRow !== rows.length)
        throw new Error(`part ${part.index} does not begin where the last ended`)
      for (let at = 0; at < open.rows; at++) rows.push(cells.map((column) => column[at]?.slice(1) ?? null))
    } finally {
      await open.close()
    }
  }
  if (rows.length !== planned) throw new Error(`${rows.length} rows read, ${planned} planned`)
  return { header: parts[0]?.header ?? [], rows, parts: parts.length }
}

/** What csv-parse makes of a text: RFC 4180, any line end, blank lines left out of tables of several columns. */
export function parsedIndependently(text: string, delimiter = ','): Table {
  const options = {
    delimiter,
    bom: true,
    relax_quotes: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: 0,
  }
  const [first] = parse(text, { ...options, skip_empty_lines: true, to: 1 })
  const records: string[][] = parse(text, { ...options, skip_empty_lines: (first?.length ?? 0) > 1 })
  const [header = [], ...rows] = records
  return {
    header: header.map((name) => name.trim()),
    rows: rows.map((row) => row.map((cell) => (cell === '' ? null : cell))),
  }
}

/** What `JSON.parse` makes of each line; numbers as the line writes them. */
export function linesIndependently(text: string): Table {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const records = lines.map((line) => {
    const sources = new Map<string, string | null>()
    JSON.parse(line, (key, value: unknown, context?: { source?: string }) => {
      if (typeof value !== 'object' || value === null)
        sources.set(key, value === null ? null : typeof value === 'string' ? value : (context?.source ?? ''))
      return value
    })
    return sources
  })
  const header = [...new Set(records.flatMap((record) => [...record.keys()]))]
  return { header, rows: records.map((record) => header.map((name) => record.get(name) || null)) }
}
