/** Mocked states of `regimen states run`: what each answers, attempt by attempt. */
import type { Flow } from './definition.ts'
import type { RunServices } from './run.ts'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export type Mocks = Readonly<Record<string, unknown>>

/** @throws TypeError when the mocks are no object */
export function readMocks(value: unknown): Mocks {
  if (value === undefined) return {}
  if (!isObject(value)) throw new TypeError('mocks: expected an object of state names')
  return value
}

/** `{error, cause?}` and nothing else stands for a failure. */
function isFailure(value: unknown): value is { error?: string; cause?: string } {
  return (
    isObject(value) &&
    Object.keys(value).length > 0 &&
    Object.entries(value).every(
      ([key, text]) => (key === 'error' || key === 'cause') && typeof text === 'string',
    )
  )
}

/** Answers for states by name. A Task without a mock fails and says so; any other state does its own work. */
export function mockedStates(mocks: Mocks, machine: Flow): NonNullable<RunServices['mocks']> {
  const tasks = taskNames(machine)
  const attempts = new Map<string, number>()
  return {
    has: (state) => tasks.has(state) || Object.hasOwn(mocks, state),
    take(state) {
      if (!Object.hasOwn(mocks, state)) {
        return {
          failure: {
            error: 'States.TaskFailed',
            cause: `The state '${state}' has no mock, and there is no cloud to call: name its result in the mock file.`,
          },
        }
      }
      const mock = mocks[state]
      const attempt = attempts.get(state) ?? 0
      attempts.set(state, attempt + 1)
      const answer = Array.isArray(mock) ? mock[Math.min(attempt, mock.length - 1)] : mock
      return isFailure(answer)
        ? { failure: { error: answer.error, cause: answer.cause } }
        : { result: answer ?? null }
    },
  }
}

function taskNames(flow: Flow): Set<string> {
  const names = new Set<string>()
  for (const [name, state] of Object.entries(flow.States)) {
    if (state.Type === 'Task') names.add(name)
    const inner =
      state.Type === 'Parallel' ? state.Branches : state.Type === 'Map' ? [state.ItemProcessor] : []
    for (const child of inner) for (const task of taskNames(child)) names.add(task)
  }
  return names
}
