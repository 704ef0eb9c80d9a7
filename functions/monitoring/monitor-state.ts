/** What monitoring remembers of a project: one item, so that windows, episode and retraining move together or not at all. */
import * as z from 'zod'

const instant = z.string()

const seenWindow = z.object({ id: z.string(), at: instant, violated: z.boolean() })

const signalState = z.object({
  /** The newest windows of the version in production, oldest first. */
  recent: z.array(seenWindow),
})
export type SignalState = z.output<typeof signalState>

export const episodeSchema = z.object({
  id: z.string(),
  openedAt: instant,
  /** Time of the first of the violated windows in a row that opened it: since when the world is another. */
  since: instant,
  /** Signals that reached their number of violations. */
  causes: z.array(z.enum(['drift', 'performance'])),
  modelVersion: z.string(),
  acknowledgedAt: instant.optional(),
  acknowledgedBy: z.string().optional(),
  escalatedAt: instant.optional(),
})
export type Episode = z.output<typeof episodeSchema>

export const noticeKinds = ['opened', 'escalated', 'recovered'] as const
const noticeSchema = z.object({
  /** Unique: a notice that is told twice is one. */
  id: z.string(),
  kind: z.enum(noticeKinds),
  at: instant,
  text: z.string(),
  /** Whose it is to tell it: the run that decided, and after a while whoever comes next. */
  teller: z.object({ runId: z.string(), until: instant }).optional(),
})
export type Notice = z.output<typeof noticeSchema>

export const retrainingSchema = z.object({
  /** Idempotency key of the training. */
  key: z.string(),
  episode: z.string(),
  askedAt: instant,
  /** Afterwards it is taken for lost. */
  leaseUntil: instant,
  dataset: z.object({ name: z.string(), version: z.string(), uri: z.string() }),
  /** Of the training, once it is known to have begun. */
  runId: z.string().optional(),
})
export type Retraining = z.output<typeof retrainingSchema>

export const monitorStateSchema = z.object({
  project: z.string(),
  /** Raised by every write, and the condition of the next. */
  revision: z.int().min(0),
  modelVersion: z.string().nullable(),
  drift: signalState,
  performance: signalState,
  episodes: z.int().min(0),
  episode: episodeSchema.nullable(),
  retraining: retrainingSchema.nullable(),
  retrainings: z.int().min(0),
  lastRetraining: retrainingSchema.nullable(),
  /** Decided, and not yet known to be published. */
  outbox: z.array(noticeSchema),
})
export type MonitorState = z.output<typeof monitorStateSchema>

export const initialState = (project: string): MonitorState => ({
  project,
  revision: 0,
  modelVersion: null,
  drift: { recent: [] },
  performance: { recent: [] },
  episodes: 0,
  episode: null,
  retraining: null,
  retrainings: 0,
  lastRetraining: null,
  outbox: [],
})
