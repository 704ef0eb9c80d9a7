/** An engine on a temporary directory whose calls a test answers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Engine } from '../../../local/states/engine.ts'
import type { EngineOptions } from '../../../local/states/engine-options.ts'
import type { HistoryEvent } from '../../../local/states/history.ts'
import { executionArn, startOf } from './fixtures/execution.ts'

export { executionArn, startOf }

export type Answer = (input: Record<string, unknown>) => unknown
/** `service:Action` to what answers it. */
export type Answers = Record<string, Answer>

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'states-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export async function openEngine(
  answers: Answers,
  options: Partial<EngineOptions> & { directory?: string } = {},
): Promise<{
  engine: Engine
  calls: { action: string; input: Record<string, unknown> }[]
  directory: string
}> {
  const calls: { action: string; input: Record<string, unknown> }[] = []
  const directory = options.directory ?? temporaryDirectory()
  const engine = await Engine.open({
    region: 'us-east-1',
    pollMilliseconds: 5,
    call: async (service, action, input) => {
      calls.push({ action: `${service}:${action}`, input })
      const answer = answers[`${service}:${action}`]
      if (answer === undefined) throw new Error(`nobody answers ${service}:${action}`)
      return (await answer(input)) as Record<string, unknown>
    },
    ...options,
    directory,
  })
  onTestFinished(() => engine.close())
  return { engine, calls, directory }
}

/** Starts and awaits the end. */
export async function runOn(engine: Engine, definition: unknown, input: unknown = {}, name = 'one') {
  await engine.start(startOf(definition, input, name))
  const end = await engine.ended(executionArn(name))
  return { ...end, events: await eventsOf(engine, name) }
}

export async function eventsOf(engine: Engine, name = 'one'): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = []
  for await (const record of engine.journal(executionArn(name))) events.push(...record.events)
  return events
}

export const jsonata = (states: Record<string, unknown>, startAt = Object.keys(states)[0]) => ({
  QueryLanguage: 'JSONata',
  StartAt: startAt,
  States: states,
})

export const lambda = (extra: Record<string, unknown> = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  End: true,
  ...extra,
})

/** A Lambda that answers with what `work` makes of the payload. */
export const lambdaAnswer =
  (work: (payload: unknown) => unknown): Answer =>
  async (input) => {
    const payload = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString())
    return {
      StatusCode: 200,
      ExecutedVersion: '1',
      Payload: Buffer.from(JSON.stringify(await work(payload))),
    }
  }
