/** Audit events and their chains: each event carries the hash of the one before it, so that history cannot be edited unseen. */
import * as z from 'zod'
import { digestOf } from '../canonical-json.ts'

const result = z.enum(['begun', 'done', 'failed', 'denied'])

/** What happened, as a door tells it. Names and counts alone: never a row, a key of an entity or a value. */
export interface Happening {
  readonly actor: string
  readonly action: string
  readonly resource: string
  /** `begun` stands before the act, so that no act is without its event; `denied`: a rule of the platform said no. */
  readonly result: z.output<typeof result>
  readonly requestId: string
  readonly purpose?: string | undefined
  /** Rows concerned, where it is known. */
  readonly count?: number | undefined
  /** Name of the error, for `failed` and `denied`. */
  readonly error?: string | undefined
}

export const auditEvent = z.object({
  chain: z.string(),
  sequence: z.int().min(1),
  previous: z.string(),
  /** The same event may stand in two chains when an answer of the table was lost; its id is one. */
  id: z.string(),
  time: z.string(),
  actor: z.string(),
  action: z.string(),
  resource: z.string(),
  result,
  requestId: z.string(),
  purpose: z.string().optional(),
  count: z.number().optional(),
  error: z.string().optional(),
  hash: z.string(),
})
export type AuditEvent = z.output<typeof auditEvent>

export interface Head {
  readonly chain: string
  readonly sequence: number
  readonly hash: string
}

/** The place before the first event of a chain. */
export const beginning = (chain: string): Head => ({ chain, sequence: 0, hash: digestOf({ chain }) })

export const headOf = ({ chain, sequence, hash }: AuditEvent): Head => ({ chain, sequence, hash })

/** The event that follows `head`. */
export function follow(
  head: Head,
  happening: Happening,
  { id, time }: { id: string; time: string },
): AuditEvent {
  const unsealed = {
    ...happening,
    id,
    time,
    chain: head.chain,
    sequence: head.sequence + 1,
    previous: head.hash,
  }
  return auditEvent.parse({ ...unsealed, hash: digestOf(unsealed) })
}

export const hashOf = ({ hash: _, ...unsealed }: AuditEvent): string => digestOf(unsealed)
