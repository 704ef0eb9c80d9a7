/** Publishes a run's drift numbers to CloudWatch: names and numbers only, spilled to the bucket when that fails. */
import { setTimeout as pause } from 'node:timers/promises'
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { putJson } from '../object-store.ts'
import type { DriftMetric } from './drift-metrics.ts'

const namespace = 'Regimen'
const attempts = 3
/** Before the second and the third attempt, on top of the client's own retries. */
const pauseMilliseconds = 200

const cloudWatch = new CloudWatchClient({})

export interface MetricsTarget {
  put(dimensions: Readonly<Record<string, string>>, metrics: readonly DriftMetric[]): Promise<void>
  spill(uri: string, document: unknown): Promise<void>
}

/** One PutMetricData call: at most 1,000 metrics, of which a run has eight at most. */
export const metricsTarget: MetricsTarget = {
  async put(dimensions, metrics) {
    await cloudWatch.send(
      new PutMetricDataCommand({
        Namespace: namespace,
        MetricData: metrics.map(({ name, value, unit }) => ({
          MetricName: name,
          Value: value,
          Unit: unit,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        })),
      }),
    )
  },
  spill: putJson,
}

/**
 * True when the metrics were published. Otherwise they lie at `spillUri` for the next run to send, and scoring goes on.
 * @throws whatever the bucket throws when it, too, refuses.
 */
export async function publishMetrics(
  dimensions: Readonly<Record<string, string>>,
  metrics: readonly DriftMetric[],
  spillUri: string,
  target: MetricsTarget = metricsTarget,
  waitMilliseconds = pauseMilliseconds,
): Promise<boolean> {
  let cause: unknown
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      await target.put(dimensions, metrics)
      return true
    } catch (error) {
      cause = error
      if (attempt < attempts) await pause(waitMilliseconds * attempt)
    }
  }
  const error = cause instanceof Error ? cause.name : 'unknown'
  await target.spill(spillUri, { namespace, dimensions, metrics, attempts, error })
  return false
}
