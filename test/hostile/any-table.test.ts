import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { maxColumns } from '../../functions/dataset/check-names.ts'
import { RegimenError } from '../../functions/errors.ts'
import { objects } from '../builders/memory-objects.ts'
import { csvOf } from '../builders/project.ts'
import { parquetOf } from './hostile-parquet.ts'
import { linesIndependently, parsedIndependently, readTable, type Table } from './read-table.ts'

vi.mock(
  '../../functions/object-store.ts',
  async () => (await import('../builders/memory-objects.ts')).memoryObjectStore,
)

const signs = ['a', '7', '"', ',', ';', '\t', '|', '\n', '\r', ' ', '=', '\\', '\u00a0', 'é', 'ÿ', '€']
/** Without those that make UTF-8 of a letter before them: what is both is refused. */
const latinSigns = signs.filter((sign) => sign !== '€' && sign !== '\u00a0')
const widerSigns = ['\u202e', '\ufeff', '\u2028', '😀', 'Ж', '漢']
const cellOf = (units: readonly string[]) => fc.string({ unit: fc.constantFrom(...units), maxLength: 6 })

/** A table of one to five columns; of a narrow one no row is all empty, which would be a blank line. */
const tableOf = (units: readonly string[]) =>
  fc.integer({ min: 1, max: 5 }).chain((width) =>
    fc.record({
      header: fc.uniqueArray(fc.stringMatching(/^[a-zé<>"';.]{1,6}$/), {
        minLength: width,
        maxLength: width,
      }),
      rows: fc.array(fc.array(cellOf(units), { minLength: width, maxLength: width }), {
        minLength: 1,
        maxLength: 12,
      }),
    }),
  )

const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16()
const encoders: Readonly<Record<string, (text: string) => Buffer>> = {
  'UTF-8': (text) => Buffer.from(text),
  'UTF-8 with a mark': (text) => Buffer.from(`\ufeff${text}`),
  'UTF-16 LE': (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
  'UTF-16 BE': (text) => swapped(`\ufeff${text}`),
}
const compressors: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  none: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
  'two gzip members': (bytes) => Buffer.concat([gzipSync(bytes.subarray(0, 7)), gzipSync(bytes.subarray(7))]),
  'two zstd frames': (bytes) =>
    Buffer.concat([zstdCompressSync(bytes.subarray(0, 7)), zstdCompressSync(bytes.subarray(7))]),
}
const anyKeyOf = <Value>(table: Readonly<Record<string, Value>>) => fc.constantFrom(...Object.keys(table))
const emptyIsMissing = (rows: readonly (readonly string[])[]) =>
  rows.map((row) => row.map((cell) => (cell === '' ? null : cell)))

/** Every cell in quotes, so that no delimiter but the one meant cuts all rows alike. */
function quotedCsv(
  table: { header: string[]; rows: string[][] },
  delimiter: string,
  newline: string,
): string {
  const line = (cells: readonly string[]) =>
    cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter)
  return [table.header, ...table.rows].map((cells) => line(cells) + newline).join('')
}

/** What became of bytes that may be anything. */
async function outcome(bytes: Buffer): Promise<Table | RegimenError> {
  try {
    const { header, rows } = await readTable(bytes)
    return { header, rows }
  } catch (error) {
    if (error instanceof RegimenError) return error
    throw error
  }
}

