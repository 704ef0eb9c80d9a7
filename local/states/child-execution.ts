/** A child execution of a distributed Map: a flow with its own history, recorded in the file of its Map run. */
import type { Processor } from './definition.ts'
import { Aborted, begin, type End, execute, redrive } from './execute.ts'
import { Interrupted } from './failure.ts'
import { History } from './history.ts'
import type { Redrive } from './journal.ts'
import type { MapRunLog } from './map-run.ts'
import type { RecoveredScope } from './recovery.ts'
import { type ExecutionInfo, Run, type RunServices } from './run.ts'

/** A child that an earlier process had begun. */
export interface RecoveredChild {
  readonly scope: RecoveredScope
  readonly input: unknown
  readonly startTime: string
  lastEvent: number
  redrive: Redrive | undefined
  /** Ended without success before the execution above it was redriven. */
  ended: boolean
}

/**
 * Runs one child to its end; a failed child is an answer, not an error.
 * @throws Interrupted `shutdown`
 */
export async function runChild(options: {
  services: RunServices
  parent: ExecutionInfo
  processor: Processor
  log: MapRunLog
  label: string
  mapRunId: string
  index: number
  input: unknown
  recovered: RecoveredChild | undefined
  signal: AbortSignal
}): Promise<End> {
  const { services, parent, log, index, recovered, signal } = options
  const name = childName(options.mapRunId, index)
  const { redrive: above, ...identity } = parent
  const current =
    recovered?.ended === true ? nextRedrive(recovered.redrive, services.now()) : recovered?.redrive
  const run = new Run(
    services,
    {
      ...identity,
      ...(current === undefined ? {} : { redrive: current }),
      parentRedrives: above?.count ?? 0,
      arn: childArn(parent.machineArn, options.label, name),
      name,
      input: recovered === undefined ? options.input : recovered.input,
      startTime: recovered?.startTime ?? services.now().toISOString(),
    },
    new History(recovered?.lastEvent ?? 0),
    { append: (record, lazy) => log.append(index, record, lazy), close: () => Promise.resolve() },
  )
  const stop = () => {
    const { reason } = signal
    const shutdown = reason instanceof Interrupted && reason.kind === 'shutdown'
    run.controller.abort(shutdown ? reason : new Aborted(undefined, undefined))
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    if (signal.aborted) stop()
    if (recovered === undefined) await begin(run)
    else if (recovered.ended && current !== undefined) {
      await redrive(run, current)
      recovered.scope.redrive()
    }
    return await execute(run, options.processor, recovered?.scope)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const nextRedrive = (latest: Redrive | undefined, now: Date): Redrive => ({
  count: (latest?.count ?? 0) + 1,
  date: now.toISOString(),
})

/** Says which child of which Map run it is, so that its history can be found. */
export const childName = (mapRunId: string, index: number) => `${mapRunId}-${index}`

export const childArn = (machineArn: string, label: string, name: string) =>
  `${machineArn.replace(':stateMachine:', ':execution:')}/${label}:${name}`

export function parseChildName(name: string): { mapRunId: string; index: number } | undefined {
  const match = /^([0-9a-f-]{36})-(\d+)$/.exec(name)
  return match?.[1] === undefined ? undefined : { mapRunId: match[1], index: Number(match[2]) }
}
