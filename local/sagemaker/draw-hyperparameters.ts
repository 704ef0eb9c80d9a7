/** Random search (Bergstra and Bengio 2012): the hyperparameters of a tuning job's n-th training job. */
import { createHash } from 'node:crypto'
import type { NumericRange, TuningRequest } from './tuning-job.ts'

/** Uniform in [0, 1), the same for the same words: a restarted search goes on with the same draws. */
function uniform(...words: (string | number)[]): number {
  const digest = createHash('sha256').update(words.join('\u0000')).digest()
  return digest.readUIntBE(0, 6) / 2 ** 48
}

/** @param at in [0, 1) */
function within({ MinValue, MaxValue, ScalingType }: NumericRange, at: number): number {
  const [low, high] = [Number(MinValue), Number(MaxValue)]
  if (ScalingType === 'Logarithmic') return Math.exp(Math.log(low) + at * (Math.log(high) - Math.log(low)))
  if (ScalingType === 'ReverseLogarithmic') {
    return 1 - Math.exp(Math.log(1 - low) + at * (Math.log(1 - high) - Math.log(1 - low)))
  }
  return low + at * (high - low)
}

/** @param index of the training job, from 0 */
export function drawHyperparameters(request: TuningRequest, index: number): Record<string, string> {
  const config = request.HyperParameterTuningJobConfig
  const ranges = config.ParameterRanges
  const seed = config.RandomSeed ?? request.HyperParameterTuningJobName
  const draw = (name: string) => uniform(seed, index, name)
  const values: Record<string, string> = {}
  for (const range of ranges.IntegerParameterRanges) {
    const high = Number(range.MaxValue)
    // Of a linear range every whole number is as likely as another, the ends included.
    const at =
      range.ScalingType === 'Auto' || range.ScalingType === 'Linear'
        ? Math.floor(within({ ...range, MaxValue: String(high + 1) }, draw(range.Name)))
        : Math.round(within(range, draw(range.Name)))
    values[range.Name] = String(Math.min(at, high))
  }
  for (const range of ranges.ContinuousParameterRanges) {
    values[range.Name] = String(within(range, draw(range.Name)))
  }
  for (const { Name, Values } of ranges.CategoricalParameterRanges) {
    values[Name] = Values[Math.floor(draw(Name) * Values.length)] ?? ''
  }
  return values
}
