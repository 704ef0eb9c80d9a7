/** Listings: prefix, delimiter, pages. A common prefix counts as one entry of a page, as in S3. */
import type { KeyIndex } from './key-index.ts'
import type { ObjectVersion } from './object-version.ts'

export interface ListingRequest {
  readonly prefix: string
  readonly delimiter: string
  /** Entries come after this key or common prefix. */
  readonly after: string
  readonly maxKeys: number
}

export interface Listing<Entry> {
  readonly entries: readonly Entry[]
  readonly commonPrefixes: readonly string[]
  /** The last entry of a page that is not the last page. */
  readonly next: string | undefined
}

export function listObjects(index: KeyIndex, request: ListingRequest): Listing<ObjectVersion> {
  return list(index, request, (key) => {
    const [newest] = index.versions(key)
    return newest === undefined || newest.deleteMarker ? [] : [newest]
  })
}

/** All versions. With `afterVersion` the page goes on within the key `after`, behind that version. */
export function listVersions(
  index: KeyIndex,
  request: ListingRequest & { readonly afterVersion: string },
): Listing<ObjectVersion> {
  const { after, afterVersion } = request
  if (afterVersion === '') return list(index, request, (key) => index.versions(key))
  const within = index.versions(after)
  const seen = within.findIndex(({ versionId }) => versionId === afterVersion)
  return list(index, request, (key) => (key === after ? within.slice(seen + 1) : index.versions(key)), [
    after,
  ])
}

function list(
  index: KeyIndex,
  { prefix, delimiter, after, maxKeys }: ListingRequest,
  entriesOf: (key: string) => readonly ObjectVersion[],
  first: readonly string[] = [],
): Listing<ObjectVersion> {
  const entries: ObjectVersion[] = []
  const commonPrefixes: string[] = []
  let last: string | undefined
  const isFull = () => entries.length + commonPrefixes.length >= maxKeys
  const page = (next: string | undefined) => ({ entries, commonPrefixes, next })
  for (const key of follow(first, index.keys(prefix, after))) {
    const found = entriesOf(key)
    if (found.length === 0) continue
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const common = cut === -1 ? undefined : key.slice(0, cut + delimiter.length)
    if (common !== undefined && (common === commonPrefixes.at(-1) || common === after)) continue
    for (const entry of common === undefined ? found : [undefined]) {
      if (isFull()) return page(maxKeys === 0 ? undefined : last)
      if (entry !== undefined) entries.push(entry)
      else if (common !== undefined) commonPrefixes.push(common)
      last = common ?? key
    }
  }
  return page(undefined)
}

/** One after the other, without reading the second before it is needed. */
function* follow<Item>(first: Iterable<Item>, second: Iterable<Item>): Generator<Item> {
  yield* first
  yield* second
}
