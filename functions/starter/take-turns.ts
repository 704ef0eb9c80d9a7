/** Moves a queue on and starts who has got a place. Each step may be the last before a crash: whoever comes next goes on from there. */
import { admit, type Change, leave, markFailure, markStarted, type Queue, renew } from './queue.ts'

/** What the queue's moves have effects on. */
export interface QueuePorts {
  readonly limit: number
  now(): number
  /** Changes the queue's item by one conditional write and gives what it is then. */
  change(change: Change): Promise<Queue>
  /** Starts a run's execution under its name; `existed` when it has ended already. */
  start(runId: string): Promise<{ readonly existed: boolean }>
  isRunning(runId: string): Promise<boolean>
  /** A run that could not be started again and again is recorded as failed. */
  giveUp(runId: string, error: unknown): Promise<void>
}

/** A start that fails this often is not tried again. */
export const mostFailures = 5

export interface Turns {
  readonly queue: Queue
  /** Run id to why it could not be started this time. */
  readonly failed: ReadonlyMap<string, unknown>
}

export async function takeTurns(ports: QueuePorts, first: Change): Promise<Turns> {
  const failed = new Map<string, unknown>()
  const move = (change: Change) => ports.change((queue) => admit(ports.limit, ports.now())(change(queue)))
  let queue = await move(first)
  for (;;) {
    const due = queue.running.find(({ started, runId }) => !started && !failed.has(runId))
    if (due !== undefined) queue = await start(ports, move, due.runId, failed)
    else {
      const expired = expiredOf(queue, ports.now())
      if (expired === undefined) return { queue, failed }
      const { runId, redrive } = expired
      const alive = await ports.isRunning(runId)
      queue = await move(alive ? renew(runId, ports.now()) : leave(runId, redrive))
    }
  }
}

async function start(
  ports: QueuePorts,
  move: (change: Change) => Promise<Queue>,
  runId: string,
  failed: Map<string, unknown>,
): Promise<Queue> {
  try {
    const { existed } = await ports.start(runId)
    // One that has ended gives its place back at once: its end was told before it had one.
    return await move(existed ? leave(runId) : markStarted(runId))
  } catch (error) {
    failed.set(runId, error)
    const queue = await move(markFailure(runId))
    const failures = queue.running.find((each) => each.runId === runId)?.failures ?? 0
    if (failures < mostFailures) return queue
    await ports.giveUp(runId, error)
    return await move(leave(runId))
  }
}

/** Leases are looked at when somebody waits for the place. */
const expiredOf = ({ running, waiting }: Queue, now: number) =>
  waiting.length === 0 ? undefined : running.find(({ started, leaseUntil }) => started && leaseUntil <= now)
