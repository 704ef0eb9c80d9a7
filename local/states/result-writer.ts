/** `ResultWriter`: what became of the children, as files in S3 and a manifest that lists them. */
import { childArn, childName } from './child-execution.ts'
import type { ResultWriter } from './definition.ts'
import { Interrupted, StateFailure } from './failure.ts'
import type { MapRunLog } from './map-run.ts'
import { ResultFiles } from './result-files.ts'
import { evaluateTemplate } from './template.ts'
import type { Visit } from './visit.ts'

export interface ResultTarget {
  readonly bucket: string
  readonly prefix: string
}

/** Where to write; undefined when the writer only shapes the state's result. */
export async function evaluateWriter(writer: ResultWriter, visit: Visit): Promise<ResultTarget | undefined> {
  if (writer.Resource === undefined) return undefined
  const value = await evaluateTemplate(writer.Arguments ?? {}, visit.bindings(), 'ResultWriter/Arguments')
  if (typeof value !== 'object' || value === null || !('Bucket' in value)) {
    throw new StateFailure('States.ResultWriterFailed', 'ResultWriter needs a Bucket')
  }
  return { bucket: String(value.Bucket), prefix: 'Prefix' in value ? String(value.Prefix) : '' }
}

/**
 * Writes `<prefix>/<mapRunId>/{SUCCEEDED,FAILED}_n.json` and `manifest.json`.
 * @returns what the state hands on: where the manifest is
 * @throws StateFailure States.ResultWriterFailed
 */
export async function writeResults(options: {
  writer: ResultWriter
  target: ResultTarget
  visit: Visit
  log: MapRunLog
  mapRunArn: string
  mapRunId: string
  label: string
}): Promise<unknown> {
  const { writer, target, visit, log, mapRunArn, mapRunId, label } = options
  const { Transformation = 'NONE', OutputType = 'JSON' } = writer.WriterConfig ?? {}
  const folder = `${target.prefix === '' ? '' : `${target.prefix.replace(/\/$/, '')}/`}${mapRunId}`
  const put = (name: string, body: string) => putObject(visit, target.bucket, `${folder}/${name}`, body)
  const files = new ResultFiles(OutputType === 'JSONL', put)
  const starts = new Map<number, { input: unknown; startTime: unknown }>()
  const superseded = await redrivenEnds(log)
  for await (const { child, record } of log.read()) {
    if (record.kind === 'start') {
      starts.set(child, { input: record.execution.input, startTime: record.execution.startTime })
    }
    if (record.kind !== 'end') continue
    const earlier = superseded.get(child) ?? 0
    if (earlier > 0) {
      superseded.set(child, earlier - 1)
      continue
    }
    const start = starts.get(child)
    starts.delete(child)
    const kind = record.status === 'SUCCEEDED' ? 'SUCCEEDED' : 'FAILED'
    if (kind === 'SUCCEEDED' && Transformation !== 'NONE') {
      const flat = Transformation === 'FLATTEN' && Array.isArray(record.output)
      for (const value of flat ? (record.output as unknown[]) : [record.output]) await files.add(kind, value)
      continue
    }
    const name = childName(mapRunId, child)
    const { machineArn } = visit.run.execution
    await files.add(kind, {
      ExecutionArn: childArn(machineArn, label, name),
      Input: JSON.stringify(start?.input),
      InputDetails: { Included: true },
      Name: name,
      ...(record.output === undefined
        ? {}
        : { Output: JSON.stringify(record.output), OutputDetails: { Included: true } }),
      ...(record.error === undefined ? {} : { Error: record.error }),
      ...(record.cause === undefined ? {} : { Cause: record.cause }),
      RedriveCount: record.redrive?.count ?? 0,
      ...(record.redrive === undefined ? {} : { RedriveDate: record.redrive.date }),
      RedriveStatus: record.status === 'SUCCEEDED' ? 'NOT_REDRIVABLE' : 'REDRIVABLE_BY_MAP_RUN',
      StartDate: start?.startTime,
      StateMachineArn: `${machineArn}/${label}`,
      Status: record.status,
      StopDate: record.stopDate,
    })
  }
  await files.finish()
  const manifest = await put(
    'manifest.json',
    JSON.stringify({ DestinationBucket: target.bucket, MapRunArn: mapRunArn, ResultFiles: files.written }),
  )
  return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: target.bucket, Key: manifest.Key } }
}

/** How many ends of a child a redrive took back; only children that were redriven are listed. */
async function redrivenEnds(log: MapRunLog): Promise<Map<number, number>> {
  const ends = new Map<number, number>()
  for await (const { child, record } of log.read()) {
    if (record.kind === 'redriven') ends.set(child, (ends.get(child) ?? 0) + 1)
  }
  return ends
}

async function putObject(visit: Visit, bucket: string, key: string, body: string) {
  const { services, execution } = visit.run
  try {
    const input = { Bucket: bucket, Key: key, Body: Buffer.from(body) }
    await services.call('s3', 'PutObject', input, { roleArn: execution.roleArn })
  } catch (error) {
    if (error instanceof Interrupted) throw error
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    throw new StateFailure('States.ResultWriterFailed', cause)
  }
  return { Key: key, Size: Buffer.byteLength(body) }
}
