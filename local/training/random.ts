/** Random numbers by counter: the same for a row or a tree whatever thread asks, and in whatever order. */

/** A well mixed 32-bit number of (seed, stream, index): the finaliser of MurmurHash3 over a Weyl sequence. */
export function hash32(seed: number, stream: number, index: number): number {
  let state = Math.imul(seed ^ 0x2545f491, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca77)
  state = mix(state) ^ Math.imul(index + 1, 0xc2b2ae3d)
  return mix(state) >>> 0
}

function mix(value: number): number {
  let state = value ^ (value >>> 16)
  state = Math.imul(state, 0x85ebca6b)
  state ^= state >>> 13
  state = Math.imul(state, 0xc2b2ae35)
  return state ^ (state >>> 16)
}

/** `floor(share · n)` entries, at least one, of `from` without replacement, in ascending order. */
export function sampleWithout(from: Int32Array, share: number, seed: number, stream: number): Int32Array {
  if (share >= 1) return from
  const count = Math.max(1, Math.floor(share * from.length))
  const pool = Int32Array.from(from)
  for (let at = 0; at < count; at++) {
    const other = at + (hash32(seed, stream, at) % (pool.length - at))
    const kept = pool[at] as number
    pool[at] = pool[other] as number
    pool[other] = kept
  }
  return pool.slice(0, count).sort()
}
