/** The second look at a table in memory finds what the one at DuckDB's finds. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CodedTable } from '../../../functions/dataset/coded-table.ts'
import { inferredColumn } from '../../../functions/dataset/infer-columns.ts'
import { openCells } from '../../../functions/dataset/part-store.ts'
import { readCell } from '../../../functions/dataset/read-cell.ts'
import type { Examination } from '../../../functions/profile/examination.ts'
import type { ExamineOptions } from '../../../functions/profile/examination-plan.ts'
import { examineCoded } from '../../../functions/profile/examine-coded.ts'
import { examineTable } from '../../../functions/profile/examine-store.ts'
import { profileTable } from '../../../functions/profile/table-store.ts'
import { columnSchema, type SourceColumn } from '../../../functions/project.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { codedTable } from '../../builders/coded-table.ts'
import { csvOf } from '../../builders/project.ts'
import { temporaryDirectory } from '../../builders/temporary-directory.ts'

const diabetes = join(import.meta.dirname, '../../../../shared/data/diabetic_data.csv.gz')
const nullTokens = ['?', 'NA']

type Cells = Readonly<Record<string, readonly (string | number)[]>>
type Types = Readonly<Record<string, SourceColumn['type'] | Partial<SourceColumn>>>
type Asked = Partial<Pick<ExamineOptions, 'keys' | 'whole' | 'seed' | 'part'>>

/** Both looks at the same cells. */
async function looks(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  types: Types,
  asked: Asked,
): Promise<{ stored: Examination; coded: Examination | undefined }> {
  const columns = Object.entries(types).map(([name, type]) =>
    typeof type === 'string'
      ? inferredColumn(name, type)
      : columnSchema.parse({ name, nullable: true, ...type }),
  )
  const directory = temporaryDirectory('regimen-examine')
  const file = join(directory, 'table.csv')
  writeFileSync(file, csvOf(rows, { header: [...header] }))
  const source = { file, format: 'csv', header, delimiter: ',', hasHeader: true, nullTokens } as const
  const open = await openCells(source, { directory, where: file, rows: rows.length })
  try {
    const { part = { index: 0, firstRow: 0 }, ...rest } = asked
    const profile = await profileTable(open, { columns, part: { ...part, uri: file }, exact: true })
    const options = { columns, part, profile, keys: [], whole: true, seed: 1, ...rest }
    const table = codedTable(header, rows, nullTokens)
    return {
      stored: await examineTable(open, options),
      coded: examineCoded(table, { ...options, numbers: numbersOf(table, columns) }),
    }
  } finally {
    await open.close()
  }
}

/** The same of columns of cells. */
async function looksAt(cells: Cells, types: Types, asked: Asked = {}) {
  const header = Object.keys(cells)
  const rows = Array.from({ length: Object.values(cells)[0]!.length }, (_, row) =>
    header.map((name) => String(cells[name]![row])),
  )
  return await looks(header, rows, types, asked)
}

function numbersOf({ header, columns: coded }: CodedTable, columns: readonly SourceColumn[]) {
  const numbers = new Map<string, Float64Array>()
  for (const { name, type } of columns) {
    const column = coded[header.indexOf(name)]
    if (column === undefined || (type !== 'integer' && type !== 'number' && type !== 'timestamp')) continue
    const valueAt = (code: number) => {
      const text = column.text(code)
      const value = text === null ? null : readCell(type, text)
      if (value === undefined) throw new Error(`a cell of ${name} that the test should not hold`)
      return value ?? Number.NaN
    }
    numbers.set(
      name,
      Float64Array.from({ length: column.size }, (_, code) => valueAt(code)),
    )
  }
  return numbers
}

const random = seededRandom(11)
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
const column = <Cell>(size: number, cell: (row: number) => Cell): Cell[] =>
  Array.from({ length: size }, (_, row) => cell(row))

