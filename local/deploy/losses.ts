/** What an update or a destroy would lose or let go of, and what is said when it is refused for that. */
import { keptTypes } from '../../infra/kept-types.ts'

/** One step of an update, as a preview knows it. */
export interface PlannedStep {
  readonly urn: string
  readonly type: string
  readonly change: 'created' | 'updated' | 'replaced' | 'unchanged' | 'imported' | 'deleted' | 'retained'
  /** It stays in its stack as it is, unless an update is told to ignore that. */
  readonly protect?: boolean
}

/** Steps that would lose what cannot be made again. What is retained is not lost. */
export const losses = (steps: readonly PlannedStep[]): PlannedStep[] =>
  steps.filter(({ type, change }) => keptTypes.has(type) && (change === 'replaced' || change === 'deleted'))

/** What is said when an update is refused for them. */
export function lossRefusal(lost: readonly PlannedStep[]): string {
  return (
    `the update would lose what cannot be made again: ${listed(lost)}; expected stateful resources to be kept; ` +
    'restore the name or key that changed, or give the new one another logical name and move the content first'
  )
}

/** Steps that Pulumi refuses unless it is told to ignore protection; it refuses what would be retained too. */
export const partings = (steps: readonly PlannedStep[]): PlannedStep[] =>
  steps.filter(
    ({ protect, change }) =>
      protect === true && (change === 'replaced' || change === 'deleted' || change === 'retained'),
  )

/** What is said when an update is refused for them. */
export function partingRefusal(parting: readonly PlannedStep[]): string {
  return (
    `the update would take out of the stack what is protected: ${listed(parting)}; expected it to stay; ` +
    'put it back into the program or its settings, or give --ignore-protect: what is retained stays in the account'
  )
}

const listed = (steps: readonly PlannedStep[]) =>
  steps.map(({ urn, change }) => `${urn} would be ${change}`).join(', ')
