/** Publishes a run's drift numbers to CloudWatch; what it does not take is kept in the bucket, and sent by a later run, once. */
import { setTimeout as pause } from 'node:timers/promises'
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import * as z from 'zod'
import { driftState } from '../layout.ts'
import { getJson, list, putJson, putJsonOnce } from '../object-store.ts'
import type { DriftMetric } from './drift-metrics.ts'

const namespace = 'Regimen'
const attempts = 3
/** Before the second and the third attempt, on top of the client's own retries. */
const pauseMilliseconds = 200
/** A claim of a run that died before it had sent anything is void after so long. */
const claimMilliseconds = 15 * 60_000
/** Older numbers CloudWatch does not take (PutMetricData: two weeks). */
const oldestMilliseconds = 13 * 24 * 3_600_000
/** Sent by one run at most, so that it is not held up. */
const mostResent = 20

const cloudWatch = new CloudWatchClient({})

/** A drift metric of this release or of one before it. */
type Measurement = Omit<DriftMetric, 'name'> & { readonly name: string }

export type Dimensions = Readonly<Record<string, string>>

/** CloudWatch and the bucket, as far as they are needed here. */
export interface MetricsTarget {
  put(dimensions: Dimensions, metrics: readonly Measurement[], at: Date): Promise<void>
  spill(uri: string, document: unknown): Promise<void>
  /** `false` when the object was there. */
  putOnce(uri: string, document: unknown): Promise<boolean>
  list(prefix: string): Promise<readonly { uri: string }[]>
  read(uri: string): Promise<unknown>
}

/** One PutMetricData call: at most 1,000 metrics, of which a run has about ten. */
export const metricsTarget: MetricsTarget = {
  async put(dimensions, metrics, at) {
    await cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: namespace,
        MetricData: metrics.map(({ name, value, unit }) => ({
          MetricName: name,
          Value: value,
          Unit: unit,
          Timestamp: at,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        })),
      }),
    )
  },
  spill: putJson,
  putOnce: putJsonOnce,
  list,
  read: getJson,
}

const spilled = z.object({
  dimensions: z.record(z.string(), z.string()),
  metrics: z.array(z.object({ name: z.string(), value: z.number(), unit: z.enum(['Count', 'None']) })),
  at: z.iso.datetime(),
})

export interface Publication {
  readonly dimensions: Dimensions
  readonly metrics: readonly DriftMetric[]
  /** When they were measured, ISO 8601. */
  readonly at: string
  /** Where they lie when CloudWatch does not take them. */
  readonly spillUri: string
}

/**
 * True when the metrics were published. Otherwise they lie at `spillUri` for a later run to send, and scoring goes on.
 * @throws whatever the bucket throws when it, too, refuses.
 */
export async function publishMetrics(
  { dimensions, metrics, at, spillUri }: Publication,
  target: MetricsTarget = metricsTarget,
  waitMilliseconds = pauseMilliseconds,
): Promise<boolean> {
  let cause: unknown
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      await target.put(dimensions, metrics, new Date(at))
      return true
    } catch (error) {
      cause = error
      if (attempt < attempts) await pause(waitMilliseconds * attempt)
    }
  }
  const error = cause instanceof Error ? cause.name : 'unknown'
  await target.spill(spillUri, { namespace, dimensions, metrics, at, attempts, error })
  return false
}

/**
 * Sends what earlier runs could not, oldest first, and stops at the first that CloudWatch refuses again. Each is claimed
 * by a conditional put before it is sent, so that two runs at once do not send it twice; only a run that dies between
 * sending and saying so leaves one that is sent again.
 * @returns how many were sent; never throws, since a report of the past must not hold up scoring.
 */
export async function resendMetrics(
  root: string,
  now: Date,
  target: MetricsTarget = metricsTarget,
): Promise<{ sent: number; error?: string }> {
  let sent = 0
  try {
    const done = new Set((await target.list(driftState.sentPrefix(root))).map(({ uri }) => nameOf(uri)))
    const waiting = (await target.list(driftState.unsentPrefix(root))).map(({ uri }) => uri).sort()
    for (const uri of waiting) {
      if (sent === mostResent) break
      if (done.has(nameOf(uri))) continue
      const { dimensions, metrics, at } = spilled.parse(await target.read(uri))
      if (now.getTime() - Date.parse(at) > oldestMilliseconds) continue
      const claim = await claimNext(driftState.unsentClaims(root, nameOf(uri)), now, target)
      if (claim === undefined) continue
      try {
        await target.put(dimensions, metrics, new Date(at))
      } catch (error) {
        await target.spill(`${claim}.released`, { at: now.toISOString() })
        return { sent, error: error instanceof Error ? error.name : 'unknown' }
      }
      await target.spill(driftState.sent(root, nameOf(uri)), { at: now.toISOString() })
      sent++
    }
    return { sent }
  } catch (error) {
    return { sent, error: error instanceof Error ? error.name : 'unknown' }
  }
}

const nameOf = (uri: string) => uri.slice(uri.lastIndexOf('/') + 1)

/** The claim that this run now holds; undefined while another holds one. */
async function claimNext(prefix: string, now: Date, target: MetricsTarget): Promise<string | undefined> {
  const names = (await target.list(prefix)).map(({ uri }) => uri)
  const claims = names.filter((uri) => !uri.endsWith('.released'))
  const last = `${prefix}${claims.length - 1}`
  if (claims.length > 0 && !names.includes(`${last}.released`)) {
    const { at } = z.object({ at: z.iso.datetime() }).parse(await target.read(last))
    if (now.getTime() - Date.parse(at) < claimMilliseconds) return undefined
  }
  const claim = `${prefix}${claims.length}`
  return (await target.putOnce(claim, { at: now.toISOString() })) ? claim : undefined
}
