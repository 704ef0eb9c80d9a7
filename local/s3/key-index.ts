/** The keys of a bucket in S3's order (UTF-8 bytes), each with its versions from the newest to the oldest. */
import type { ObjectVersion } from './object-version.ts'

export class KeyIndex {
  readonly #versions = new Map<string, ObjectVersion[]>()
  #sorted: string[] | undefined

  get empty(): boolean {
    return this.#versions.size === 0
  }

  versions(key: string): readonly ObjectVersion[] {
    return this.#versions.get(key) ?? []
  }

  all(): ObjectVersion[] {
    return [...this.#versions.values()].flat()
  }

  /** Adds a version, in place of one with the same id. */
  put(version: ObjectVersion): void {
    const before = this.#versions.get(version.key)
    if (before === undefined) this.#sorted = undefined
    const others = (before ?? []).filter(({ versionId }) => versionId !== version.versionId)
    this.#versions.set(
      version.key,
      [...others, version].sort((left, right) => right.sequence - left.sequence),
    )
  }

  remove(version: ObjectVersion): void {
    const left = this.versions(version.key).filter(({ versionId }) => versionId !== version.versionId)
    if (left.length > 0) this.#versions.set(version.key, left)
    else {
      this.#versions.delete(version.key)
      this.#sorted = undefined
    }
  }

  /** Keys that start with `prefix` and come after `after`. */
  *keys(prefix: string, after: string): Generator<string> {
    this.#sorted ??= [...this.#versions.keys()].sort(compareKeys)
    const sorted = this.#sorted
    for (let at = firstAfter(sorted, prefix, after); at < sorted.length; at++) {
      const key = sorted[at]
      if (key === undefined || !key.startsWith(prefix)) return
      yield key
    }
  }
}

function firstAfter(sorted: readonly string[], prefix: string, after: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const key = sorted[middle] ?? ''
    if (compareKeys(key, prefix) < 0 || (after !== '' && compareKeys(key, after) <= 0)) low = middle + 1
    else high = middle
  }
  return low
}

/** Order of the UTF-8 bytes; JavaScript's own order differs for characters beyond U+FFFF. */
export function compareKeys(left: string, right: string): number {
  if (/[\ud800-\udfff]/.test(left + right)) return Buffer.compare(Buffer.from(left), Buffer.from(right))
  return left < right ? -1 : left > right ? 1 : 0
}
