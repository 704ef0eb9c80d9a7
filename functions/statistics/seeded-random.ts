/** A seeded random generator: the same seed gives the same sequence on every machine. */

/** A source of numbers uniform in [0, 1). */
export type Random = () => number

/**
 * sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32 so that neighbouring seeds are unrelated.
 * @param seed any integer.
 */
export function seededRandom(seed: number): Random {
  let mix = seed | 0
  const next = () => {
    mix = (mix + 0x9e3779b9) | 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return z ^ (z >>> 15)
  }
  let a = next()
  let b = next()
  let c = next()
  let counter = 1
  const random = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }
  for (let i = 0; i < 12; i++) random()
  return random
}
