/** UBJSON both ways, and byte for byte as the library writes it. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeUbjson } from '../../../functions/scoring/decode-ubjson.ts'
import { encodeUbjson, type UbjsonValue } from '../../../functions/scoring/ubjson.ts'

test('a model of the library is decoded and encoded to the same bytes', () => {
  const bytes = readFileSync(new URL('fixtures/gbtree-reg-squarederror.ubj', import.meta.url))
  const value = decodeUbjson(bytes) as {
    learner: { gradient_booster: { model: { trees: Record<string, unknown>[] } } }
  }
  for (const tree of value.learner.gradient_booster.model.trees)
    for (const key of ['categories_segments', 'categories_sizes'])
      tree[key] = BigInt64Array.from(tree[key] as Float64Array, BigInt)
  expect(Buffer.from(encodeUbjson(value as unknown as UbjsonValue)).equals(bytes)).toBe(true)
})

test('any document of 32-bit numbers comes back', () => {
  const { document } = fc.letrec<{ document: UbjsonValue }>((tie) => ({
    document: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      fc.boolean(),
      fc.string({ unit: 'grapheme' }),
      fc.maxSafeInteger(),
      fc.float({ noDefaultInfinity: true, noNaN: true }),
      fc.int32Array(),
      fc.float32Array(),
      fc.uint8Array(),
      fc.int8Array(),
      fc.int16Array(),
      fc.array(tie('document')),
      fc.dictionary(fc.string(), tie('document'), { noNullPrototype: false }),
    ),
  }))
  fc.assert(
    fc.property(document, (value) => {
      expect(plain(decodeUbjson(encodeUbjson(value)))).toEqual(plain(value))
    }),
    { numRuns: 300 },
  )
})

/** Typed arrays compare by their type and numbers; objects without a prototype equal those with one. */
const plain = (value: unknown): unknown => {
  if (ArrayBuffer.isView(value)) return [value.constructor.name, ...(value as Uint8Array)]
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).map(([key, item]) => [key, plain(item)])
}

test('64-bit integers, counted objects, no-ops and open arrays of other writers are read', () => {
  expect(decodeUbjson(encodeUbjson(BigInt64Array.of(5n, -7n)))).toEqual(Float64Array.of(5, -7))
  const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))
  expect(decodeUbjson(bytes('N[i\x01NTCx]'))).toEqual([1, true, 'x'])
  expect(decodeUbjson(bytes('{#i\x01i\x01ai\x05'))).toEqual(Object.assign(Object.create(null), { a: 5 }))
  expect(decodeUbjson(bytes('{}'))).toEqual(Object.create(null))
})
