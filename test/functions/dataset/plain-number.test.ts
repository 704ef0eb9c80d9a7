import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainNumber } from '../../../functions/dataset/plain-number.ts'
import { readCell } from '../../../functions/dataset/read-cell.ts'

const read = (text: string, isWhole = false) => {
  // What stands beside a cell is none of its business.
  const bytes = Buffer.from(`-${text}-9`)
  return plainNumber(bytes, 1, bytes.length - 2, isWhole)
}

describe('a number that is written plainly', () => {
  it('is what the contract reads, or is left to the contract', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom('0', '1', '9', '.', '-', '+', 'e', ' '), maxLength: 18 }),
      fc.integer().map(String),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.tuple(fc.integer(), fc.nat({ max: 1e7 })).map(([whole, part]) => `${whole}.${part}`),
    )
    fc.assert(
      fc.property(text, (each) => {
        for (const type of ['integer', 'number'] as const) {
          const plain = read(each, type === 'integer')
          if (!Number.isNaN(plain)) expect(plain).toBe(readCell(type, each))
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('covers what most tables hold', () => {
    expect(
      ['0', '-0', '007', '12', '-3.50', '0.1', '5.', '123456789012345'].map((each) => read(each)),
    ).toEqual([0, -0, 7, 12, -3.5, 0.1, 5, 123456789012345])
    expect(['0', '-0', '-12'].map((each) => read(each, true))).toEqual([0, 0, -12])
    for (const each of ['', '-', '.', '.5', '+1', '1e3', '1 ', '1.2.3', '1234567890123456', 'x', '1,5'])
      expect(read(each), each).toBeNaN()
    expect(read('1.0', true)).toBeNaN()
  })
})
