import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openPart } from '../../../functions/dataset/part-store.ts'
import { planSource } from '../../../functions/dataset/plan-store.ts'
import { textsOf } from '../../../functions/duckdb-store.ts'
import { objects } from '../../builders/memory-objects.ts'
import { csvOf, parcelHeader, parcelRow, parcels, parcelsProject } from '../../builders/project.ts'

vi.mock(
  '../../../functions/object-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)

const { source } = parcelsProject()
const uri = 's3://b/parcels/data.csv'
const put = (body: Buffer | string, at = uri) => objects.set(at, Buffer.from(body))
const plan = (partBytes = 2_048, purpose: 'training' | 'inference' = 'training', at = uri) =>
  planSource(at, source, purpose, partBytes)

/** Every cell as text, part after part. */
async function readBack(partBytes?: number) {
  const { parts } = await plan(partBytes)
  const rows: (string | null)[][] = []
  for (const part of parts) {
    const open = await openPart(part, source)
    const { columns } = await open.database.columns(
      'SELECT * EXCLUDE (row_number) FROM cells ORDER BY row_number',
    )
    const cells = open.header.map((_, at) => textsOf(columns[`c${at}`]))
    for (let at = 0; at < open.rows; at++) rows.push(cells.map((column) => column[at] ?? null))
    await open.close()
  }
  return rows
}

const expected = (rows: readonly (readonly string[])[]) =>
  rows.map((row) => row.map((cell) => (cell === '' || cell === '?' ? null : cell)))

describe('the partition plan', () => {
  beforeEach(() => objects.clear())

  it('cuts a file into parts that together hold every row once, in order', async () => {
    const rows = Array.from({ length: 300 }, (_, at) => parcelRow(at))
    put(csvOf(rows))
    const { parts } = await plan()
    expect(parts.length).toBeGreaterThan(5)
    expect(await readBack()).toEqual(expected(rows))
  })

  it('reads back any cells, however quoted, in parts of any size', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', ',', '\n', '\r', ';', ' ', 'é', '€'),
      maxLength: 5,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 8 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 400 }),
        async (carriers, newline, partBytes) => {
          const rows = carriers.map((carrier, at) => parcelRow(at, { carrier }))
          put(csvOf(rows, { newline }))
          expect(await readBack(partBytes)).toEqual(expected(rows))
        },
      ),
      { numRuns: 100 },
    )
  })

  const rows = Array.from({ length: 40 }, (_, at) => parcelRow(at, { carrier: 'Zoë' }))
  const text = csvOf(rows)
  const swapped = Buffer.from(`\ufeff${text}`, 'utf16le').swap16()
  it.each<[string, Buffer]>([
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 little endian', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16 little endian without a mark', Buffer.from(text, 'utf16le')],
    ['UTF-16 big endian', swapped],
    ['Latin-1', Buffer.from(text, 'latin1')],
    ['gzip', gzipSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['gzip of UTF-16', gzipSync(Buffer.from(`\ufeff${text}`, 'utf16le'))],
    ['no final line break', Buffer.from(text.trimEnd())],
    ['line ends of both kinds', Buffer.from(text.replace('\n', '\r\n'))],
    ['semicolons', Buffer.from(csvOf(rows, { delimiter: ';' }))],
    ['tabs', Buffer.from(csvOf(rows, { delimiter: '\t' }))],
    ['bars', Buffer.from(csvOf(rows, { delimiter: '|' }))],
    [
      'newline-delimited JSON',
      Buffer.from(
        rows
          .map((row) => JSON.stringify(Object.fromEntries(row.map((cell, at) => [parcelHeader[at], cell]))))
          .join('\n'),
      ),
    ],
  ])('reads %s', async (_, body) => {
    put(body)
    expect(await readBack()).toEqual(expected(rows))
  })

  it('plans every file below a prefix, and counts rows per file', async () => {
    put(parcels(10), 's3://b/parcels/in/a.csv')
    put(parcels(20), 's3://b/parcels/in/b.csv')
    put('', 's3://b/parcels/in/_SUCCESS')
    const { parts, rows: counted } = await plan(1_000_000, 'training', 's3://b/parcels/in/')
    expect(counted).toBe(30)
    expect(parts.map((part) => [part.index, part.uri, part.firstRow, part.rows])).toEqual([
      [0, 's3://b/parcels/in/a.csv', 0, 10],
      [1, 's3://b/parcels/in/b.csv', 0, 20],
    ])
  })

  it('takes parts without a row for none, whatever they are, unless no part has one', async () => {
    const at = 's3://b/parcels/parts/'
    put(csvOf([]), `${at}0.csv`)
    put('', `${at}1.csv`)
    put(gzipSync(csvOf([])), `${at}2.csv.gz`)
    await expect(plan(2_048, 'training', at)).rejects.toMatchObject({
      name: 'DatasetEmpty',
      message: `the file has a header and no rows, ${at}0.csv: upload a file with rows`,
    })
    put(parcels(20), `${at}3.csv`)
    put(parcels(20), `${at}_old/4.csv`)
    put(parcels(20), `${at}year/.5.csv`)
    put(parcels(5), `${at}year/6.csv`)
    const { files, rows } = await plan(2_048, 'training', at)
    expect([rows, files.map((file) => file.uri)]).toEqual([25, [`${at}3.csv`, `${at}year/6.csv`]])
    put('a,b\n', `${at}7.csv`)
    expect((await plan(2_048, 'training', at)).rows).toBe(25)
    put('a,b\n1,2\n', `${at}8.csv`)
    await expect(plan(2_048, 'training', at)).rejects.toMatchObject({ name: 'DatasetSchemaMismatch' })
  })

  it('keeps one origin per numeric column for all parts', async () => {
    put(parcels(300))
    const { parts } = await plan()
    expect(new Set(parts.map(({ shifts }) => JSON.stringify(shifts))).size).toBe(1)
    expect(parts[0]?.shifts?.weight).toBeCloseTo(25, 0)
  })

  it('refuses a column that the contract does not know, unless the project says that such columns are ignored', async () => {
    put(csvOf([[...parcelRow(1), 'red']], { header: [...parcelHeader, 'colour'] }))
    await expect(plan()).rejects.toThrow(
      `column "colour" unknown to the schema contract, ${uri}: expected the 9 columns of the project's schema contract, ` +
        'and no others; leave them out of the file, or name them in source.columns of the project ' +
        '(source.extraColumns can say "ignore")',
    )
    const { source } = parcelsProject()
    const lenient = await planSource(uri, { ...source, extraColumns: 'ignore' }, 'training', 1_000)
    expect(lenient.ignored).toEqual(['colour'])
  })

  it('lets a batch to be scored lack the outcome', async () => {
    const header = parcelHeader.slice(0, -1)
    put(csvOf([parcelRow(1).slice(0, -1)], { header }))
    expect((await plan(1_000, 'inference')).rows).toBe(1)
    put(csvOf([parcelRow(1)], { header: [...header, 'colour'] }))
    await expect(plan()).rejects.toThrow(
      `column "late" missing, ${uri}: got instead "colour"; expected the 9 columns of the project's schema contract; ` +
        'rename or add the columns in the file, or correct source.columns of the project',
    )
  })

  // Feature: mlops-platform, Property 37: Dataset validation before processing
  it('refuses any file that lacks a column or whose rows do not fit, before a part is planned', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 8 }),
        fc.constantFrom('renamed', 'duplicate', 'short row', 'long row', 'NUL'),
        fc.integer({ min: 0, max: 19 }),
        async (column, fault, row) => {
          const header = [...parcelHeader]
          const table = Array.from({ length: 20 }, (_, at) => parcelRow(at))
          if (fault === 'renamed') header[column] = 'unknown'
          if (fault === 'duplicate') header[column] = header[(column + 1) % 9] as string
          if (fault === 'short row') table[row]?.splice(column, 1)
          if (fault === 'long row') table[row]?.splice(column, 0, 'x')
          if (fault === 'NUL') table[row]?.splice(column, 1, 'a\u0000b')
          put(csvOf(table, { header }))
          const name =
            fault === 'renamed' || fault === 'duplicate' ? 'DatasetSchemaMismatch' : 'DatasetUnreadable'
          const where = name === 'DatasetUnreadable' ? `row ${row + 1}, column ` : ''
          await expect(plan()).rejects.toMatchObject({ name, message: expect.stringContaining(where) })
        },
      ),
      { numRuns: 100 },
    )
  })

  it.each([
    ['DatasetEmpty', ''],
    ['DatasetEmpty', `${parcelHeader.join(',')}\n`],
    ['DatasetUnreadable', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0])],
    ['DatasetUnreadable', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10])],
    ['DatasetUnreadable', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6])],
    ['DatasetUnreadable', 'PAR1 and no more'],
  ])('answers %s for a file that is no table', async (name, body) => {
    put(body)
    await expect(plan()).rejects.toMatchObject({ name })
  })

  it('answers DatasetNotFound for a file or prefix that is not there', async () => {
    await expect(plan(1_000, 'training', 's3://b/none.csv')).rejects.toMatchObject({
      name: 'DatasetNotFound',
    })
    await expect(plan(1_000, 'training', 's3://b/none/')).rejects.toMatchObject({ name: 'DatasetNotFound' })
  })

  it('refuses what grows beyond the size limit when decompressed', async () => {
    vi.stubEnv('DATASET_MAX_DECOMPRESSED_BYTES', '10000')
    put(gzipSync(parcels(2_000)))
    await expect(plan()).rejects.toThrow('the file is too large when decompressed')
    vi.unstubAllEnvs()
  })

  it('refuses more text than one run plans, before it is walked over', async () => {
    vi.stubEnv('DATASET_MAX_PLANNED_BYTES', '40000')
    put(parcels(200), 's3://b/parcels/in/a.csv')
    put(parcels(900), 's3://b/parcels/in/b.csv')
    await expect(plan(1_000_000, 'training', 's3://b/parcels/in/')).rejects.toThrow(
      'there is more text than one run plans, s3://b/parcels/in/b.csv',
    )
    vi.unstubAllEnvs()
  })

  it('refuses names that together do not fit into an item of a Map', async () => {
    const names = Array.from({ length: 300 }, (_, at) => `${at} ${'n'.repeat(800)}`)
    put(csvOf([[...parcelRow(1), ...names.map(() => '1')]], { header: [...parcelHeader, ...names] }))
    await expect(planSource(uri, { ...source, extraColumns: 'ignore' }, 'training', 1_000)).rejects.toThrow(
      'the names of the 309 columns are too long together',
    )
  })

  it('never names what stands where a header should', async () => {
    put(
      csvOf([], { header: parcelRow(5) })
        .repeat(3)
        .replace('p5', 'p4'),
    )
    await expect(plan()).rejects.toThrow(
      `no column of the header is known to the schema contract, ${uri}: got 9 other names`,
    )
  })

  it('reads a compressed file in parts too', async () => {
    const rows = Array.from({ length: 300 }, (_, at) => parcelRow(at))
    put(gzipSync(csvOf(rows)))
    const { parts } = await plan()
    expect(parts.length).toBeGreaterThan(5)
    expect(await readBack()).toEqual(expected(rows))
  })

  it('refuses a part whose object has changed under the plan', async () => {
    put(parcels(50))
    const { parts } = await plan()
    put(parcels(40))
    await expect(openPart(parts.at(-1)!, source)).rejects.toMatchObject({ name: 'DatasetUnreadable' })
    objects.clear()
    await expect(openPart(parts[0]!, source)).rejects.toMatchObject({ name: 'DatasetChanged' })
  })
})
