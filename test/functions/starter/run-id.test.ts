import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../functions/canonical-json.ts'
import { runIdOf } from '../../../functions/starter/run-id.ts'

describe('a run id', () => {
  test('is 16 characters a-z and 0-9, the same for the same value in any order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reordered = Object.fromEntries(Object.entries(value).toReversed())
        expect(runIdOf(value)).toMatch(/^[a-z0-9]{16}$/)
        expect(runIdOf(reordered)).toBe(runIdOf(value))
      }),
      { numRuns: 200 },
    )
  })

  test('differs where the value differs', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(runIdOf(a) === runIdOf(b)).toBe(canonicalJson(a) === canonicalJson(b))
      }),
      { numRuns: 200 },
    )
  })

  test('never changes for a value: runs of the past keep theirs', () => {
    expect(runIdOf({ b: [1, 'x', null], a: { c: 0.5 } })).toBe(runIdOf({ a: { c: 0.5 }, b: [1, 'x', null] }))
    expect(canonicalJson({ b: [1, 'x', null], a: { c: 0.5, d: undefined } })).toBe(
      '{"a":{"c":0.5},"b":[1,"x",null]}',
    )
  })
})
