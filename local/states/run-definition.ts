/** Executes a definition in memory, with mocked tasks: `regimen states run`. */
import { randomUUID } from 'node:crypto'
import { sleep } from './clock.ts'
import { parseDefinition } from './definition.ts'
import { begin, type End, execute } from './execute.ts'
import { History, type HistoryEvent } from './history.ts'
import { MemoryJournal } from './journal.ts'
import { MemoryMapRuns } from './map-run.ts'
import { mockedStates, readMocks } from './mocks.ts'
import { Run } from './run.ts'
import { TaskTokens } from './task-tokens.ts'

export interface RunResult {
  readonly status: End['status']
  readonly output?: unknown
  readonly error?: string
  readonly cause?: string
  readonly events: readonly HistoryEvent[]
}

export interface RunOptions {
  readonly input?: unknown
  /** State name → result, `{error, cause}`, or a list of those: one per attempt, the last for all later ones. */
  readonly mock?: unknown
  readonly signal?: AbortSignal
}

/**
 * Runs a definition (JSON text or value) to its end. Waits really wait unless they are mocked.
 * @throws DefinitionRefused when the definition cannot be executed (JSONPath, dangling transitions, missing fields)
 */
export async function runDefinition(definition: unknown, options: RunOptions = {}): Promise<RunResult> {
  const machine = parseDefinition(definition)
  const name = randomUUID()
  const machineName = 'definition'
  const arn = (kind: string, rest: string) => `arn:aws:states:us-east-1:000000000000:${kind}:${rest}`
  const journal = new MemoryJournal()
  const run = new Run(
    {
      region: 'us-east-1',
      call: () => Promise.reject(new Error('there is no cloud to call')),
      now: () => new Date(),
      log: () => undefined,
      sleep,
      changes: () => 0,
      poll: (signal) => sleep(500, signal),
      mocks: mockedStates(readMocks(options.mock), machine),
      tokens: new TaskTokens(),
      mapRuns: new MemoryMapRuns(),
    },
    {
      arn: arn('execution', `${machineName}:${name}`),
      name,
      roleArn: 'arn:aws:iam::000000000000:role/states',
      input: options.input ?? {},
      startTime: new Date().toISOString(),
      machineArn: arn('stateMachine', machineName),
      machineName,
    },
    new History(),
    journal,
  )
  const stop = () => run.controller.abort(options.signal?.reason)
  options.signal?.addEventListener('abort', stop, { once: true })
  try {
    await begin(run)
    const { stopDate: _, ...end } = await execute(run, machine)
    return { ...end, events: journal.events }
  } finally {
    options.signal?.removeEventListener('abort', stop)
  }
}
