import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  fromMetadataEntries,
  fromMetadataText,
  toMetadataEntries,
  toMetadataText,
} from '../../../functions/registry/metadata-text.ts'

/** The pattern of CustomerMetadataProperties in SageMaker's API. */
const allowed = /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u

test('writes what the registry does not take as bytes in hexadecimal', () => {
  expect(toMetadataText('{"eta":"0.1"}')).toBe('=7B=22eta=22:=220.1=22=7D')
  expect(toMetadataText('a=b')).toBe('a=3Db')
})

test('any text survives, within the pattern and the length of the registry', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
      const entries = toMetadataEntries('name', text)
      for (const [key, value] of entries) {
        expect(value).toMatch(allowed)
        expect(value.length).toBeLessThanOrEqual(256)
        expect(key).toMatch(allowed)
      }
      expect(fromMetadataText(toMetadataText(text))).toBe(text)
      expect(fromMetadataEntries('name', Object.fromEntries(entries)) ?? '').toBe(text)
    }),
    { numRuns: 300 },
  )
})
