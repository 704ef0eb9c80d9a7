/** Hostile files through the real state machine: refused before any job, nothing registered; formats make no difference. */
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, type Rig, startRig } from '../../local/rig/rig.ts'
import { csvOf, parcelHeader, parcelRow, parcelsProject } from '../builders/project.ts'
import { parquetOf } from './hostile-parquet.ts'

const project = parcelsProject({
  gates: [],
  hyperparameters: { num_round: 5, max_depth: 2, early_stopping_rounds: 3 },
})
const rows = Array.from({ length: 700 }, (_, at) =>
  parcelRow(at, { carrier: at % 3 === 0 ? 'Zoë, "quick"' : 'plain' }),
)
const text = csvOf(rows)
const jsonLines = rows
  .map((row) => JSON.stringify(Object.fromEntries(row.map((cell, at) => [parcelHeader[at], cell]))))
  .join('\n')
const parquet = () =>
  parquetOf(
    `SELECT ${parcelHeader.map((_, at) => `cells[${at + 1}] AS ${parcelHeader[at]}`).join(', ')} FROM (SELECT unnest([${rows
      .map((row) => `[${row.map((cell) => `'${cell}'`).join(', ')}]`)
      .join(', ')}]) AS cells)`,
    'ROW_GROUP_SIZE 2048',
  )
const withRow = (at: number, line: string) => text.split('\n').with(at, line).join('\n')

describe('the training machine', () => {
  let rig: Rig
  let projectUri: string
  let files = 0
  beforeAll(async () => {
    rig = await startRig()
    await rig.platform.group(project.id)
    projectUri = await rig.use(project)
  })
  afterAll(() => rig.stop())

  async function train(bytes: Buffer): Promise<Ended> {
    const { putBytes } = await import('../../functions/object-store.ts')
    const uri = await rig.put(`parcels/datasets/table/v${files++}/data/a name, with +%41 & é.csv`, '')
    await putBytes(uri, bytes)
    return await rig.train(project, projectUri, uri)
  }

  it.for<[string, () => Buffer, string, string]>([
    [
      'a ragged row',
      () => Buffer.from(withRow(300, 'x,y')),
      'DatasetUnreadable',
      'row 300, column 2 has 2 fields',
    ],
    [
      'an open quote',
      () => Buffer.from(withRow(700, '"x')),
      'DatasetUnreadable',
      'row 700, column 1 opens a quote that is never closed',
    ],
    [
      'a NUL byte',
      () => Buffer.from(withRow(9, '\u0000')),
      'DatasetUnreadable',
      'row 9, column 1 holds a NUL byte',
    ],
    [
      'a truncated gzip',
      () => gzipSync(text).subarray(0, -40),
      'DatasetUnreadable',
      'the gzip stream is broken',
    ],
    [
      'broken UTF-8',
      () => Buffer.concat([Buffer.from(text), Buffer.from([0xc3])]),
      'DatasetUnreadable',
      'row 701',
    ],
    [
      'a table without its header',
      () => Buffer.from(text.slice(text.indexOf('\n') + 1)),
      'DatasetSchemaMismatch',
      'no column of the header is known',
    ],
    [
      'the beginning of a Parquet file',
      () => Buffer.from('PAR1'),
      'DatasetUnreadable',
      'Parquet file is broken',
    ],
    [
      'a list in JSON lines',
      () => Buffer.from(`${jsonLines}\n{"parcel":[1]}\n`),
      'DatasetUnreadable',
      'row 701, column "parcel" holds a list',
    ],
    ['a web page', () => Buffer.from('<html>Zoë</html>'), 'DatasetUnreadable', 'a web page or XML'],
    ['nothing', () => Buffer.alloc(0), 'DatasetEmpty', 'the file is empty'],
  ])('refuses %s, and nothing is registered', async ([, bytes, error, says], { task }) => {
    const ended = await train(bytes())
    expect(ended).toMatchObject({ status: 'FAILED', error, trainingJobs: 0 })
    expect(ended.cause).toContain(JSON.stringify(says).slice(1, -1))
    // A cell of the table; of a file without a header the first row stands where names do.
    expect(ended.cause).not.toMatch(/Zoë|c\d+,|p0/)
    const { listModels } = await import('../../functions/registry/model-store.ts')
    expect(await listModels(project.id)).toEqual([])
    task.meta.hostile = { parsed: 0, refused: 1 }
  })

  it('learns the same from a table in every format', async ({ task }) => {
    const formats: Readonly<Record<string, Buffer>> = {
      csv: Buffer.from(text),
      'csv with carriage returns': Buffer.from(text.replaceAll('\n', '\r')),
      'csv in UTF-16 and gzip': gzipSync(Buffer.from(`\ufeff${text}`, 'utf16le')),
      'csv in Latin-1 and two zstd frames': Buffer.concat(
        [text.slice(0, 5_000), text.slice(5_000)].map((piece) =>
          zstdCompressSync(Buffer.from(piece, 'latin1')),
        ),
      ),
      'JSON lines in zstd': zstdCompressSync(jsonLines),
      parquet: await parquet(),
    }
    const learnt = new Map<string, unknown>()
    for (const [format, bytes] of Object.entries(formats)) {
      const ended = await train(bytes)
      expect(ended.status, `${format}: ${ended.cause}`).toBe('SUCCEEDED')
      const { metrics, rows: examples } = (await rig.json(`${ended.runUri}/evaluation.json`)) as Record<
        string,
        unknown
      >
      learnt.set(format, { metrics, examples })
    }
    expect(learnt.get('csv')).toHaveProperty('metrics.rocAuc')
    for (const each of learnt.values()) expect(each).toEqual(learnt.get('csv'))
    task.meta.hostile = { parsed: learnt.size, refused: 0 }
  })
})
