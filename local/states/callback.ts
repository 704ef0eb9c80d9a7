/** `.waitForTaskToken`: does the request once, then waits for whoever holds the token. */
import { StateFailure } from './failure.ts'
import type { TaskCall } from './integrations.ts'
import type { TokenOutcome } from './task-tokens.ts'

/** @returns the JSON that SendTaskSuccess brought. @throws StateFailure of SendTaskFailure, or a missed heartbeat */
export async function callbackOf(
  call: TaskCall,
  request: (call: TaskCall) => Promise<unknown>,
): Promise<unknown> {
  const { visit, attempt, resource, signal } = call
  const answered = `answered:${attempt}`
  const submitted = `submitted:${attempt}`
  const known = visit.recall(answered)
  if (isOutcome(known)) return resultOf(known)
  const token = call.token ?? ''
  const heard = Promise.withResolvers<TokenOutcome>()
  heard.promise.catch(() => undefined)
  let heartbeat = watchHeartbeat()
  // Listening begins before the request: an answer may come before the request returns.
  const leave = visit.run.services.tokens.listen(token, {
    async settle(outcome) {
      await visit.note(answered, outcome)
      heard.resolve(outcome)
    },
    heartbeat() {
      clearTimeout(heartbeat)
      heartbeat = watchHeartbeat()
    },
  })
  const stop = () => heard.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    if (visit.recall(submitted) === undefined) {
      const output = await request(call)
      await visit.note(submitted, true, [
        {
          type: 'TaskSubmitted',
          details: {
            resourceType: resource.resourceType,
            resource: resource.resource,
            output: JSON.stringify(output),
            outputDetails: { truncated: false },
          },
        },
      ])
    }
    return resultOf(await heard.promise)
  } finally {
    clearTimeout(heartbeat)
    signal.removeEventListener('abort', stop)
    leave()
  }

  function watchHeartbeat(): NodeJS.Timeout | undefined {
    if (call.heartbeatSeconds === undefined) return undefined
    return setTimeout(
      () => heard.reject(new StateFailure('States.HeartbeatTimeout', undefined)),
      Math.min(call.heartbeatSeconds * 1000, 2 ** 31 - 1),
    )
  }
}

function isOutcome(value: unknown): value is TokenOutcome {
  return typeof value === 'object' && value !== null && ('output' in value || 'error' in value)
}

function resultOf(outcome: TokenOutcome): unknown {
  if ('output' in outcome) return JSON.parse(outcome.output)
  throw new StateFailure(outcome.error, outcome.cause)
}
