import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { outcomeOf, statusEvent } from '../../../functions/alarm/outcome.ts'
import { lambdaContext, type Platform, startPlatform } from '../../../local/rig/platform.ts'

let platform: Platform
let runs: typeof import('../../../functions/starter/run-store.ts')
let alerts: typeof import('../../../functions/alarm/alert-store.ts')
let record: (input: unknown) => Promise<{ recorded: boolean; alert: string }>

beforeAll(async () => {
  platform = await startPlatform()
  runs = await import('../../../functions/starter/run-store.ts')
  alerts = await import('../../../functions/alarm/alert-store.ts')
  const { handler } = await import('../../../functions/alarm/handler.ts')
  record = (input) => handler(input, lambdaContext)
})
afterAll(() => platform.stop())

let count = 0
const newRunId = () => {
  count += 1
  return `r${String(count).padStart(15, '0')}`
}

const machine = 'regimen-dev-demo-training'
const started = Date.UTC(2026, 10, 21, 2)
const event = (name: string, status: string, change: Record<string, unknown> = {}) => ({
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: {
    executionArn: `arn:aws:states:us-east-1:000000000000:execution:${machine}:${name}`,
    stateMachineArn: `arn:aws:states:us-east-1:000000000000:stateMachine:${machine}`,
    name,
    status,
    startDate: started,
    stopDate: status === 'RUNNING' ? null : started + 60_000,
    input: '{"patient":"CANARY"}',
    output: null,
    cause: 'CANARY of a row',
    ...change,
  },
})

const published = () => {
  const file = join(platform.directory, 'sns', 'alerts.jsonl')
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { Subject: string; Message: string })
}

describe('record-outcome', () => {
  test('moves a run to its end and remembers the error by name', async () => {
    const runId = newRunId()
    await record(event(runId, 'RUNNING'))
    expect(await runs.getRun(runId)).toMatchObject({
      status: 'RUNNING',
      requestedBy: 'unattributed',
      project: 'demo',
    })
    expect(await record(event(runId, 'FAILED', { error: 'DatasetQualityRefused' }))).toEqual({
      recorded: true,
      alert: 'published',
    })
    expect(await runs.getRun(runId)).toMatchObject({
      status: 'FAILED',
      error: 'DatasetQualityRefused',
      stoppedAt: '2026-11-21T02:01:00.000Z',
    })
  })

  test('tells the topic once, by names and ids, without input or cause', async () => {
    const runId = newRunId()
    const failed = event(runId, 'FAILED', { error: 'ModelUnreadable' })
    expect((await record(failed)).alert).toBe('published')
    expect((await record(failed)).alert).toBe('published before')
    const told = published().filter(({ Message }) => Message.includes(runId))
    expect(told).toHaveLength(1)
    expect(told[0]!.Subject).toBe('demo training: FAILED')
    expect(JSON.parse(told[0]!.Message)).toEqual({
      project: 'demo',
      pipeline: 'training',
      runId,
      status: 'FAILED',
      error: 'ModelUnreadable',
      stoppedAt: '2026-11-21T02:01:00.000Z',
      executionArn: `arn:aws:states:us-east-1:000000000000:execution:${machine}:${runId}`,
      do: `regimen executions show ${runId}`,
    })
    expect(told[0]!.Message).not.toContain('CANARY')
    expect((await alerts.listAlerts('demo')).filter((alert) => alert.runId === runId)).toHaveLength(1)
  })

  test('publishes again what was recorded but not published before a crash', async () => {
    const runId = newRunId()
    const { TOPIC_ARN: topic } = process.env
    process.env.TOPIC_ARN = 'arn:aws:sns:us-east-1:000000000000:missing'
    await expect(record(event(runId, 'ABORTED'))).rejects.toThrow()
    process.env.TOPIC_ARN = topic
    expect((await record(event(runId, 'ABORTED'))).alert).toBe('published')
  })

  test('does not repeat an error that is no name', async () => {
    const runId = newRunId()
    await record(event(runId, 'FAILED', { error: 'patient 4711 has no age' }))
    expect((await runs.getRun(runId))?.error).toBe('Unnamed')
  })

  test('forgets how a run first ended when a redrive carries it on', async () => {
    const runId = newRunId()
    await record(event(runId, 'FAILED', { error: 'ModelUnreadable' }))
    expect(await record(event(runId, 'RUNNING', { redriveCount: 1, stopDate: null }))).toMatchObject({
      recorded: true,
    })
    const run = await runs.getRun(runId)
    expect(run).toMatchObject({ status: 'RUNNING' })
    expect(run).not.toHaveProperty('error')
    expect(run).not.toHaveProperty('stoppedAt')
  })

  test('leaves state machines of others alone', async () => {
    const foreign = event(newRunId(), 'FAILED', {
      stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:theirs-training',
    })
    expect(await record(foreign)).toEqual({ recorded: false, alert: 'none' })
  })

  test('ends in the same state whatever the order and number of the events', async () => {
    const story = ['RUNNING', 'FAILED', 'RUNNING', 'SUCCEEDED'].map((status, at) => ({
      status,
      redriveCount: at < 2 ? 0 : 1,
    }))
    const deliveries = fc.shuffledSubarray([...story, ...story], { minLength: 8, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(deliveries, async (events) => {
        const runId = newRunId()
        for (const { status, redriveCount } of events)
          await runs.recordOutcome(
            outcomeOf(statusEvent.parse(event(runId, status, { redriveCount })), 'dev')!,
          )
        expect((await runs.getRun(runId))?.status).toBe('SUCCEEDED')
      }),
      { numRuns: 100 },
    )
  })
})
