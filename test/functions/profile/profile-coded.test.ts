import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baselineOf } from '../../../functions/profile/baseline.ts'
import { openFile } from '../../../functions/profile/open-file-store.ts'
import { type FileOptions, nullTokens, profileFile } from '../../../functions/profile/profile-file-store.ts'
import type { RowSample } from '../../../functions/profile/row-sample.ts'
import { columnSchema } from '../../../functions/project.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { profileInDuckDb, withoutRowHashes } from '../../builders/profile-in-duckdb.ts'
import { csvOf } from '../../builders/project.ts'
import { temporaryDirectory } from '../../builders/temporary-directory.ts'

const shared = join(import.meta.dirname, '../../../../shared/data')
const directory = temporaryDirectory('regimen-test')
const path = join(directory, 't.csv')

/** Both ways, their samples of rows too. */
async function bothWays(body: string | Buffer, options: FileOptions = {}) {
  writeFileSync(path, body)
  const samples: RowSample[] = []
  const onSample = (sample: RowSample) => void samples.push(sample)
  const asked = { examine: true, keys: [['a'], ['id', 'step']], ...options, onSample }
  const inMemory = await profileFile(path, asked)
  const inDuckDb = await profileInDuckDb(path, asked)
  const [one, other] = samples
  expect(one).toEqual(other)
  expect(withoutRowHashes(inMemory)).toEqual(withoutRowHashes(inDuckDb))
  return inMemory
}

async function isInMemory(body: string | Buffer): Promise<boolean> {
  writeFileSync(path, body)
  const file = await openFile(path, nullTokens)
  await file.close()
  return file.coded !== undefined
}

const cells = {
  integer: fc.oneof(fc.integer().map(String), fc.bigInt(-(2n ** 66n), 2n ** 66n).map(String)),
  number: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.integer({ min: -20, max: 20 }).map((each) => (each / 4).toFixed(2)),
  ),
  timestamp: fc
    .tuple(
      fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
      fc.constantFrom('', '', '', 'Z', '+02:00', '-0530', '+01'),
    )
    .map(([date, zone]) => `${date.toISOString().replace('T', ' ').slice(0, 19)}${zone}`),
  boolean: fc.constantFrom('true', 'F', 'yes', '0'),
  category: fc.constantFrom('a', 'b', '', 'NA', 'é', ' x', '7'),
  text: fc.string({ maxLength: 8 }).filter((text) => !/[\0\r\ufeff\ud800-\udfff]/u.test(text)),
}
const column = fc
  .constantFrom(...Object.values(cells))
  .chain((cell) => fc.constantFrom(0, 0.05, 0.5).map((holes) => ({ cell, holes })))

