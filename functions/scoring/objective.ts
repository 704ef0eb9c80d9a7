/** What an XGBoost objective does to margins: its link, and the space in which its `base_score` is written. */
import { RegimenError } from '../errors.ts'

/** How margins become predictions. `class` is the index of the largest margin, `sign` 1 above zero. */
export type Link = 'identity' | 'logistic' | 'exp' | 'softmax' | 'class' | 'sign'

/** `base` is the function from `base_score` to the margin (`ProbToMargin` in the library). */
interface Objective {
  readonly link: Link
  readonly base: 'identity' | 'logit' | 'log'
}

const identity: Objective = { link: 'identity', base: 'identity' }
const objectives: Readonly<Record<string, Objective>> = {
  'binary:logistic': { link: 'logistic', base: 'logit' },
  'reg:logistic': { link: 'logistic', base: 'logit' },
  'binary:logitraw': identity,
  'binary:hinge': { link: 'sign', base: 'identity' },
  'reg:squarederror': identity,
  'reg:squaredlogerror': identity,
  'reg:pseudohubererror': identity,
  'reg:absoluteerror': identity,
  'rank:pairwise': identity,
  'rank:ndcg': identity,
  'rank:map': identity,
  'count:poisson': { link: 'exp', base: 'log' },
  'reg:gamma': { link: 'exp', base: 'log' },
  'reg:tweedie': { link: 'exp', base: 'log' },
  'multi:softprob': { link: 'softmax', base: 'identity' },
  'multi:softmax': { link: 'class', base: 'identity' },
}

/** @throws RegimenError `ModelUnreadable` for an objective that is not supported. */
export function objectiveNamed(name: string): Objective {
  const found = Object.hasOwn(objectives, name) ? objectives[name] : undefined
  if (found !== undefined) return found
  throw new RegimenError('ModelUnreadable', {
    what: 'the model has an unsupported objective',
    where: 'at learner.objective.name',
    got: JSON.stringify(name.slice(0, 60)),
    expected: `one of ${Object.keys(objectives).join(', ')}`,
  })
}

/** `base_score` in the space of margins, rounded to 32 bits at each step as the library does. */
export function baseMargin(objective: Objective, score: number): number {
  const f = Math.fround
  if (objective.base === 'identity') return f(score)
  if (objective.base === 'log') return f(Math.log(f(score)))
  if (!(score >= 0 && score <= 1)) return Number.NaN
  // The library keeps the margin finite where all labels were the same (`kRtEps`, since 3.1).
  const inside = Math.min(Math.max(f(score), f(1e-6)), f(1 - 1e-6))
  return f(-Math.log(f(f(1 / inside) - 1)))
}
