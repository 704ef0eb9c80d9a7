/** Counts the rows of a coded table that repeat an earlier one. */
import type { CodedColumn, CodedTable } from '../dataset/coded-table.ts'

/** Rows that may still be alike: `groups[i]` tells which ones `rows[i]` is alike to in the columns seen so far. */
interface Alike {
  readonly rows: Uint32Array
  readonly groups: Uint32Array
  readonly groupCount: number
}

/** Column by column, those of most distinct cells first: what is like no other row is not looked at again. */
export function countRepeatedRows({ rows, columns }: CodedTable): number {
  if (columns.some(({ size, missing }) => size === rows && missing.length < 2)) return 0
  let alike: Alike = {
    rows: Uint32Array.from({ length: rows }, (_, row) => row),
    groups: new Uint32Array(rows),
    groupCount: 1,
  }
  for (const column of columns.toSorted((a, b) => b.size - a.size)) {
    if (alike.rows.length === 0) return 0
    if (column.size > 1) alike = split(alike, column)
  }
  return alike.rows.length - alike.groupCount
}

/** @param alike is written over. @returns the groups that are left when rows of different cells are told apart. */
function split({ rows, groups }: Alike, { codes, size, missing }: CodedColumn): Alike {
  // Ways to write that a cell is missing are one and the same.
  const same = Uint32Array.from({ length: size }, (_, code) => code)
  for (const code of missing) same[code] = missing[0] ?? code
  const members = new KeyCounts(rows.length)
  const slots = new Uint32Array(rows.length)
  for (let at = 0; at < rows.length; at++) {
    const code = same[codes[rows[at] as number] as number] as number
    slots[at] = members.add((groups[at] as number) * size + code)
  }
  let left = 0
  for (let at = 0; at < rows.length; at++) {
    const group = members.name(slots[at] as number)
    if (group === undefined) continue
    rows[left] = rows[at] as number
    groups[left++] = group
  }
  return { rows: rows.subarray(0, left), groups: groups.subarray(0, left), groupCount: members.named }
}

/** Counts whole numbers from 0; the ones that repeat are then numbered anew. A Map would take ten times the memory. */
class KeyCounts {
  readonly #keys: Float64Array
  readonly #counts: Uint32Array
  readonly #names: Uint32Array
  named = 0

  /** @param most keys that will be added */
  constructor(most: number) {
    const slots = 2 ** Math.ceil(Math.log2(2 * most + 1))
    this.#keys = new Float64Array(slots)
    this.#counts = new Uint32Array(slots)
    this.#names = new Uint32Array(slots)
  }

  /** @returns the slot of the key. */
  add(key: number): number {
    const mask = this.#keys.length - 1
    let slot = (Math.imul(key % 0x1_0000_0000, 0x9e37_79b1) >>> 5) & mask
    while (this.#counts[slot] !== 0 && this.#keys[slot] !== key) slot = (slot + 1) & mask
    this.#keys[slot] = key
    this.#counts[slot] = (this.#counts[slot] as number) + 1
    return slot
  }

  /** @returns the number of the key, undefined where it stands there once. */
  name(slot: number): number | undefined {
    if (this.#counts[slot] === 1) return undefined
    if (this.#names[slot] === 0) this.#names[slot] = ++this.named
    return (this.#names[slot] as number) - 1
  }
}