describe('the profile of a small file', () => {
  it('is the one that DuckDB gives, of any table', async () => {
    const table = fc
      .array(column, { minLength: 1, maxLength: 4 })
      .chain((columns) =>
        fc.array(
          fc.tuple(
            ...columns.map(({ cell, holes }) =>
              fc
                .tuple(cell, fc.double({ min: 0, max: 1, noNaN: true }))
                .map(([text, hole]) => (hole < holes ? '' : text)),
            ),
          ),
          { minLength: 1, maxLength: 60 },
        ),
      )
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const header = rows[0]?.map((_, at) => `c${at}`) ?? []
        await bothWays(csvOf([...rows, ...rows.slice(0, 3)], { header }))
      }),
      { numRuns: 60 },
    )
  })

  it('is the one that DuckDB gives under a contract', async () => {
    const rows = Array.from({ length: 300 }, (_, at) => [
      String(at % 90),
      at % 17 === 0 ? 'x' : String(at - 150),
      ['low', 'high', 'odd', ''][at % 4] ?? '',
      at % 11 === 0 ? '' : (['true', 'no', 'T', '2'][at % 4] ?? ''),
      `note ${at % 7}`,
      at % 5 === 0 ? '' : `2026-0${(at % 9) + 1}-01`,
      (at / 8).toString(),
    ])
    const header = ['id', 'score', 'level', 'flag', 'note', 'day', 'weight']
    const schema = [
      { name: 'id', type: 'identifier', phi: 'direct' },
      { name: 'score', type: 'integer', min: -100, max: 100 },
      { name: 'level', type: 'category', levels: ['low', 'high'] },
      { name: 'flag', type: 'boolean' },
      { name: 'note', type: 'text' },
      { name: 'day', type: 'timestamp', nullable: true },
      { name: 'weight', type: 'number', phi: 'direct' },
    ].map((each) => columnSchema.parse(each))
    const { columns } = await bothWays(csvOf(rows, { header }), { schema })
    expect(columns.score?.violations.map(({ rule }) => rule)).toEqual(['type', 'range'])
    expect(columns.level?.violations).toContainEqual({ rule: 'level', count: 75, part: 0, row: 3 })
    expect(columns.day?.nulls).toBe(60)
  })

  it('takes a number that stands on its bound for one within it, both ways', async () => {
    const random = seededRandom(7)
    const bounds = Array.from({ length: 300 }, random)
    const schema = bounds.map((bound, at) =>
      columnSchema.parse({ name: `c${at}`, type: 'number', min: bound, max: bound }),
    )
    const body = csvOf([bounds.map(String)], { header: schema.map(({ name }) => name) })
    const { columns } = await bothWays(body, { schema })
    expect(Object.values(columns).flatMap(({ violations }) => violations)).toEqual([])
  })

  it('is the one that DuckDB gives of many distinct values, and against a baseline', async () => {
    const rows = Array.from({ length: 6_000 }, (_, at) => [
      String((at * 7_919) % 6_007),
      Math.sin(at).toFixed(6),
      `level ${(at * at) % 3_001}`,
      String((at % 40) / 10),
    ])
    const body = csvOf(rows, { header: ['id', 'wave', 'level', 'step'] })
    const baseline = baselineOf(await bothWays(body))
    const moved = rows.map(([id = '', wave = '', level = '', step = '']) => [
      id,
      String(2 * Number(wave)),
      level,
      step,
    ])
    const { columns } = await bothWays(csvOf(moved, { header: ['id', 'wave', 'level', 'step'] }), {
      baseline,
    })
    expect(columns.wave).toHaveProperty('cells')
  })

  it.skipIf(!existsSync(shared))('is the one that DuckDB gives of real tables', async () => {
    for (const name of ['diabetic_data.csv.gz', 'bike_sharing_hour.csv.gz', 'IDs_mapping.csv']) {
      const bytes = readFileSync(join(shared, name))
      await bothWays(name.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    }
  })

  it('is taken from memory, whatever its encoding and line ends', async () => {
    const table = csvOf(
      [
        ['1', 'ä'],
        ['2', ''],
      ],
      { header: ['a', 'größe'] },
    )
    for (const body of [
      Buffer.from(table),
      Buffer.from(table, 'latin1'),
      Buffer.from(`\ufeff${table}`),
      Buffer.from(`\ufeff${table}`, 'utf16le'),
      Buffer.from(table.replaceAll('\n', '\r')),
    ]) {
      expect(await isInMemory(body)).toBe(true)
      const { columns } = await bothWays(body)
      expect(columns.größe).toMatchObject({ levels: [['ä', 1]], nulls: 1 })
    }
  })

  it('is made without the library of DuckDB', async () => {
    writeFileSync(path, 'a,b\n1,x\n2,y\n')
    const store = pathToFileURL(join(import.meta.dirname, '../../../functions/profile/profile-file-store.ts'))
    const program = `
      const { profileFile } = await import(${JSON.stringify(store.href)})
      const { rows } = await profileFile(${JSON.stringify(path)}, { onSample() {} })
      const { sharedObjects } = process.report.getReport()
      console.log(JSON.stringify([rows, sharedObjects.filter((each) => each.includes('duckdb'))]))`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
    expect(JSON.parse(stdout)).toEqual([2, []])
  })

  it('keeps a mark before a cell, which DuckDB keeps too', async () => {
    const { columns } = await bothWays(
      'a,b\n1,\ufeffshort\n2,\ufeffwhat is longer than twelve bytes\n3,\ufeffé\n',
    )
    const levels = columns.b?.kind === 'category' ? columns.b.levels.map(([level]) => level) : []
    expect(levels).toEqual(['\ufeffshort', '\ufeffwhat is longer than twelve bytes', '\ufeffé'])
  })

  it('is left to DuckDB where only that can read a cell, or the table would take too much', async () => {
    const { columns } = await bothWays('a,b\nepoch,1\n2026-01-01,2\n')
    expect(columns.a?.type).toBe('timestamp')
    expect(await isInMemory(`a,b\n1,${'x'.repeat(2_000_000)}\n`)).toBe(false)
    await bothWays(`a,b\n1,${'x'.repeat(2_000_000)}\n2,y\n`)
  })
})
