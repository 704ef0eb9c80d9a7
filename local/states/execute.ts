/** Runs an execution from its first event, or from where its journal ends, to its last. */
import { sleep } from './clock.ts'
import type { Machine } from './definition.ts'
import { Interrupted, StateFailure } from './failure.ts'
import type { NewEvent } from './history.ts'
import type { Redrive } from './journal.ts'
import type { RecoveredScope } from './recovery.ts'
import type { Run } from './run.ts'
import { Scope } from './scope.ts'

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'

export interface End {
  readonly status: Exclude<Status, 'RUNNING'>
  readonly stopDate: string
  readonly output?: unknown
  readonly error?: string
  readonly cause?: string
}

/** Records that the execution has begun. */
export async function begin(run: Run, definition: Record<string, unknown> = {}): Promise<void> {
  const { execution } = run
  await run.commit(
    { kind: 'start', execution: { ...execution, ...definition } },
    [
      {
        type: 'ExecutionStarted',
        details: {
          input: JSON.stringify(execution.input),
          inputDetails: { truncated: false },
          roleArn: execution.roleArn,
        },
      },
    ],
    0,
  ).flushed
}

/** Records that the execution goes on after an unsuccessful end. */
export async function redrive(run: Run, redrive: Redrive): Promise<void> {
  const redriveCount = redrive.count
  await run.commit(
    { kind: 'redriven', ...redrive },
    [{ type: 'ExecutionRedriven', details: { redriveCount } }],
    run.history.last,
  ).flushed
}

/**
 * Runs the machine and records the end.
 * @throws Interrupted `shutdown`: nothing ended, the journal says where to go on
 */
export async function execute(run: Run, machine: Machine, recovered?: RecoveredScope): Promise<End> {
  const { execution, services, controller } = run
  const scope = new Scope({
    run,
    flow: machine,
    signal: controller.signal,
    ...(recovered === undefined ? {} : { recovered }),
    // The first state's event follows the execution's, which AWS does not count as its predecessor.
    previousEventId: recovered === undefined ? 0 : run.history.last,
  })
  const quiet = new AbortController()
  if (machine.TimeoutSeconds !== undefined) {
    // A redrive gives the whole time again.
    const from = execution.redrive?.date ?? execution.startTime
    const left = Date.parse(from) + machine.TimeoutSeconds * 1000 - services.now().getTime()
    sleep(Math.max(0, left), quiet.signal).then(
      () => controller.abort(new TimedOut()),
      () => undefined,
    )
  }
  try {
    const output = await scope.execute(execution.input)
    return await finish(run, { status: 'SUCCEEDED', output }, scope.previousEventId)
  } catch (error) {
    const reason = controller.signal.aborted ? controller.signal.reason : error
    if (reason instanceof TimedOut) {
      return await finish(run, { status: 'TIMED_OUT', error: 'States.Timeout' }, run.history.last)
    }
    if (reason instanceof Aborted) {
      return await finish(
        run,
        {
          status: 'ABORTED',
          ...(reason.error === undefined ? {} : { error: reason.error }),
          ...(reason.reason === undefined ? {} : { cause: reason.reason }),
        },
        run.history.last,
      )
    }
    if (reason instanceof Interrupted) throw reason
    const failure =
      reason instanceof StateFailure ? reason : new StateFailure('States.Runtime', describe(reason))
    return await finish(
      run,
      {
        status: 'FAILED',
        ...(failure.error === undefined ? {} : { error: failure.error }),
        ...(failure.reason === undefined ? {} : { cause: failure.reason }),
      },
      run.history.last,
    )
  } finally {
    quiet.abort(new Interrupted('ended'))
    controller.abort(new Interrupted('ended'))
  }
}

/** The machine's TimeoutSeconds have passed. */
export class TimedOut extends Interrupted {
  constructor() {
    super('ended')
  }
}

/** Somebody stopped the execution. */
export class Aborted extends Interrupted {
  readonly error: string | undefined
  readonly reason: string | undefined

  constructor(error: string | undefined, reason: string | undefined) {
    super('ended')
    this.error = error
    this.reason = reason
  }
}

const endEvents = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
} as const

/** Records the end. */
export async function finish(run: Run, end: Omit<End, 'stopDate'>, previousEventId: number): Promise<End> {
  const stopDate = run.services.now().toISOString()
  const { error, cause } = end
  const event: NewEvent = {
    type: endEvents[end.status],
    details:
      end.status === 'SUCCEEDED'
        ? { output: JSON.stringify(end.output), outputDetails: { truncated: false } }
        : { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) },
  }
  const { redrive, parentRedrives = 0 } = run.execution
  const redrives = {
    ...(redrive === undefined ? {} : { redrive }),
    ...(parentRedrives === 0 ? {} : { parentRedrives }),
  }
  await run.commit({ kind: 'end', ...end, stopDate, ...redrives }, [event], previousEventId).flushed
  return { ...end, stopDate }
}

const describe = (error: unknown) => (error instanceof Error ? error.message : String(error))
