/** Sorts numbers by their bits: least significant digit first, 11 bits at a time (Knuth, TAOCP 3, 5.2.5). */

const digitBits = 11
const buckets = 1 << digitBits
/** Shifts of the digits within each half of a number's bits; the low half is sorted first. */
const shifts = [0, digitBits, 2 * digitBits] as const
/** Below this many, clearing the counts costs more than comparing. */
const fewNumbers = 2_048

const low = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1

/** Sorts ascending, in place; a negative zero comes before a plain one. @param values without NaN. */
export function sortNumbers(values: Float64Array): Float64Array {
  const count = values.length
  if (count < fewNumbers) return values.sort()
  let from: Uint32Array = new Uint32Array(values.buffer, values.byteOffset, 2 * count)
  let into: Uint32Array = new Uint32Array(2 * count)
  orderBits(from)
  const counts = countDigits(from)
  for (const [place, starts] of counts.entries()) {
    if (!toStarts(starts, count)) continue
    scatter(from, into, {
      half: place < shifts.length ? low : 1 - low,
      shift: shifts[place % 3] ?? 0,
      starts,
    })
    ;[from, into] = [into, from]
  }
  restoreBits(from)
  if (from.buffer !== values.buffer) values.set(new Float64Array(from.buffer, 0, count))
  return values
}

/** Numbers in bits that sort as unsigned integers do: negative ones inverted, the others behind them. */
function orderBits(words: Uint32Array): void {
  for (let at = 0; at < words.length; at += 2) {
    const high = words[at + 1 - low] as number
    const sign = (high | 0) >> 31
    words[at + low] = (words[at + low] as number) ^ sign
    words[at + 1 - low] = high ^ (sign | 0x80000000)
  }
}

function restoreBits(words: Uint32Array): void {
  for (let at = 0; at < words.length; at += 2) {
    const high = words[at + 1 - low] as number
    const sign = ~((high | 0) >> 31)
    words[at + low] = (words[at + low] as number) ^ sign
    words[at + 1 - low] = high ^ (sign | 0x80000000)
  }
}

/** How often each value of each digit stands there, the least significant digit first. */
function countDigits(words: Uint32Array): Uint32Array[] {
  const counts = new Uint32Array(2 * shifts.length * buckets)
  const count = (digit: number, value: number) => {
    const at = digit * buckets + (value & (buckets - 1))
    counts[at] = (counts[at] as number) + 1
  }
  for (let at = 0; at < words.length; at += 2) {
    const little = words[at + low] as number
    const great = words[at + 1 - low] as number
    count(0, little)
    count(1, little >>> digitBits)
    count(2, little >>> (2 * digitBits))
    count(3, great)
    count(4, great >>> digitBits)
    count(5, great >>> (2 * digitBits))
  }
  return Array.from({ length: 2 * shifts.length }, (_, digit) =>
    counts.subarray(digit * buckets, (digit + 1) * buckets),
  )
}

/** Turns counts into the places where each bucket starts. @returns false where all numbers share one bucket. */
function toStarts(counts: Uint32Array, total: number): boolean {
  let start = 0
  for (let bucket = 0; bucket < buckets; bucket++) {
    const count = counts[bucket] as number
    if (count === total) return false
    counts[bucket] = start
    start += count
  }
  return true
}

function scatter(
  from: Uint32Array,
  into: Uint32Array,
  { half, shift, starts }: { half: number; shift: number; starts: Uint32Array },
): void {
  const mask = buckets - 1
  for (let at = 0; at < from.length; at += 2) {
    const bucket = ((from[at + half] as number) >>> shift) & mask
    const place = starts[bucket] as number
    starts[bucket] = place + 1
    into[2 * place] = from[at] as number
    into[2 * place + 1] = from[at + 1] as number
  }
}
