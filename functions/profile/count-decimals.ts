/** Counts numbers of few decimal places by their place on the scale: most measurements are such, and need no sorting. */
import type { WeightedNumbers } from './distinct-values.ts'

const powers = [1, 10, 100, 1_000, 10_000, 100_000]
/** A longer scale than this many times the numbers is dearer than sorting them. */
const longestScale = 4

/** @returns each value once, ascending, with its count; undefined where the numbers are not dense on such a scale. */
export function countDecimals(numbers: Float64Array): WeightedNumbers | undefined {
  if (numbers.length === 0) return undefined
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let at = 0; at < numbers.length; at++) {
    const value = numbers[at] as number
    if (value < least) least = value
    if (value > most) most = value
  }
  for (const power of powers) {
    const from = Math.round(least * power)
    const steps = Math.round(most * power) - from + 1
    if (!(steps <= longestScale * numbers.length) || Math.abs(from) + steps > Number.MAX_SAFE_INTEGER)
      return undefined
    const counted = countSteps(numbers, power, { from, steps })
    if (counted !== undefined) return counted
  }
  return undefined
}

/** @returns undefined at the first number that is not exactly a step of the scale. */
function countSteps(
  numbers: Float64Array,
  power: number,
  { from, steps }: { from: number; steps: number },
): WeightedNumbers | undefined {
  const scale = new Uint32Array(steps)
  let size = 0
  for (let at = 0; at < numbers.length; at++) {
    const value = numbers[at] as number
    const step = Math.round(value * power)
    if (step / power !== value) return undefined
    const count = scale[step - from] as number
    if (count === 0) size++
    scale[step - from] = count + 1
  }
  const values = new Float64Array(size)
  const counts = new Float64Array(size)
  let place = 0
  for (let step = 0; step < steps; step++) {
    const count = scale[step] as number
    if (count === 0) continue
    values[place] = (step + from) / power
    counts[place++] = count
  }
  return { values, counts }
}
