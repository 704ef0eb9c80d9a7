/** From values to places in a drawing, and round numbers to write beside an axis. */

export type Scale = (value: number) => number

/** Linear; a domain of one value goes to the middle of the range. */
export function linearScale(
  [low, high]: readonly [number, number],
  [start, end]: readonly [number, number],
): Scale {
  const span = high - low
  return (value) => (span === 0 ? (start + end) / 2 : start + ((value - low) / span) * (end - start))
}

/** Steps of 1, 2 or 5 times a power of ten within [low, high]: about `count` of them. */
export function ticks(low: number, high: number, count = 5): number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return []
  if (!(high > low)) return [low]
  const raw = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = ([1, 2, 5].find((factor) => factor * power >= raw * 0.999) ?? 10) * power
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  // Multiples, not sums: 0.1 added three times is not 0.3.
  const decimals = Math.max(0, -Math.floor(Math.log10(step)))
  // A number is written with at most a hundred decimals: beyond, rounding would leave nothing but zeros.
  const rounded = (value: number) => (decimals > 100 ? value : Number(value.toFixed(decimals)))
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => rounded((first + at) * step + 0))
}

/** The smallest round number that is not below `value`: where an axis that starts at zero ends. */
export function niceCeiling(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const factor = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * power >= value * 0.9999)
  return Number(((factor ?? 10) * power).toPrecision(12))
}

/** Places in a path, to a tenth of a unit. */
export const place = (value: number) => String(Math.round(value * 10) / 10)
