/** The history of a training: metrics per round, and when to stop. */
import type { Settings } from './hyperparameters.ts'
import { metricNamed } from './metric.ts'

export interface Round {
  readonly round: number
  /** One value per metric of `settings.evalMetrics`. */
  readonly train: readonly number[]
  readonly validation: readonly number[] | undefined
}

/** As the algorithm prints it: `[12]\ttrain-logloss:0.31000\tvalidation-logloss:0.33000`. */
export function roundLine({ round, train, validation }: Round, metrics: readonly string[]): string {
  const parts = (channel: string, values: readonly number[]) =>
    values.map((value, at) => `\t${channel}-${metrics[at]}:${value.toFixed(5)}`)
  return `[${round}]${[...parts('train', train), ...(validation === undefined ? [] : parts('validation', validation))].join('')}`
}

export interface EarlyStopping {
  /** Undefined when early stopping was not asked for. */
  readonly best: { readonly round: number; readonly score: number } | undefined
  /** True when the last round of the patience has passed without a gain. */
  readonly exhausted: boolean
}

/**
 * Watches the last metric on the validation channel, as the algorithm does; equal is no gain.
 * @returns a function to be given each round in turn.
 */
export function earlyStopping(settings: Settings): (round: Round) => EarlyStopping {
  const patience = settings.earlyStoppingRounds
  const maximise = metricNamed(settings.evalMetrics.at(-1) ?? '')?.maximise === true
  let best: { round: number; score: number } | undefined
  return ({ round, validation }) => {
    const score = validation?.at(-1)
    if (patience === undefined || score === undefined) return { best: undefined, exhausted: false }
    if (best === undefined || (maximise ? score > best.score : score < best.score)) best = { round, score }
    return { best, exhausted: round - best.round >= patience }
  }
}
