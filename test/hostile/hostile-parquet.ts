/** Parquet files, written by DuckDB and damaged by hand; what they hold is known from what was written. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../functions/duckdb-store.ts'
import { type HostileFile, overwritten } from './hostile-files.ts'
import type { Table } from './read-table.ts'

/** The file that `COPY (select) TO … (options)` writes. */
export async function parquetOf(select: string, options = 'COMPRESSION snappy'): Promise<Buffer> {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-hostile-parquet-'))
  const database = await openDatabase()
  try {
    const file = join(directory, 'file.parquet')
    await database.run(`COPY (${select}) TO '${file}' (FORMAT parquet, ${options})`)
    return readFileSync(file)
  } finally {
    database.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Written by pyarrow 26: an empty table leaves a row group of no rows, whose columns have no pages. */
const written = {
  noRows: Buffer.from(
    'UEFSMRUEGSw1ABgGc2NoZW1hFQIAFQIlAhgBYQAWABkcGRwmABwVAhkVBhkYAWEVABYAFgAWACYASQwAABYAFgAmABYAACggcGFycXVldC1j' +
      'cHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZHBwAAABqAAAAUEFSMQ==',
    'base64',
  ),
  noRowsFirst: Buffer.from(
    'UEFSMRUAFRwVHCwVBBUAFQYVBhwAAAACAAAABAEHAAAACAAAABUEGSw1ABgGc2NoZW1hFQIAFQIlAhgBYQAWBBksGRwmABwVAhkVBhkYAWEV' +
      'ABYAFgAWACYASQwAABYAFgAmABYAABkcJgAcFQIZJQYAGRgBYRUAFgQWQhZCJghJHBUAFQAVAgA8KQYZJgAEAAAAFkIWBCYIFkIAKCBwYXJx' +
      'dWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRkcHAAAAJ8AAABQQVIx',
    'base64',
  ),
}

const held = (what: string, bytes: Buffer, header: string[], rows: Table['rows']): HostileFile => ({
  what,
  bytes: () => bytes,
  holds: () => ({ header, rows }),
})

const refused = (what: string, bytes: Buffer, error: string, ...says: string[]): HostileFile => ({
  what,
  bytes: () => bytes,
  refused: { error, says },
})

/** The note that pandas leaves in the footer. */
const pandas = (...index: string[]) =>
  `KV_METADATA {other: 'x', pandas: '${JSON.stringify({ index_columns: index })}'}`

/** The file with the length of its footer overwritten. */
const withFooterLength = (file: Buffer, length: number): Buffer => {
  const changed = Buffer.from(file)
  changed.writeUInt32LE(length, file.length - 8)
  return changed
}

export async function parquetFiles(): Promise<HostileFile[]> {
  const small = await parquetOf("SELECT * FROM (VALUES (1, 'x'), (2, NULL), (3, '')) AS t(a, b)")
  const footerBytes = small.readUInt32LE(small.length - 8)
  const many = Array.from({ length: 9_000 }, (_, at) => [
    String(at),
    `name ${at % 7}`,
    at % 5 === 0 ? null : String(at / 2),
  ])
  const grouped = (codec: string) =>
    parquetOf(
      `SELECT range AS id, 'name ' || range % 7 AS name, CASE WHEN range % 5 <> 0 THEN (range / 2)::DOUBLE END AS half
       FROM range(9000)`,
      `COMPRESSION ${codec}, ROW_GROUP_SIZE 2048`,
    )
  const halves = many.map(([id, name, half]) => [
    id ?? null,
    name ?? null,
    half === null || half === undefined ? null : half.includes('.') ? half : `${half}.0`,
  ])
  const times = await parquetOf(
    `SELECT TIMESTAMP '2026-03-29 02:30:00.123' AS t, TIMESTAMPTZ '2026-03-29 03:30:00+02' AS z, DATE '0001-01-01' AS d, TIME '23:59:59' AS h,
       'nan'::DOUBLE AS n, '-inf'::FLOAT AS i, 9223372036854775807::BIGINT AS b, 1.10::DECIMAL(9, 2) AS m, true AS y`,
  )
  const noGroups = await parquetOf('SELECT 1 AS a WHERE false')
  const twice = Buffer.from(await parquetOf('SELECT 1 AS aa, 2 AS ab'))
  for (let at = twice.indexOf('ab'); at >= 0; at = twice.indexOf('ab', at + 1)) twice.write('aa', at)
  return [
    held(
      'a small Parquet file',
      small,
      ['a', 'b'],
      [
        ['1', 'x'],
        ['2', null],
        ['3', null],
      ],
    ),
    held('row groups in snappy', await grouped('snappy'), ['id', 'name', 'half'], halves),
    held('row groups in zstd', await grouped('zstd'), ['id', 'name', 'half'], halves),
    held('row groups in gzip', await grouped('gzip'), ['id', 'name', 'half'], halves),
    held('row groups uncompressed', await grouped('uncompressed'), ['id', 'name', 'half'], halves),
    held(
      'dictionary pages',
      await parquetOf("SELECT 'level ' || range % 3 AS a FROM range(5000)"),
      ['a'],
      Array.from({ length: 5_000 }, (_, at) => [`level ${at % 3}`]),
    ),
    held(
      'times and special numbers',
      times,
      ['t', 'z', 'd', 'h', 'n', 'i', 'b', 'm', 'y'],
      [
        [
          '2026-03-29 02:30:00.123',
          '2026-03-29 01:30:00+00',
          '0001-01-01',
          '23:59:59',
          'nan',
          '-inf',
          '9223372036854775807',
          '1.10',
          'true',
        ],
      ],
    ),
    held(
      'names that only case tells apart',
      await parquetOf('SELECT 1 AS a, 2 AS "b""; --", 3 AS "<b>"'),
      ['a', 'b"; --', '<b>'],
      [['1', '2', '3']],
    ),
    held(
      'all missing',
      await parquetOf('SELECT NULL::INTEGER AS a, NULL::VARCHAR AS b FROM range(3)'),
      ['a', 'b'],
      [
        [null, null],
        [null, null],
        [null, null],
      ],
    ),
    refused(
      'a struct',
      await parquetOf("SELECT 1 AS a, {'x': 1, 'y': 'z'} AS s"),
      'DatasetUnreadable',
      'column 2 ("s")',
      'nested',
    ),
    refused(
      'a list',
      await parquetOf('SELECT [1, 2] AS l, 1 AS a'),
      'DatasetUnreadable',
      'column 1 ("l")',
      'nested',
    ),
    refused(
      'a map',
      await parquetOf("SELECT 1 AS a, MAP {'k': 1} AS m"),
      'DatasetUnreadable',
      'column 2 ("m")',
      'nested',
    ),
    refused('no rows', noGroups, 'DatasetEmpty', 'no rows'),
    refused('a row group of no rows', written.noRows, 'DatasetEmpty', 'no rows'),
    held('a row group of no rows before another', written.noRowsFirst, ['a'], [['7'], ['8']]),
    refused(
      'a column of bytes',
      await parquetOf("SELECT 1 AS a, '\\xFF\\xFE'::BLOB AS photo"),
      'DatasetUnreadable',
      'column 2 ("photo")',
      'bytes',
    ),
    refused(
      'a column whose first bytes that are no text stand far behind',
      await parquetOf(
        "SELECT range AS a, CASE WHEN range < 2000 THEN 'x'::BLOB ELSE '\\xFF\\xFE'::BLOB END AS photo, 'y' AS b FROM range(3000)",
      ),
      'DatasetUnreadable',
      'column 2 ("photo") of the Parquet file holds bytes that are no text',
    ),
    held(
      "pandas' count of rows, which is no column",
      await parquetOf('SELECT 7 AS x, 4 AS patient, 1 AS __index_level_0__', pandas('__index_level_0__')),
      ['x', 'patient'],
      [['7', '4']],
    ),
    held(
      'an index of pandas that has a name',
      await parquetOf('SELECT 7 AS x, 4 AS patient', pandas('patient')),
      ['x', 'patient'],
      [['7', '4']],
    ),
    held(
      'a column that is only named like an index of pandas',
      await parquetOf('SELECT 7 AS x, 1 AS __index_level_0__', pandas()),
      ['x', '__index_level_0__'],
      [['7', '1']],
    ),
    held(
      'nothing but an index of pandas, and a note that is no JSON',
      await parquetOf('SELECT 1 AS __index_level_0__', "KV_METADATA {pandas: '{\"index'}"),
      ['__index_level_0__'],
      [['1']],
    ),
    refused('a name twice', twice, 'DatasetSchemaMismatch', 'column 2 like one before it'),
    refused('a footer cut off', small.subarray(0, -20), 'DatasetUnreadable', 'an end without its footer'),
    refused('the magic number alone', Buffer.from('PAR1'), 'DatasetUnreadable', 'an end without its footer'),
    refused(
      'magic numbers alone',
      Buffer.from('PAR1\u0000\u0000\u0000\u0000PAR1'),
      'DatasetUnreadable',
      'footer',
    ),
    refused(
      'a footer longer than the file',
      withFooterLength(small, 4_000_000_000),
      'DatasetUnreadable',
      'a footer longer than the file',
    ),
    refused('a footer of another length', withFooterLength(small, 40), 'DatasetUnreadable', 'a footer that'),
    refused(
      'a footer of zeros',
      overwritten(small, -8 - footerBytes, -8, 0),
      'DatasetUnreadable',
      'a footer that',
    ),
    refused(
      'pages of zeros',
      overwritten(small, 4 - small.length, -8 - footerBytes, 0),
      'DatasetUnreadable',
      'Parquet file is broken',
    ),
    refused(
      'pages cut out',
      Buffer.concat([small.subarray(0, 4), small.subarray(-8 - footerBytes)]),
      'DatasetUnreadable',
      'a footer that names pages beyond the file',
    ),
    refused(
      'an encrypted footer',
      Buffer.concat([Buffer.from('PARE'), small.subarray(4, -4), Buffer.from('PARE')]),
      'DatasetUnreadable',
      'encrypted',
    ),
  ]
}
