/** Who may decide what about a dataset version: approved once by somebody else than who registered it, rejected for good. */
import * as z from 'zod'
import { RegimenError } from '../errors.ts'
import { person } from '../person.ts'

export const datasetStatus = z.enum(['pending', 'approved', 'rejected'])
export type DatasetStatus = z.output<typeof datasetStatus>

/** One entry of a version's decisions; entries are added and never changed. */
export const decisionSchema = z.object({
  project: z.string(),
  name: z.string(),
  version: z.string(),
  /** From 1. */
  sequence: z.int().min(1),
  status: z.enum(['approved', 'rejected']),
  reviewer: z.string(),
  reason: z.string(),
  /** ISO 8601. */
  decidedAt: z.string(),
})
export type Decision = z.output<typeof decisionSchema>

export interface Review {
  readonly status: 'approved' | 'rejected'
  readonly reviewer: string
  readonly reason: string
}

export interface Reviewed {
  readonly name: string
  readonly version: string
  readonly requestedBy: string
}

/** Environments in which two people are needed. */
const guarded: ReadonlySet<string> = new Set(['staging', 'prod'])

/**
 * @param latest the newest decision, if there is one
 * @returns `undefined` when the version has that status already: nothing is added.
 * @throws RegimenError `ApprovalRefused` when the registrant approves in staging or prod, or a rejected version is approved;
 * `InvalidRequest` when a rejection gives no reason.
 */
export function nextStatus(
  dataset: Reviewed,
  latest: Pick<Decision, 'status' | 'reviewer' | 'decidedAt' | 'reason'> | undefined,
  review: Review,
  environment: string,
): Review['status'] | undefined {
  const { name, version, requestedBy } = dataset
  const what = `dataset ${name}@${version}`
  if (review.status === 'rejected' && review.reason.trim() === '')
    throw new RegimenError('InvalidRequest', {
      what: `a rejection of ${what} needs a reason`,
      do: 'say why with --reason',
    })
  if (latest?.status === review.status) return undefined
  if (latest?.status === 'rejected')
    throw new RegimenError('ApprovalRefused', {
      what: `${what} was rejected by ${latest.reviewer} at ${latest.decidedAt}`,
      got: 'an approval',
      expected: 'nothing more: a rejected version stays rejected',
      do: 'import corrected data, which is another version',
    })
  if (
    review.status === 'approved' &&
    guarded.has(environment) &&
    person(review.reviewer) === person(requestedBy)
  )
    throw new RegimenError('ApprovalRefused', {
      what: `${what} was registered by who approves it`,
      got: review.reviewer,
      expected: `another person in ${environment}`,
      do: 'let somebody else review it',
    })
  return review.status
}
