/** Carries one state through: entered, attempted, retried or caught, exited; each step recorded before the next. */
import { runChoice } from './choice-state.ts'
import type { Catcher, State } from './definition.ts'
import { covers } from './error-match.ts'
import { runFail } from './fail-state.ts'
import { noField, StateFailure } from './failure.ts'
import type { NewEvent } from './history.ts'
import { runMap } from './map-state.ts'
import { runParallel } from './parallel-state.ts'
import { runPass } from './pass-state.ts'
import { RetryPlan } from './retry.ts'
import { runSucceed } from './succeed-state.ts'
import { runTask, TaskFailure } from './task-state.ts'
import type { Outcome, Visit } from './visit.ts'
import { runWait } from './wait-state.ts'

const describeInput = (input: unknown) => ({
  input: JSON.stringify(input),
  inputDetails: { truncated: false },
})

export async function visitState(visit: Visit): Promise<Outcome> {
  const state = visit.scope.flow.States[visit.name]
  if (state === undefined) {
    throw new StateFailure('States.Runtime', visit.explain('The state does not exist.'))
  }
  enter(visit, state)
  const outcome = await attempt(visit, state)
  if (state.Type !== 'Fail') await leave(visit, state, outcome)
  visit.scope.assign(outcome.assigned)
  return outcome
}

function enter(visit: Visit, state: State): void {
  const known = visit.recall('entered')
  if (isEntered(known)) {
    visit.enteredEvent = known.event
    visit.enteredTime = known.time
    visit.precedingEvent = known.preceding ?? visit.run.history.last
    visit.scope.previousEventId = visit.run.history.last
    return
  }
  visit.precedingEvent = visit.scope.previousEventId
  visit.enteredTime = visit.run.services.now().toISOString()
  visit.enteredEvent = visit.run.history.last + 1
  visit.post(
    'entered',
    { event: visit.enteredEvent, time: visit.enteredTime, preceding: visit.precedingEvent },
    [{ type: `${state.Type}StateEntered`, details: { name: visit.name, ...describeInput(visit.input) } }],
  )
}

function isEntered(value: unknown): value is { event: number; time: string; preceding?: number } {
  return typeof value === 'object' && value !== null && 'event' in value && 'time' in value
}

/** States that compute: run again after the power went, they lead to the same place, and nobody saw the first time. */
const touchesNothing: ReadonlySet<State['Type']> = new Set(['Pass', 'Choice', 'Succeed'])

async function leave(visit: Visit, state: State, outcome: Outcome): Promise<void> {
  const { assigned } = outcome
  const variables = Object.entries(assigned).map(([name, value]) => [name, JSON.stringify(value)])
  const exited: NewEvent = {
    type: `${state.Type}StateExited`,
    details: {
      name: visit.name,
      output: JSON.stringify(outcome.output),
      outputDetails: { truncated: false },
      ...(variables.length === 0
        ? {}
        : {
            assignedVariables: Object.fromEntries(variables),
            assignedVariablesDetails: { truncated: false },
          }),
    },
  }
  const committed = visit.run.commit(
    {
      kind: 'exit',
      at: visit.at,
      output: outcome.output,
      assigned,
      ...(outcome.next === undefined ? {} : { next: outcome.next }),
    },
    [...(outcome.events ?? []), { ...exited, previous: visit.scope.previousEventId }],
    visit.scope.previousEventId,
    touchesNothing.has(state.Type) && !visit.run.overdue,
  )
  visit.scope.previousEventId = committed.events.at(-1)?.id ?? visit.scope.previousEventId
  await committed.flushed
}

/** Attempts the state until it succeeds, a catcher takes its failure, or nothing does. */
async function attempt(visit: Visit, state: State): Promise<Outcome> {
  const retries = new RetryPlan('Retry' in state && Array.isArray(state.Retry) ? state.Retry : [])
  for (let number = 0; ; number += 1) {
    visit.retryCount = number
    const failure = await tryOnce(visit, state, number)
    if (!(failure instanceof StateFailure)) return failure
    const delay = retries.next(failure, Math.random)
    if (delay !== undefined) {
      await waitForRetry(visit, number, delay)
      continue
    }
    await giveUp(visit, state)
    const catchers = 'Catch' in state && Array.isArray(state.Catch) ? state.Catch : []
    const index = catchers.findIndex((catcher) => covers(catcher.ErrorEquals, failure))
    const catcher = catchers[index]
    // What the failure has told of itself is told: the state around this one sees name and cause.
    if (catcher === undefined) throw new StateFailure(failure.error, failure.reason, undefined, failure.wild)
    return await caught(visit, catcher, index, failure)
  }
}

