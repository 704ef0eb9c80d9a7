import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys, KeyIndex } from '../../../local/s3/key-index.ts'
import { listObjects, listVersions } from '../../../local/s3/listing.ts'
import type { ObjectVersion } from '../../../local/s3/object-version.ts'

const version = (key: string): ObjectVersion => ({
  key,
  versionId: 'null',
  sequence: 1,
  deleteMarker: false,
  size: 0,
  etag: '',
  lastModified: '2026-01-01T00:00:00.000Z',
  contentType: '',
  headers: {},
  metadata: {},
})

function indexOf(keys: readonly string[]): KeyIndex {
  const index = new KeyIndex()
  for (const key of keys) index.put(version(key))
  return index
}

/** Every page, as a client would fetch them. */
function pages(index: KeyIndex, prefix: string, delimiter: string, maxKeys: number) {
  const found: { keys: string[]; prefixes: string[] } = { keys: [], prefixes: [] }
  for (let after = ''; ; ) {
    const page = listObjects(index, { prefix, delimiter, after, maxKeys })
    expect(page.entries.length + page.commonPrefixes.length).toBeLessThanOrEqual(maxKeys)
    found.keys.push(...page.entries.map(({ key }) => key))
    found.prefixes.push(...page.commonPrefixes)
    if (page.next === undefined) return found
    after = page.next
  }
}

const key = fc.stringMatching(/^[ab/é\u{1F600}]{1,6}$/u)

describe('listings', () => {
  it('give the same keys and common prefixes for every page size as a listing by hand', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { maxLength: 25 }),
        fc.constantFrom('', 'a', 'a/', 'b/a'),
        fc.constantFrom('', '/'),
        fc.integer({ min: 1, max: 30 }),
        (keys, prefix, delimiter, maxKeys) => {
          const below = keys.filter((name) => name.startsWith(prefix)).sort(compareKeys)
          const cut = (name: string) => (delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length))
          expect(pages(indexOf(keys), prefix, delimiter, maxKeys)).toEqual({
            keys: below.filter((name) => cut(name) === -1),
            prefixes: [
              ...new Set(
                below.filter((name) => cut(name) !== -1).map((name) => name.slice(0, cut(name) + 1)),
              ),
            ],
          })
        },
      ),
      { numRuns: 300 },
    )
  })

  it('of versions give every version once, newest first, whatever the page size', () => {
    fc.assert(
      fc.property(
        fc.array(key, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (keys, maxKeys) => {
          const index = new KeyIndex()
          for (const [sequence, name] of keys.entries())
            index.put({ ...version(name), versionId: `v${sequence}`, sequence })
          const found: string[] = []
          for (let after = '', afterVersion = ''; ; ) {
            const page = listVersions(index, { prefix: '', delimiter: '', after, afterVersion, maxKeys })
            expect(page.entries.length).toBeLessThanOrEqual(maxKeys)
            found.push(...page.entries.map(({ versionId }) => versionId))
            if (page.next === undefined) break
            after = page.next
            afterVersion = page.entries.at(-1)?.versionId ?? ''
          }
          const all = [...new Set(keys)].sort(compareKeys).flatMap((name) => index.versions(name))
          expect(found).toEqual(all.map(({ versionId }) => versionId))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('order keys by their UTF-8 bytes', () => {
    const sorted = ['\u{1F600}', '\uFFFD', 'a'].sort(compareKeys)
    expect(sorted).toEqual(['a', '\uFFFD', '\u{1F600}'])
  })
})
