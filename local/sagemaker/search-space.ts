/** The ranges of a tuning job as the unit cube: a point in it is a set of hyperparameters. */
import type { NumericRange, TuningRequest } from './tuning-job.ts'

export interface Dimension {
  readonly name: string
  /** @param at from 0 up to 1. @returns the value as the algorithm takes it */
  valueAt(at: number): string
  /** Where a value stands; the inverse of `valueAt` up to rounding. */
  placeOf(value: string): number
  /** Values far apart in number may be as alike as any two others. */
  readonly isCategory: boolean
  /** How many values there are; infinite for a continuous range. */
  readonly values: number
}

/** In the order of the request: integers, continuous ones, categories. */
export function searchSpace({ HyperParameterTuningJobConfig: config }: TuningRequest): Dimension[] {
  const { IntegerParameterRanges, ContinuousParameterRanges, CategoricalParameterRanges } =
    config.ParameterRanges
  return [
    ...IntegerParameterRanges.map(integerRange),
    ...ContinuousParameterRanges.map(
      (range): Dimension => ({
        name: range.Name,
        valueAt: (at) => String(stretch(range, at)),
        placeOf: (value) => shrink(range, Number(value)),
        isCategory: false,
        values: Number.POSITIVE_INFINITY,
      }),
    ),
    ...CategoricalParameterRanges.map(
      ({ Name, Values }): Dimension => ({
        name: Name,
        valueAt: (at) => Values[Math.min(Values.length - 1, Math.floor(at * Values.length))] ?? '',
        placeOf: (value) => (Values.indexOf(value) + 0.5) / Values.length,
        isCategory: true,
        values: Values.length,
      }),
    ),
  ]
}

/** Of a linear range every whole number is as likely as another, the ends included. */
function integerRange(range: NumericRange): Dimension {
  const [low, high] = [Number(range.MinValue), Number(range.MaxValue)]
  const isLinear = range.ScalingType === 'Auto' || range.ScalingType === 'Linear'
  const wide: NumericRange = isLinear ? { ...range, MaxValue: String(high + 1) } : range
  const round = isLinear ? Math.floor : Math.round
  return {
    name: range.Name,
    valueAt: (at) => String(Math.max(low, Math.min(high, round(stretch(wide, at))))),
    placeOf: (value) => shrink(wide, Number(value) + (isLinear ? 0.5 : 0)),
    isCategory: false,
    values: high - low + 1,
  }
}

function stretch({ MinValue, MaxValue, ScalingType }: NumericRange, at: number): number {
  const [low, high] = [Number(MinValue), Number(MaxValue)]
  if (ScalingType === 'Logarithmic') return low * (high / low) ** at
  if (ScalingType === 'ReverseLogarithmic') return 1 - (1 - low) * ((1 - high) / (1 - low)) ** at
  return low + at * (high - low)
}

function shrink({ MinValue, MaxValue, ScalingType }: NumericRange, value: number): number {
  const [low, high] = [Number(MinValue), Number(MaxValue)]
  if (high === low) return 0.5
  if (ScalingType === 'Logarithmic') return Math.log(value / low) / Math.log(high / low)
  if (ScalingType === 'ReverseLogarithmic')
    return Math.log((1 - value) / (1 - low)) / Math.log((1 - high) / (1 - low))
  return (value - low) / (high - low)
}