async function tryOnce(visit: Visit, state: State, number: number): Promise<Outcome | StateFailure> {
  const known = visit.recall(`failed:${number}`)
  if (isFailure(known)) return new StateFailure(known.error, known.cause, undefined, known.wild ?? true)
  try {
    return await runOnce(visit, state, number)
  } catch (error) {
    const failure = visit.failure(error)
    if (failure === undefined || failure.error === 'States.Runtime') throw failure ?? error
    // AWS lets the event follow what preceded the state's entry, unless the state had begun; a Wait always has.
    const begun = visit.scope.previousEventId !== visit.enteredEvent || state.Type === 'Wait'
    if (failure.location !== undefined && !begun) visit.scope.previousEventId = visit.precedingEvent
    await visit.note(
      `failed:${number}`,
      { error: failure.error, cause: failure.reason, ...(failure.wild ? {} : { wild: false }) },
      failureEvents(visit, failure),
    )
    return failure
  }
}

function isFailure(
  value: unknown,
): value is { error: string | undefined; cause: string | undefined; wild?: boolean } {
  return typeof value === 'object' && value !== null
}

function runOnce(visit: Visit, state: State, number: number): Promise<Outcome> {
  switch (state.Type) {
    case 'Pass':
      return runPass(state, visit)
    case 'Task':
      return runTask(state, visit, number)
    case 'Choice':
      return runChoice(state, visit)
    case 'Wait':
      return runWait(state, visit)
    case 'Succeed':
      return runSucceed(state, visit)
    case 'Fail':
      return runFail(state, visit)
    case 'Parallel':
      return runParallel(state, visit, number)
    case 'Map':
      return runMap(state, visit, number)
  }
}

/** AWS tells of a failed Map or Parallel once, when no retrier takes the failure any more. */
async function giveUp(visit: Visit, state: State): Promise<void> {
  if (state.Type !== 'Map' && state.Type !== 'Parallel') return
  await visit.once('given-up', async () => true, [{ type: `${state.Type}StateFailed` }])
}

function failureEvents(visit: Visit, failure: StateFailure): NewEvent[] {
  const events: NewEvent[] = []
  if (failure instanceof TaskFailure) events.push(...failure.events)
  if (failure.location !== undefined) {
    events.push(evaluationFailed(visit, failure))
  }
  return events
}

function evaluationFailed(visit: Visit, { error, reason, location }: StateFailure): NewEvent {
  const place = location === noField ? {} : { location }
  return { type: 'EvaluationFailed', details: { error, cause: reason, ...place, state: visit.name } }
}

async function waitForRetry(visit: Visit, number: number, delaySeconds: number): Promise<void> {
  const { services } = visit.run
  if (services.mocks?.has(visit.name) === true) return
  const until = await visit.once(
    `retry:${number}`,
    async () => services.now().getTime() + delaySeconds * 1000,
  )
  await services.sleep(until - services.now().getTime(), visit.scope.signal)
}

async function caught(
  visit: Visit,
  catcher: Catcher,
  index: number,
  failure: StateFailure,
): Promise<Outcome> {
  // A task that was failed by its token without an error's name tells null for both; a timeout has an empty cause.
  const errorOutput =
    failure.error === undefined
      ? { Error: null, Cause: failure.reason ?? null }
      : { Error: failure.error, Cause: failure.reason ?? '' }
  const field = `Catch[${index}]/`
  try {
    return await visit.conclude(catcher, visit.bindings({ errorOutput }), errorOutput, catcher.Next, field)
  } catch (error) {
    const broken = visit.failure(error)
    if (broken === undefined) throw error
    await visit.note('catch-failed', true, [evaluationFailed(visit, broken)])
    throw new StateFailure(broken.error, broken.reason, undefined, broken.wild)
  }
}
