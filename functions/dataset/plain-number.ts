/** Reads the numbers that most tables hold, from their bytes. */

/** So many digits are a whole number below 2^53, and the powers of ten that they are divided by are exact as well. */
const mostDigits = 15
const powersOfTen = Float64Array.from({ length: mostDigits + 1 }, (_, power) => 10 ** power)

const [minus, point, zero, nine] = [0x2d, 0x2e, 0x30, 0x39] as const

/**
 * A quotient of two exact numbers is rounded once, so it is the nearest to the decimal one: Clinger, How to read floating
 * point numbers accurately (1990).
 *
 * @param isWhole reads whole numbers only. @returns NaN for whatever is not `-?[0-9]+(\.[0-9]*)?` of at most 15 digits.
 */
export function plainNumber(bytes: Uint8Array, start: number, end: number, isWhole: boolean): number {
  const isNegative = bytes[start] === minus
  const first = isNegative ? start + 1 : start
  let value = 0
  let decimals = -1
  for (let at = first; at < end; at++) {
    const byte = bytes[at] as number
    if (byte >= zero && byte <= nine) {
      value = value * 10 + byte - zero
      if (decimals >= 0) decimals++
    } else if (byte === point && decimals < 0 && at > first && !isWhole) decimals = 0
    else return Number.NaN
  }
  const digits = end - first - (decimals < 0 ? 0 : 1)
  if (digits <= 0 || digits > mostDigits) return Number.NaN
  if (decimals > 0) value /= powersOfTen[decimals] as number
  // A whole number has no -0.
  return isNegative ? (isWhole ? 0 - value : -value) : value
}
