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

/** All versions; pages end between keys, so that one key's versions stay together. */
export function listVersions(index: KeyIndex, request: ListingRequest): Listing<ObjectVersion> {
  return list(index, request, (key) => index.versions(key))
}

function list(
  index: KeyIndex,
  { prefix, delimiter, after, maxKeys }: ListingRequest,
  entriesOf: (key: string) => readonly ObjectVersion[],
): Listing<ObjectVersion> {
  const entries: ObjectVersion[] = []
  const commonPrefixes: string[] = []
  let last: string | undefined
  for (const key of index.keys(prefix, after)) {
    const found = entriesOf(key)
    if (found.length === 0) continue
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const common = cut === -1 ? undefined : key.slice(0, cut + delimiter.length)
    if (common !== undefined && (common === commonPrefixes.at(-1) || common === after)) continue
    if (entries.length + commonPrefixes.length >= maxKeys)
      return { entries, commonPrefixes, next: maxKeys === 0 ? undefined : last }
    if (common === undefined) entries.push(...found)
    else commonPrefixes.push(common)
    last = common ?? key
  }
  return { entries, commonPrefixes, next: undefined }
}
