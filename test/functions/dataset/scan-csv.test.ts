import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CsvScan } from '../../../functions/dataset/scan-csv.ts'
import { csvOf } from '../../builders/project.ts'

const scan = (text: string, { columns = 2, partBytes = 1_000_000, chunk = 1_000 } = {}) => {
  const bytes = Buffer.from(text)
  const walk = new CsvScan({ delimiter: ',', columns, partBytes, uri: 's3://b/t.csv' })
  for (let at = 0; at < bytes.length; at += chunk) walk.push(bytes.subarray(at, at + chunk))
  return walk.end()
}

const cell = fc.string({ unit: fc.constantFrom('a', '7', '"', ',', '\n', '\r', ' ', 'é', '#'), maxLength: 6 })
/** A row that no reader takes for a blank line. */
const row = fc.tuple(cell, cell).map(([a, b]) => [a, `${b}x`])

describe('the scan of a delimited text', () => {
  it('counts the rows that were written, whatever they hold and however the bytes arrive', () => {
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.integer({ min: 1, max: 9 }),
        (rows, newline, chunk) => {
          // A field that starts with spaces and holds a quote is quoted by the writer, so it is legal.
          const text = csvOf(rows, { header: ['a', 'b'], newline })
          expect(scan(text, { chunk }).rows).toBe(rows.length)
        },
      ),
    )
  })

  it('answers or refuses the same however the bytes arrive', () => {
    const outcome = (text: string, chunk: number) => {
      try {
        return scan(text, { chunk })
      } catch (error) {
        return String(error)
      }
    }
    const piece = fc.constantFrom('a', ' ', '"', ',', '\n', '\r', '!', '~', '""', 'ab c,', '1,2\n')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), fc.integer({ min: 1, max: 9 }), (pieces, chunk) => {
        const text = `a,b\n1,2\n${pieces.join('')}`
        expect(outcome(text, chunk)).toEqual(outcome(text, text.length))
      }),
      { numRuns: 500 },
    )
  })

  it('cuts only between rows, and the cuts cover the file once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.stringMatching(/^[a-z]{0,9}$/), fc.stringMatching(/^[a-z]{1,9}$/)), {
          minLength: 1,
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 30 }),
        (rows, partBytes, chunk) => {
          const text = csvOf(rows, { header: ['a', 'b'] })
          const { cuts } = scan(text, { partBytes, chunk })
          let byte = 0
          let firstRow = 0
          for (const cut of cuts) {
            expect(cut.byteStart).toBe(byte)
            expect(cut.firstRow).toBe(firstRow)
            const lines = text.slice(cut.byteStart, cut.byteEnd).split('\n').length - 1
            expect(lines - (byte === 0 ? 1 : 0)).toBe(cut.rows)
            byte = cut.byteEnd
            firstRow += cut.rows
          }
          expect(byte).toBe(text.length)
          expect(firstRow).toBe(rows.length)
        },
      ),
    )
  })

  it('cuts a text with quoted line breaks behind them, never within', () => {
    const { cuts } = scan('a,b\n1,"x\ny"\n2,z\n', { partBytes: 7 })
    expect(cuts).toEqual([
      { byteStart: 0, byteEnd: 12, firstRow: 0, rows: 1 },
      { byteStart: 12, byteEnd: 16, firstRow: 1, rows: 1 },
    ])
  })

  it.each([
    ['a,b\n1,2\n3\n', 'row 2, column 1 has 1 field', '2, as the header has'],
    ['a,b\n1,2\n3,4,5\n', 'row 2, column 3 has 3 fields', '2, as the header has'],
    ['a,b\n1,2,\n', 'row 1, column 3 has 3 fields', '2, as the header has'],
    ['a,b\n1,"2\n3,4\n', 'row 1, column 2 opens a quote that is never closed', 'a closing quote'],
    ['a,b\n1,"2"x\n', 'row 1, column 2 has text after a closing quote', 'a delimiter there'],
    ['a,b\n1, "2"\n', 'row 1, column 2 has a quoted field that starts with a space', 'the quote first'],
    ['a,b\n1,\u0000\n', 'row 1, column 2 holds a NUL byte', 'text in UTF-8, UTF-16 or Latin-1'],
  ])('refuses %j with the row and the rule', (text, got, expected) => {
    expect(() => scan(text)).toThrow(
      `the table cannot be read: ${got}, s3://b/t.csv: expected ${expected}; correct the file; it must keep RFC 4180`,
    )
  })

  it('refuses a header without rows', () => {
    expect(() => scan('a,b\n')).toThrow('the file has a header and no rows, s3://b/t.csv')
  })

  it('takes blank lines for nothing, but for a missing value where there is one column', () => {
    expect(scan('a,b\n1,2\n\n3,4\n\n').rows).toBe(2)
    expect(scan('a\n1\n\n3\n', { columns: 1 }).rows).toBe(3)
  })
})
