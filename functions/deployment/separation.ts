/** Separation of duties: in production, who trained a model does not approve it. */
import { RegimenError } from '../errors.ts'
import { person } from '../person.ts'

export interface Approval {
  readonly project: string
  readonly version: string
  readonly trainedBy: string | undefined
  readonly approvedBy: string | undefined
  /** Who brought it from another environment. */
  readonly promotedBy?: string | undefined
}

/** @throws RegimenError `ApprovalRefused` when the environment asks for two people and there are not two. */
export function requireTwoPeople(
  { project, version, trainedBy, approvedBy, promotedBy }: Approval,
  environment: string,
): void {
  if (environment !== 'prod') return
  const refuse = (what: string, remedy: string) => {
    throw new RegimenError('ApprovalRefused', { what: `${project} version ${version} ${what}`, do: remedy })
  }
  if (trainedBy === undefined || trainedBy === 'unattributed')
    refuse('comes from a run that nobody is recorded for', 'train it through start-run')
  else if (approvedBy === undefined)
    refuse('was approved by nobody known', 'approve it under an identity of your own')
  else if (person(trainedBy) === person(approvedBy))
    refuse('was approved by who trained it', 'let somebody else approve it')
  else if (promotedBy !== undefined && person(promotedBy) === person(approvedBy))
    refuse('was approved by who brought it here', 'let somebody else approve it')
}
