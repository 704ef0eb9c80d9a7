/** Task: evaluates its arguments, has an integration do the work under a timeout, and hands the result on. */
import { sleep, unlessAborted } from './clock.ts'
import type { TaskState } from './definition.ts'
import { assertWithinDataLimit, Interrupted, StateFailure } from './failure.ts'
import type { NewEvent } from './history.ts'
import { integrate } from './integrations.ts'
import { parseResource, type TaskResource } from './resource.ts'
import { evaluateInteger, evaluateTemplate } from './template.ts'
import type { Outcome, Visit } from './visit.ts'

/** A failure of the work itself, with the events that tell it. */
export class TaskFailure extends StateFailure {
  readonly events: readonly NewEvent[]

  constructor(
    error: string | undefined,
    reason: string | undefined,
    events: readonly NewEvent[],
    wild?: boolean,
  ) {
    super(error, reason, undefined, wild)
    this.events = events
  }
}

/** What one attempt was started with; recorded before anything is called. */
interface Begun {
  readonly parameters: unknown
  readonly token: string | undefined
  readonly startedAt: number
  readonly timeoutSeconds: number
  readonly heartbeatSeconds: number | undefined
}

const longestTimeoutSeconds = 99_999_999

export async function runTask(state: TaskState, visit: Visit, attempt: number): Promise<Outcome> {
  const known = visit.recall(`result:${attempt}`)
  const { result } = isResult(known) ? known : { result: await perform(state, visit, attempt) }
  return visit.conclude(state, visit.bindings({ result }), result, state.Next)
}

function isResult(value: unknown): value is { result: unknown } {
  return typeof value === 'object' && value !== null && 'result' in value
}

async function perform(state: TaskState, visit: Visit, attempt: number): Promise<unknown> {
  const resource = parseResource(state.Resource)
  if (resource === undefined) {
    throw new StateFailure(
      'States.Runtime',
      visit.explain(`The resource '${state.Resource}' is not supported.`),
    )
  }
  const events = taskEvents(resource)
  const resumed = visit.recall(`begun:${attempt}`) !== undefined
  const begun = await begin(state, visit, attempt, resource, events)
  const deadline = new AbortController()
  const quiet = new AbortController()
  const signal = AbortSignal.any([visit.scope.signal, deadline.signal])
  const { services } = visit.run
  if (begun.timeoutSeconds < longestTimeoutSeconds) {
    const left = begun.startedAt + begun.timeoutSeconds * 1000 - services.now().getTime()
    sleep(Math.max(0, left), AbortSignal.any([quiet.signal, visit.scope.signal])).then(
      () => deadline.abort(new StateFailure('States.Timeout', undefined)),
      () => undefined,
    )
  }
  try {
    const work = integrate({
      visit,
      attempt,
      resource,
      parameters: begun.parameters,
      token: begun.token,
      heartbeatSeconds: begun.heartbeatSeconds,
      resumed,
      signal,
    })
    // What ignores the signal must not hold up the timeout; its late end is nobody's concern.
    work.catch(() => undefined)
    const result = await unlessAborted(work, signal)
    assertResultWithinLimit(result, resource)
    await visit.note(`result:${attempt}`, { result }, [events.succeeded(result)])
    return result
  } catch (error) {
    if (error instanceof Interrupted || !(error instanceof StateFailure)) throw error
    const timedOut = error.error === 'States.Timeout' || error.error === 'States.HeartbeatTimeout'
    throw new TaskFailure(
      error.error,
      error.reason,
      [timedOut ? events.timedOut(error) : events.failed(error)],
      error.wild,
    )
  } finally {
    quiet.abort(new Interrupted('ended'))
  }
}

/** AWS names the service here, a function called directly by its ARN, and lets the wildcards cover it. */
function assertResultWithinLimit(result: unknown, { arn, action, resourceType }: TaskResource): void {
  try {
    assertWithinDataLimit(result, action === 'function' ? arn : resourceType)
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error
    throw new StateFailure(error.error, error.reason, undefined, true)
  }
}

async function begin(
  state: TaskState,
  visit: Visit,
  attempt: number,
  resource: TaskResource,
  events: TaskEvents,
): Promise<Begun> {
  const known = visit.recall(`begun:${attempt}`)
  visit.scheduled ||= attempt > 0 || isBegun(known)
  if (isBegun(known)) return known
  const token = resource.pattern === 'waitForTaskToken' ? visit.run.services.tokens.issue() : undefined
  const bindings = visit.bindings({}, token === undefined ? {} : { Task: { Token: token } })
  const parameters =
    state.Arguments === undefined
      ? visit.input
      : await evaluateTemplate(state.Arguments, bindings, 'Arguments')
  const timeoutSeconds =
    state.TimeoutSeconds === undefined
      ? longestTimeoutSeconds
      : await evaluateInteger(state.TimeoutSeconds, bindings, 'TimeoutSeconds')
  const heartbeatSeconds =
    state.HeartbeatSeconds === undefined
      ? undefined
      : await evaluateInteger(state.HeartbeatSeconds, bindings, 'HeartbeatSeconds')
  assertWithinDataLimit(parameters, visit.name)
  const begun: Begun = {
    parameters,
    token,
    startedAt: visit.run.services.now().getTime(),
    timeoutSeconds,
    heartbeatSeconds,
  }
  await visit.note(`begun:${attempt}`, begun, [
    events.scheduled(visit.run.services.region, begun, state.TimeoutSeconds !== undefined),
    events.started,
  ])
  visit.scheduled = true
  return begun
}

function isBegun(value: unknown): value is Begun {
  return typeof value === 'object' && value !== null && 'startedAt' in value
}

type TaskEvents = ReturnType<typeof taskEvents>

/** The events of a task; a function named directly by its ARN has names of its own. */
function taskEvents({ arn, resourceType, resource, action }: TaskResource) {
  const direct = action === 'function' && resourceType === 'lambda'
  const prefix = direct ? 'LambdaFunction' : 'Task'
  const who = direct ? {} : { resourceType, resource }
  const failure = (error: StateFailure) => ({
    ...who,
    ...(error.error === undefined ? {} : { error: error.error }),
    ...(error.reason === undefined ? {} : { cause: error.reason }),
  })
  return {
    scheduled(region: string, begun: Begun, timed: boolean): NewEvent {
      const limits = {
        ...(timed ? { timeoutInSeconds: begun.timeoutSeconds } : {}),
        ...(begun.heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: begun.heartbeatSeconds }),
      }
      const parameters = JSON.stringify(begun.parameters)
      return {
        type: `${prefix}Scheduled`,
        details: direct
          ? { resource: arn, input: parameters, inputDetails: { truncated: false }, ...limits }
          : { ...who, region, parameters, ...limits },
      }
    },
    started: (direct ? { type: `${prefix}Started` } : { type: `${prefix}Started`, details: who }) as NewEvent,
    succeeded: (result: unknown): NewEvent => ({
      type: `${prefix}Succeeded`,
      details: { ...who, output: JSON.stringify(result), outputDetails: { truncated: false } },
    }),
    failed: (error: StateFailure): NewEvent => ({ type: `${prefix}Failed`, details: failure(error) }),
    timedOut: (error: StateFailure): NewEvent => ({ type: `${prefix}TimedOut`, details: failure(error) }),
  }
}