describe('the second look at a table in memory', () => {
  it('finds outliers, where several cells hold one value too, and the rows that stand apart', async () => {
    const size = 9_001
    const cells = {
      x: column(size, (row) => (row % 400 === 7 ? 900 + (row % 3) : 100 + 5 * normal())),
      low: column(size, (row) =>
        row % 900 === 5 ? (row % 1800 === 5 ? '-50' : '-50.0') : Math.round(40 + 4 * normal()),
      ),
      same: column(size, (row) => (row % 500 === 3 ? 1e6 : Math.round(60 + 9 * normal()))),
      n: column(size, (row) =>
        row % 700 === 0 ? 'seven' : row % 650 === 1 ? '?' : Math.round(9 + 2 * normal()),
      ),
      at: column(size, (row) =>
        row === 4_000 ? '1890-02-03 04:05:06.5' : `2024-0${1 + (row % 9)}-1${row % 10}`,
      ),
      odd: column(size, (row) => (row % 2_000 === 5 ? 160 : 100 + 15 * normal())),
      even: column(size, (row) => (row % 2_000 === 5 ? 15 : 5 + 10 * random())),
    }
    const types = {
      x: 'number',
      low: 'number',
      same: 'integer',
      n: 'integer',
      at: 'timestamp',
      odd: 'number',
      even: 'number',
    } as const
    const { stored, coded } = await looksAt(cells, types, { part: { index: 3, firstRow: 700 }, seed: 5 })
    expect(coded).toEqual(stored)
    const { extremes, isolation } = stored
    // Ten from either end, two of them the same.
    expect(extremes.x).toHaveLength(18)
    expect(extremes.low?.filter(({ value }) => value === -50)).toHaveLength(10)
    expect(extremes.same?.map(({ row }) => row).slice(0, 2)).toEqual([4, 504])
    expect(extremes.at).toEqual([{ value: Date.UTC(1890, 1, 3, 4, 5, 6, 500) / 1_000, part: 3, row: 4_001 }])
    expect(isolation.sampled).toBe(3_000)
    expect(isolation.rows.length).toBeGreaterThan(0)
  })

  it('takes no value that stands on the fence for one beyond it', async () => {
    const draw = seededRandom(1)
    // As a DECIMAL, which is how DuckDB reads a literal, this fence would be a little lower.
    const fence = 0.18478678803121154
    const x = column(102, (row) => [fence, 50][row] ?? (draw() + draw()) * 0.05)
    const { stored, coded } = await looksAt({ x }, { x: 'number' })
    expect(coded).toEqual(stored)
    expect(stored.extremes.x).toEqual([{ value: 50, part: 0, row: 2 }])
  })

  it('counts what is missing in the same blocks, of the whole and of a part', async () => {
    const size = 1_237
    const hole = (row: number) => (row > 400 && row < 460 ? ['', '?', 'NA'][row % 3]! : String(row % 5))
    const cells = { a: column(size, hole), b: column(size, (row) => row), c: column(size, () => '') }
    const types = { a: 'integer', b: 'integer', c: 'category' } as const
    for (const whole of [true, false]) {
      const { stored, coded } = await looksAt(cells, types, { whole, part: { index: 1, firstRow: 50 } })
      expect(coded).toEqual(stored)
      expect(stored.blocks).toHaveLength(whole ? 12 : 1)
      expect(stored.blocks.reduce((sum, { missing }) => sum + (missing.a ?? 0), 0)).toBe(59)
    }
  })

  it('tells how categories and numbers go together, missing cells among them', async () => {
    const size = 5_000
    const zone = column(size, () => ['north', 'south', 'Öst "1", a', '?'][Math.floor(4 * random())]!)
    const cells = {
      zone,
      depot: zone.map((each) => (random() < 0.8 ? `at ${each}` : 'NA')),
      flag: column(size, (row) => ['true', 'false', 'yes', 'maybe', ''][row % 5]!),
      weight: zone.map((each) => each.length + random()),
      many: column(size, (row) => `level ${row % 30}`),
      same: column(size, () => 'x'),
    }
    const types = {
      zone: 'category',
      depot: 'category',
      flag: 'boolean',
      weight: 'number',
      many: 'category',
      same: 'category',
    } as const
    const { stored, coded } = await looksAt(cells, types)
    expect(coded).toEqual(stored)
    expect(stored.associations?.map(({ columns }) => columns.join())).toContain('zone,depot')
  })

  it('counts what looks like an identifier in the same sample', async () => {
    const size = 2_345
    const cells = {
      email: column(size, (row) => `person${row % 900}@example.org`),
      phone: column(size, (row) => (row % 7 === 0 ? '' : `555-01${String(row % 100).padStart(2, '0')}`)),
      note: column(size, (row) => `called "again"\nat 212-555-0${100 + (row % 800)}, was well`),
      born: column(size, (row) => `19${40 + (row % 50)}-0${1 + (row % 9)}-11`),
      flag: column(size, (row) => String(row % 2)),
      code: column(size, (row) => `Ü-${1_000 + row}`),
    }
    const types = {
      email: 'text',
      phone: 'category',
      note: 'text',
      born: 'timestamp',
      flag: 'boolean',
      code: { type: 'category', phi: 'direct' },
    } as const
    const { stored, coded } = await looksAt(cells, types)
    expect(coded).toEqual(stored)
    expect(stored.identifiers.email).toEqual({ sampled: 180, found: expect.objectContaining({ email: 180 }) })
    expect(stored.identifiers).not.toHaveProperty('flag')
  })

  it('finds columns of numbers or of times with a few cells that are none', async () => {
    const size = 1_000
    const cells = {
      dose: column(size, (row) => (row % 150 === 40 ? 'n. b.' : row % 90 === 1 ? '?' : (row * 7) % 50)),
      day: column(size, (row) => (row === 333 || row === 900 ? 'soon' : `2025-11-${10 + (row % 20)}`)),
      half: column(size, (row) => (row % 2 === 0 ? 'x' : row)),
      all: column(size, (row) => row % 12),
      listed: column(size, (row) => (row % 100 === 0 ? 'x' : row % 10)),
      few: column(size, (row) => (row < 25 ? row : '')),
      none: column(size, () => ''),
    }
    const category = { type: 'category' } as const
    const types = {
      dose: category,
      day: category,
      half: category,
      all: category,
      few: category,
      none: category,
      listed: { ...category, levels: ['1'] },
    }
    const { stored, coded } = await looksAt(cells, types)
    expect(coded).toEqual(stored)
    expect(stored.mixed).toEqual({
      dose: { type: 'number', count: 7, first: { part: 0, row: 41 } },
      day: { type: 'timestamp', count: 2, first: { part: 0, row: 334 } },
    })
  })

  it('counts repeated keys, and hashes them alike, of one column and of several', async () => {
    const size = 7_000
    const cells = {
      id: column(size, (row) => (row % 40 === 39 ? `k${row - 11}` : `k${row}`)),
      a: column(size, (row) => ['', '?', 'ä,"b"', 'line\nbreak', '\u001e', '😀'][row % 6]!),
      b: column(size, (row) => row % 1_000),
    }
    const keys = [['id'], ['a', 'b'], ['b', 'a', 'id'], ['none', 'id'], ['a']]
    const { stored, coded } = await looksAt(
      cells,
      { id: 'identifier', a: 'category', b: 'integer' },
      { keys },
    )
    expect(coded).toEqual(stored)
    expect(
      stored.keys.map(({ columns, repeated, first, hashes }) => [
        columns.length,
        repeated,
        first?.row,
        hashes.length,
      ]),
    ).toEqual([
      [1, 175, 40, 2_048],
      [2, 4_500, 1_001, 2_048],
      [3, 0, undefined, 2_048],
      [1, 6_996, 2, 4],
    ])
  })

  it('looks at one row, at columns of any name, and past those that one side does not know', async () => {
    const one = await looksAt(
      { unknown: ['1'], a: ['5'], b: [''] },
      { a: 'integer', b: 'category', c: 'number' },
    )
    expect(one.coded).toEqual(one.stored)
    expect(Object.keys(one.stored.identifiers)).toEqual(['a', 'b'])
    const name = '__proto__'
    const rows = column(500, (row) => [row % 100 === 50 ? '' : row % 100 === 70 ? 'x' : String(row % 9), ''])
    const { stored, coded } = await looks(
      [name, 'b'],
      rows,
      { [name]: 'category', b: 'text' },
      { keys: [[name]] },
    )
    expect(coded).toEqual(stored)
    expect(Object.entries(stored.mixed)).toEqual([
      [name, { type: 'number', count: 5, first: { part: 0, row: 71 } }],
    ])
    expect(stored.blocks.map(({ missing }) => Object.keys(missing))).toEqual(column(5, () => [name, 'b']))
  })

  it('says so where only DuckDB can tell what a cell is, unless it does not matter', async () => {
    const undecided = '12025-11-11'
    expect(readCell('timestamp', undecided)).toBe(undefined)
    const cells = (share: number) => ({
      day: column(1_000, (row) => (row % 100 < share ? undecided : '2025-11-11')),
    })
    for (const share of [1, 50]) {
      const { coded } = await looksAt(cells(share), { day: 'category' })
      expect(coded).toBe(undefined)
    }
    const words = column(1_000, (row) => (row % 100 === 0 ? undecided : 'soon'))
    const { stored, coded } = await looksAt({ words }, { words: 'category' })
    expect(coded).toEqual(stored)
  })

  it('finds the same in any table', async () => {
    const number = fc.oneof(
      fc.integer({ min: -20, max: 20 }).map(String),
      fc.double({ min: -1e5, max: 1e5, noNaN: true }).map(String),
      fc.constantFrom('', '?', 'NA', '-0', '1e5', ' 7 ', 'x'),
    )
    const text = fc.constantFrom('', '?', 'a', 'b', 'A', '"', 'é', '12', '7.5', '2024-02-29')
    const row = fc.tuple(number, number, text, fc.constantFrom('1', '0', 'yes', 'no', 'true', 'x', ''))
    const types = { n: 'number', i: 'integer', c: 'category', b: 'boolean' } as const
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 260 }), fc.boolean(), async (rows, whole) => {
        const keys = [['c', 'b'], ['n']]
        const { stored, coded } = await looks(Object.keys(types), rows, types, { whole, keys })
        expect(coded).toEqual(stored)
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it.skipIf(!existsSync(diabetes))(
    'finds the same in a real table (skipped where it is absent)',
    async () => {
      const [header = [], ...rows] = gunzipSync(readFileSync(diabetes))
        .toString()
        .trim()
        .split(/\r?\n/)
        .slice(0, 8_001)
        .map((line) => line.split(','))
      const isWhole = (at: number) => rows.every((cells) => /^\d+$/.test(cells[at]!))
      const types = Object.fromEntries(
        header.map((name, at) => [name, isWhole(at) ? 'integer' : 'category'] as const),
      )
      const { stored, coded } = await looks(header, rows, types, {
        keys: [['encounter_id'], ['patient_nbr', 'age']],
      })
      expect(coded).toEqual(stored)
    },
    60_000,
  )
})
