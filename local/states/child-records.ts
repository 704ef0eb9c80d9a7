/** Finds the child executions of distributed Maps in the files of their Map runs. */
import { childArn, childName, parseChildName } from './child-execution.ts'
import type { Engine } from './engine.ts'
import type { Status } from './execute.ts'
import type { ExecutionSummary } from './execution-summary.ts'
import type { JournalRecord, Redrive } from './journal.ts'
import { type EndRecord, redriveOf, type StartRecord } from './journal-ends.ts'
import type { MapRunSummary } from './map-run-files.ts'

export interface ChildEnds {
  readonly start: StartRecord
  readonly end: EndRecord | undefined
  readonly redrive: Redrive | undefined
  records(): AsyncIterable<JournalRecord>
}

/** A child by the ARN `…:execution:<machine>/<label>:<mapRunId>-<index>`. */
export async function childOf(engine: Engine, arn: string): Promise<ChildEnds | undefined> {
  const match = /^(.*:execution:[^:/]+)\/([^:]+):([^:]+)$/.exec(arn)
  const child = parseChildName(match?.[3] ?? '')
  if (match === null || child === undefined) return undefined
  const machineArn = (match[1] ?? '').replace(':execution:', ':stateMachine:')
  const mapRun = await findMapRun(engine, machineArn, child.mapRunId)
  if (mapRun === undefined) return undefined
  const records = async function* () {
    for await (const entry of engine.mapRuns.records(mapRun.executionArn, mapRun.arn)) {
      if (entry.child === child.index) yield entry.record
    }
  }
  let start: StartRecord | undefined
  let end: EndRecord | undefined
  let redrive: Redrive | undefined
  for await (const record of records()) {
    if (record.kind === 'start') start = record
    if (record.kind === 'end') end = record
    if (record.kind !== 'redriven') continue
    end = undefined
    redrive = redriveOf(record)
  }
  return start === undefined ? undefined : { start, end, redrive, records }
}

export async function findMapRun(
  engine: Engine,
  machineArn: string,
  mapRunId: string,
): Promise<MapRunSummary | undefined> {
  for (const { arn } of engine.list(machineArn)) {
    const found = (await engine.mapRuns.list(arn)).find((mapRun) => mapRun.arn.endsWith(`:${mapRunId}`))
    if (found !== undefined) return found
  }
  return undefined
}

/** The children of a Map run that have begun, in their order. */
export async function listChildren(engine: Engine, mapRun: MapRunSummary): Promise<ExecutionSummary[]> {
  const children = new Map<number, ExecutionSummary>()
  const [label = '', mapRunId = ''] = mapRun.arn.split('/').at(-1)?.split(':') ?? []
  for await (const { child, record } of engine.mapRuns.records(mapRun.executionArn, mapRun.arn)) {
    if (record.kind === 'start') {
      const name = childName(mapRunId, child)
      children.set(child, {
        arn: childArn(mapRun.machineArn, label, name),
        name,
        machineArn: `${mapRun.machineArn}/${label}`,
        status: 'RUNNING',
        startDate: String(record.execution.startTime),
      })
    }
    const begun = children.get(child)
    if (record.kind === 'redriven' && begun !== undefined) {
      const { stopDate: _, ...summary } = begun
      children.set(child, { ...summary, status: 'RUNNING' })
    }
    if (record.kind === 'end' && begun !== undefined) {
      children.set(child, { ...begun, status: record.status as Status, stopDate: record.stopDate })
    }
  }
  return [...children].sort(([a], [b]) => a - b).map(([, summary]) => summary)
}
