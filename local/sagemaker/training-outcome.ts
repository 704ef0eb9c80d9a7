/** What a finished trainer left behind: the failure reason, or the final metrics. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import * as z from 'zod'

const metricsFile = z.union([
  z.object({ metrics: z.record(z.string(), z.number().nullable()) }).transform(({ metrics }) => metrics),
  z.record(z.string(), z.unknown()),
])

/** Final values by name (`validation:auc`); what is no finite number is no metric. */
export async function finalMetrics(file: string, at: Date) {
  if (!existsSync(file)) return []
  const values = metricsFile.parse(JSON.parse(await readFile(file, 'utf8')))
  return Object.entries(values).flatMap(([MetricName, Value]) =>
    typeof Value === 'number' && Number.isFinite(Value)
      ? [{ MetricName, Value, Timestamp: at.toISOString() }]
      : [],
  )
}

/** `FailureReason` as SageMaker words it from the `failure` file (first 1,024 characters) and the exit code. */
export async function failureReason(file: string, code: number | null): Promise<string> {
  const said = existsSync(file) ? (await readFile(file, 'utf8')).trim() : ''
  const named = /^(AlgorithmError|ClientError|InternalServerError): /.test(said)
    ? said
    : `AlgorithmError: ${said}`
  const ending = code === null ? '' : `${said === '' ? '' : ', '}exit code: ${code}`
  return `${named.slice(0, 1_024 - ending.length)}${ending}`
}
