/** One line for each protected resource that an update took out of the stack: it stays in the account, and costs there. */
import type { PlannedStep } from '../../local/deploy/losses.ts'

export const letGo = (steps: readonly PlannedStep[]): string[] =>
  steps
    .filter(({ change, protect }) => change === 'retained' && protect === true)
    .map(({ urn }) => `let go of, and kept: ${urn.split('::').slice(2).join(' ')}`)
