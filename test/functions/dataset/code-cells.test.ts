import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CellCoder } from '../../../functions/dataset/code-cells.ts'
import type { CodedTable } from '../../../functions/dataset/coded-table.ts'
import { hashBasis, hashPrime } from '../../../functions/dataset/column-coder.ts'
import type { Delimiter } from '../../../functions/dataset/csv-records.ts'
import { csvOf } from '../../builders/project.ts'

interface Feed {
  readonly width?: number
  readonly delimiter?: Delimiter
  readonly chunk?: number
  readonly mostBytes?: number
}

function code(
  text: string | Buffer,
  { width = 2, delimiter = ',', chunk = 1_000, mostBytes = 1e9 }: Feed = {},
) {
  const bytes = Buffer.from(text)
  const coder = new CellCoder(width, delimiter, mostBytes)
  for (let at = 0; at < bytes.length; at += chunk) coder.push(bytes.subarray(at, at + chunk))
  return coder.end({
    header: Array.from({ length: width }, (_, at) => `c${at}`),
    decode: (cell) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(cell),
    nullTokens: ['NA'],
  })
}

const cellsOf = ({ rows, columns }: CodedTable) =>
  Array.from({ length: rows }, (_, row) => columns.map(({ text, codes }) => text(codes[row] as number)))

const isMissing = (cell: string) => cell === '' || cell === 'NA'
const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '7', '"', ',', '\n', '\r', ' ', 'é', '😀'), maxLength: 6 }),
  fc.constantFrom('', 'NA', '0', '-0', '12.50', '\ufeffx'),
)
/** A row that no reader takes for a blank line. */
const row = fc.tuple(cell, cell).map(([a, b]) => [a, `${b}x`])

describe('a table in memory', () => {
  it('holds the cells that were written, whatever they hold and however the bytes arrive', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 40 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        (rows, newline, chunk, isEnded) => {
          const text = csvOf(rows, { header: ['a', 'b'], newline })
          const table = code(isEnded ? text : text.slice(0, -newline.length), { chunk })
          expect(table && cellsOf(table)).toEqual(
            rows.map((cells) => cells.map((each) => (isMissing(each) ? null : each))),
          )
        },
      ),
    )
  })

  it('counts each distinct cell and knows its first row', () => {
    const table = code('a,b\nx,1\ny,1\nx,NA\n,1\n')
    const [a, b] = table?.columns ?? []
    expect(
      a && Array.from({ length: a.size }, (_, at) => [a.text(at), a.counts[at], a.firstRows[at]]),
    ).toEqual([
      ['x', 2, 1],
      ['y', 1, 2],
      [null, 1, 4],
    ])
    expect(b?.missing).toEqual([1])
    expect([0, 1].map((at) => b?.plainNumber(at, true))).toEqual([1, Number.NaN])
  })

  it('leaves blank lines out, unless the table has one column', () => {
    const two = code('\n\na,b\n\n1,2\r\n\r\n3,4\n\n')
    expect(two && cellsOf(two)).toEqual([
      ['1', '2'],
      ['3', '4'],
    ])
    const one = code('\n\na\n1\n\n""\n2', { width: 1 })
    expect(one && cellsOf(one)).toEqual([['1'], [null], [null], ['2']])
  })

  it('tells more cells apart than a byte or two number, in the order in which they came', () => {
    const rows = 70_000
    const body = Array.from({ length: rows }, (_, at) => `${at},${at % 300}\n`).join('')
    const table = code(`a,b\n${body}${body}`, { chunk: 65_536 })
    const [a, b] = table?.columns ?? []
    expect([a?.size, b?.size, table?.rows]).toEqual([rows, 300, 2 * rows])
    expect(a?.codes.every((each, at) => each === at % rows)).toBe(true)
    expect(b?.codes.every((each, at) => each === (at % rows) % 300)).toBe(true)
    expect(a?.firstRows[rows - 1]).toBe(rows)
    expect(b?.counts[299]).toBe(2 * Math.floor(rows / 300))
  })

  it('reads the delimiters that the header told', () => {
    for (const delimiter of [';', '\t', '|'] as const) {
      const table = code(`a${delimiter}b\n1,5${delimiter}"x${delimiter}y"\n`, { delimiter })
      expect(table && cellsOf(table)).toEqual([['1,5', `x${delimiter}y`]])
    }
  })

  it('gives up where the table would take too much, a cell is too long, or somebody made hashes collide', () => {
    const rows = Array.from({ length: 40_000 }, (_, at) => `${at},${at}\n`).join('')
    expect(code(`a,b\n${rows}`, { mostBytes: 1_000_000 })).toBeUndefined()
    expect(code(`a,b\n${rows}`)).toBeDefined()
    const different = Array.from({ length: 400_000 }, (_, at) => `${at},${at}.5\n`).join('')
    expect(code(`a,b\n${different}`, { chunk: 65_536 })).toBeUndefined()
    expect(code(`a,b\n1,${'x'.repeat(70_000)}\n`)).toBeUndefined()
    const alike = collidingCells(4_000)
    expect(code(`a,b\n${alike.map((each) => `${each},1\n`).join('')}`, { chunk: 16_384 })).toBeUndefined()
  })
})

/** Pairs of syllables that lead the hash from one state to the same other one; every choice of them is a cell (Joux 2004). */
function collidingCells(count: number): string[] {
  const syllables = Array.from({ length: 300_000 }, (_, at) =>
    (0x1_0000_0000 + Math.imul(at, hashPrime)).toString(36),
  )
  const after = (state: number, text: string) =>
    [...Buffer.from(text)].reduce((hash, byte) => Math.imul(hash ^ byte, hashPrime), state)
  let cells = ['']
  for (let state: number = hashBasis; cells.length < count; ) {
    const seen = new Map<number, string>()
    for (const syllable of syllables) {
      const next = after(state, syllable)
      const other = seen.get(next)
      seen.set(next, syllable)
      if (other === undefined) continue
      cells = cells.flatMap((each) => [each + syllable, each + other])
      state = next
      break
    }
  }
  return cells.slice(0, count)
}
