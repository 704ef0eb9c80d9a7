/** Wait: until a number of seconds has passed or a point in time is reached. */
import type { WaitState } from './definition.ts'
import { EvaluationFailure } from './failure.ts'
import { readOffsetDateTime } from './offset-date-time.ts'
import { evaluateInteger, evaluateString } from './template.ts'
import type { Outcome, Visit } from './visit.ts'

export async function runWait(state: WaitState, visit: Visit): Promise<Outcome> {
  const { services } = visit.run
  const bindings = visit.bindings()
  if (services.mocks?.has(visit.name) !== true) {
    const until = await visit.once('until', async () => {
      if (state.Seconds !== undefined) {
        return services.now().getTime() + (await evaluateInteger(state.Seconds, bindings, 'Seconds')) * 1000
      }
      return instant(await evaluateString(state.Timestamp, bindings, 'Timestamp'))
    })
    await services.sleep(until - services.now().getTime(), visit.scope.signal)
  }
  return visit.conclude(state, bindings, visit.input, state.Next)
}

function instant(timestamp: string): number {
  const time = readOffsetDateTime(timestamp)
  if (time === undefined) {
    throw new EvaluationFailure(
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${timestamp}`,
      'Timestamp',
    )
  }
  return time
}
