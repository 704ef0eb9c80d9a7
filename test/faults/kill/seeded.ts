/** Random numbers that a seed repeats (mulberry32). */
export function seeded(seed: number): {
  unit(): number
  integer(from: number, to: number): number
  pick<T>(of: readonly T[]): T
} {
  let state = seed >>> 0
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  /** Both ends are included. */
  const integer = (from: number, to: number) => from + Math.floor(unit() * (to - from + 1))
  return { unit, integer, pick: (of) => of[integer(0, of.length - 1)] as (typeof of)[number] }
}