describe('any table', () => {
  beforeEach(() => objects.clear())

  it('is read back as it was written, in every dialect, encoding and compression, in parts of any size', async ({
    task,
  }) => {
    const runs = 120
    await fc.assert(
      fc.asyncProperty(
        tableOf([...signs, ...widerSigns]),
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n', '\r'),
        anyKeyOf(encoders),
        anyKeyOf(compressors),
        fc.integer({ min: 1, max: 200 }),
        async (table, delimiter, newline, encoding, compression, partBytes) => {
          const encoded = encoders[encoding]?.(quotedCsv(table, delimiter, newline)) ?? Buffer.alloc(0)
          const bytes = compressors[compression]?.(encoded) ?? Buffer.alloc(0)
          const { header, rows } = await readTable(bytes, partBytes)
          expect(header).toEqual(table.header)
          expect(rows).toEqual(emptyIsMissing(table.rows))
        },
      ),
      { numRuns: runs },
    )
    task.meta.hostile = { parsed: runs, refused: 0 }
  })

  it('is read back from Latin-1', async ({ task }) => {
    const runs = 100
    await fc.assert(
      fc.asyncProperty(tableOf(latinSigns), fc.integer({ min: 1, max: 99 }), async (table, partBytes) => {
        const bytes = Buffer.from(quotedCsv(table, ',', '\n'), 'latin1')
        const { header, rows } = await readTable(bytes, partBytes)
        expect(header).toEqual(table.header)
        expect(rows).toEqual(emptyIsMissing(table.rows))
      }),
      { numRuns: runs },
    )
    task.meta.hostile = { parsed: runs, refused: 0 }
  })

  it('of as many columns as are allowed is read back', async ({ task }) => {
    const header = Array.from({ length: maxColumns }, (_, at) => `c${at}`)
    const rows = Array.from({ length: 40 }, (_, row) => header.map((_, at) => `${row} ${at}`))
    const read = await readTable(Buffer.from(csvOf(rows, { header })), 300_000)
    expect(read.parts).toBeGreaterThan(1)
    expect(read.rows).toEqual(rows)
    task.meta.hostile = { parsed: 1, refused: 0 }
  })

  it('of JSON lines is read as JSON.parse reads it', async ({ task }) => {
    const runs = 100
    const value = fc.oneof(
      fc
        .string({ unit: 'grapheme', maxLength: 8 })
        .map((text) => JSON.stringify(text.replaceAll('\u0000', ''))),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.bigInt().map(String),
      fc.constantFrom('null', 'true', 'false', '1e400', '-0'),
    )
    const record = fc.dictionary(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }).filter((name) => !name.includes('\u0000')),
      value,
      { maxKeys: 4 },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 99 }),
        async (records, partBytes) => {
          fc.pre(records.some((each) => Object.keys(each).length > 0))
          const text = records
            .map(
              (each) =>
                `{${Object.entries(each)
                  .map(([name, cell]) => `${JSON.stringify(name)}: ${cell}`)
                  .join(' ,')}}`,
            )
            .join('\n')
          const { header, rows } = await readTable(Buffer.from(text), partBytes)
          expect({ header, rows }).toEqual(linesIndependently(text))
        },
      ),
      { numRuns: runs },
    )
    task.meta.hostile = { parsed: runs, refused: 0 }
  })
})

/** A sound file with a few bytes changed, left out or put in. */
const damages = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.integer({ min: 0, max: 2 }),
    insert: fc.constantFrom('', '"', '""', ',', '\n', '\r', '\r\n', ' ', 'x', '\ufeff'),
  }),
  { minLength: 1, maxLength: 4 },
)

function damaged(text: string, damage: readonly { at: number; remove: number; insert: string }[]): string {
  let changed = text
  for (const { at, remove, insert } of damage) {
    const place = Math.floor(at * changed.length)
    changed = changed.slice(0, place) + insert + changed.slice(place + remove)
  }
  return changed
}

describe('a damaged file', () => {
  beforeEach(() => objects.clear())

  it('of delimited text is refused, or read as another parser reads it', async ({ task }) => {
    let parsed = 0
    let refused = 0
    const row = fc.array(cellOf(['a', '7', '"', ',', '\n', ' ', 'é']), { minLength: 3, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), damages, async (rows, damage) => {
        const text = damaged(csvOf(rows, { header: ['one', 'two', 'three'] }), damage)
        const read = await outcome(Buffer.from(text))
        if (read instanceof RegimenError) {
          expect(read.name).toMatch(/^Dataset(Unreadable|Empty|SchemaMismatch)$/)
          refused++
        } else {
          expect(read).toEqual(parsedIndependently(text))
          parsed++
        }
      }),
      { numRuns: 300 },
    )
    expect(Math.min(parsed, refused)).toBeGreaterThan(20)
    task.meta.hostile = { parsed, refused }
  })

  it('of compressed text is refused, or read as it was', async ({ task }) => {
    let parsed = 0
    let refused = 0
    const rows = Array.from({ length: 500 }, (_, at) => [String(at), `text ${at * 7919}`])
    const bytes = gzipSync(csvOf(rows, { header: ['a', 'b'] }))
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ flip
        const read = await outcome(changed)
        if (read instanceof RegimenError) refused++
        else {
          expect(read.rows).toEqual(rows)
          parsed++
        }
      }),
      { numRuns: 100 },
    )
    expect(refused).toBeGreaterThan(50)
    task.meta.hostile = { parsed, refused }
  })

  it('of Parquet is refused, or has the rows that it had', async ({ task }) => {
    let parsed = 0
    let refused = 0
    const sound = await parquetOf(
      "SELECT range AS a, 'text ' || range % 9 AS b FROM range(300)",
      'ROW_GROUP_SIZE 2048',
    )
    const byte = fc.record({ at: fc.nat(sound.length - 1), flip: fc.integer({ min: 1, max: 255 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { minLength: 1, maxLength: 3 }), async (bytes) => {
        const changed = Buffer.from(sound)
        for (const { at, flip } of bytes) changed[at] = (changed[at] ?? 0) ^ flip
        const read = await outcome(changed)
        if (read instanceof RegimenError) refused++
        else {
          expect(read.rows.length).toBe(300)
          parsed++
        }
      }),
      { numRuns: 120 },
    )
    expect(refused).toBeGreaterThan(20)
    task.meta.hostile = { parsed, refused }
  })
})
