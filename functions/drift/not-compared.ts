/** The columns of two tables that a comparison leaves out, and why: what is not said of them is no news that they are steady. */
import type { Profile } from '../profile/profile.ts'
import type { Drift } from './drift.ts'

export interface NotCompared {
  readonly column: string
  readonly why: string
}

export function notCompared(baseline: Profile, current: Profile, { features }: Drift): NotCompared[] {
  const left = Object.entries(baseline.columns)
    .filter(([name]) => !Object.hasOwn(features, name))
    .map(([column, { type }]) => ({
      column,
      why: type === 'timestamp' ? 'a time, which always moves on' : 'a text or an identifier',
    }))
  const added = Object.keys(current.columns)
    .filter((name) => !Object.hasOwn(baseline.columns, name))
    .map((column) => ({ column, why: 'not in the baseline' }))
  return [...left, ...added]
}
