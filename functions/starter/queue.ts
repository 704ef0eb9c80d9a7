/** Who of a project's runs goes next: a queue with a limit, as values; order and limit are decided together, so they are one item. */
import * as z from 'zod'

const waitingSchema = z.object({ runId: z.string(), requestedBy: z.string(), since: z.string() })

const runningSchema = waitingSchema.extend({
  /** Epoch milliseconds after which somebody looks whether the run is still there. */
  leaseUntil: z.number(),
  /** Which life of the execution holds the place: an end of an earlier one does not give it back. */
  redrive: z.int().min(0),
  /** `false` from the admission until the start is known to have happened. */
  started: z.boolean(),
  /** Starts that failed. */
  failures: z.int().min(0),
})

export const queueSchema = z.object({
  running: z.array(runningSchema),
  /** First come, first. */
  waiting: z.array(waitingSchema),
})
export type Queue = z.output<typeof queueSchema>
export type Waiting = z.output<typeof waitingSchema>
export type Running = z.output<typeof runningSchema>

export const emptyQueue: Queue = { running: [], waiting: [] }

/** Short, since an expired lease is not believed but looked at. */
export const leaseMilliseconds = 900_000

/** As many as keep the item below a third of DynamoDB's 400 KB. */
export const mostWaiting = 500

export type Change = (queue: Queue) => Queue

/** Puts a run at the end, unless it is in the queue already. */
export const join =
  (run: Waiting): Change =>
  (queue) =>
    holds(queue, run.runId) ? queue : { ...queue, waiting: [...queue.waiting, run] }

/** Lets runs in as far as the limit goes. */
export const admit =
  (limit: number, now: number): Change =>
  (queue) => {
    let { running, waiting } = queue
    while (running.length < limit) {
      const next = nextOf(running, waiting)
      if (next === undefined) break
      const entry = { ...next, leaseUntil: now + leaseMilliseconds, redrive: 0, started: false, failures: 0 }
      running = [...running, entry]
      waiting = waiting.filter((each) => each !== next)
    }
    return waiting === queue.waiting ? queue : { running, waiting }
  }

/** Gives a run's place back, or takes it out of the waiting ones. */
export const leave =
  (runId: string, redrive = 0): Change =>
  (queue) => ({
    running: queue.running.filter((each) => each.runId !== runId || each.redrive > redrive),
    waiting: queue.waiting.filter((each) => each.runId !== runId),
  })

/** A run that is known to run has a place, over the limit if need be: a redrive waits for nobody. */
export const occupy =
  (run: Waiting, redrive: number, now: number): Change =>
  (queue) => {
    const known = queue.running.find((each) => each.runId === run.runId)
    if (known !== undefined && known.redrive > redrive) return queue
    const entry = {
      ...run,
      ...known,
      leaseUntil: now + leaseMilliseconds,
      redrive,
      started: true,
      failures: 0,
    }
    return {
      running:
        known === undefined
          ? [...queue.running, entry]
          : queue.running.map((each) => (each === known ? entry : each)),
      waiting: queue.waiting.filter((each) => each.runId !== run.runId),
    }
  }

export const markStarted = (runId: string): Change => change(runId, (run) => ({ ...run, started: true }))

export const markFailure = (runId: string): Change =>
  change(runId, (run) => ({ ...run, failures: run.failures + 1 }))

export const renew = (runId: string, now: number): Change =>
  change(runId, (run) => ({ ...run, leaseUntil: now + leaseMilliseconds }))

const change =
  (runId: string, to: (run: Running) => Running): Change =>
  (queue) =>
    queue.running.some((each) => each.runId === runId)
      ? { ...queue, running: queue.running.map((each) => (each.runId === runId ? to(each) : each)) }
      : queue

export const holds = ({ running, waiting }: Queue, runId: string): boolean =>
  [...running, ...waiting].some((each) => each.runId === runId)

/**
 * Of those who wait, whose requester has the fewest runs going; of these who came first. Nobody waits for ever: each
 * run ends, and with the last of a requester's runs nobody goes before the first of those that wait but who came earlier.
 */
function nextOf(running: readonly Waiting[], waiting: readonly Waiting[]): Waiting | undefined {
  const going = new Map<string, number>()
  for (const { requestedBy } of running) going.set(requestedBy, (going.get(requestedBy) ?? 0) + 1)
  const load = ({ requestedBy }: Waiting) => going.get(requestedBy) ?? 0
  const [first] = waiting
  return waiting.reduce((best, each) => (best !== undefined && load(each) < load(best) ? each : best), first)
}

/** Run id to its place among those that wait, from 1, if nobody comes or ends before. */
export function placesOf({ running, waiting }: Queue): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  let [going, left]: [readonly Waiting[], readonly Waiting[]] = [running, waiting]
  for (let place = 1; left.length > 0; place += 1) {
    const next = nextOf(going, left)
    if (next === undefined) break
    places.set(next.runId, place)
    going = [...going, next]
    left = left.filter((each) => each !== next)
  }
  return places
}
