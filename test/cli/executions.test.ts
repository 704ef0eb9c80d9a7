import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  SFNClient,
  StartExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openEnvironment } from '../../cli/context.ts'
import { Output } from '../../cli/output.ts'
import { finishRun } from '../../cli/start-run.ts'
import { statesService } from '../../local/states/service.ts'
import { runCommand } from '../builders/run-command.ts'
import { eventually } from '../local/fake-cloud.ts'
import { type TestCloud, testCloud } from '../local/running-cloud.ts'

let cloud: TestCloud
let sfn: SFNClient

beforeAll(async () => {
  cloud = await testCloud({ services: [statesService()] })
  vi.stubEnv('AWS_ENDPOINT_URL', cloud.running.endpoint)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  sfn = new SFNClient(cloud.client())
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await cloud.stop()
})

/** What a command says with `--json`, and its exit code. */
async function regimen(...argv: string[]): Promise<{ code: number; said: Record<string, unknown> }> {
  const { code, stdout } = await runCommand(...argv, '--json')
  return { code, said: JSON.parse(stdout) }
}

const definitionOf = (B: Record<string, unknown>) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'A',
  States: {
    A: {
      Type: 'Pass',
      Assign: { text: '{% $states.input.text %}', none: null },
      Output: { y: 1 },
      Next: 'Inner',
    },
    Inner: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'I', States: { I: { Type: 'Pass', Assign: { text: 'of the branch alone' }, End: true } } },
      ],
      Output: '{% $states.input %}',
      Next: 'B',
    },
    B,
  },
})
const broken = definitionOf({ Type: 'Fail', Error: 'Broken' })
const mended = definitionOf({ Type: 'Pass', Output: '{% {"text": $text, "in": $states.input} %}', End: true })
/** Would be evaluated if it ever stood in a definition. */
const text = '{% 1/0 %}'

let machines = 0
async function failedExecution() {
  machines += 1
  const { stateMachineArn = '' } = await sfn.send(
    new CreateStateMachineCommand({
      name: `m${machines}`,
      roleArn: 'arn:aws:iam::000000000000:role/states',
      definition: JSON.stringify(broken),
    }),
  )
  const start = new StartExecutionCommand({ stateMachineArn, name: 'x', input: JSON.stringify({ text }) })
  const { executionArn = '' } = await sfn.send(start)
  await ended(executionArn)
  return { stateMachineArn, executionArn }
}

const ended = (executionArn: string) =>
  eventually('the execution ends', async () => {
    const found = await sfn.send(new DescribeExecutionCommand({ executionArn }))
    return found.status === 'RUNNING' ? undefined : found
  })

test("a rerun begins at the state with what it was entered with, by today's definition", async () => {
  const { stateMachineArn, executionArn } = await failedExecution()
  await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: JSON.stringify(mended) }))
  const { code, said } = await regimen('executions', 'rerun', executionArn, '--from', 'B', '--wait')
  expect({ code, ...said }).toMatchObject({
    code: 0,
    of: 'x',
    from: 'B',
    status: 'SUCCEEDED',
    output: { text, in: { y: 1 } },
  })
  expect(said.executionArn).not.toBe(executionArn)
  const { definition = '' } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }))
  expect(JSON.parse(definition)).toEqual(mended)
  // A rerun can be rerun, and everyone else starts where they always did.
  const again = await regimen('executions', 'rerun', String(said.executionArn), '--from', 'B', '--wait')
  expect(again.said).toMatchObject({ status: 'SUCCEEDED', output: { text, in: { y: 1 } } })
  const start = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify({ text: 'plain' }) })
  const plain = await ended((await sfn.send(start)).executionArn ?? '')
  expect(JSON.parse(plain.output ?? '')).toEqual({ text: 'plain', in: { y: 1 } })
})

test('a rerun from a state that was never entered, or stands inside another, says which ones were', async () => {
  const { executionArn } = await failedExecution()
  for (const state of ['Nowhere', 'I']) {
    const { code, said } = await regimen('executions', 'rerun', executionArn, '--from', state)
    expect(code).toBe(2)
    expect(said).toEqual({
      error: {
        name: 'InvalidRequest',
        message: `the execution never entered a state "${state}": expected one of A, Inner, B; a state inside a Map or Parallel is rerun from the Map or Parallel that holds it`,
      },
    })
  }
})

test('a run that fails while one waits for it is named beside its error', async () => {
  const { executionArn } = await failedExecution()
  const context = await openEnvironment({ json: true })
  const run = { runId: 'run0000000000001', executionArn, runUri: 's3://b/run', alreadyStarted: false }
  let stdout = ''
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    stdout += String(chunk)
    return true
  })
  const error = await finishRun(context, run).catch((caught: unknown) => caught)
  const code = new Output(true).error(error)
  vi.restoreAllMocks()
  expect({ code, ...JSON.parse(stdout) }).toEqual({
    code: 1,
    error: { name: 'Broken', message: 'the execution gave no cause', runId: 'run0000000000001' },
  })
})

test('a redrive keeps execution and definition, and says how often', async () => {
  const { executionArn } = await failedExecution()
  const waited = await regimen('executions', 'redrive', executionArn, '--wait')
  expect({ code: waited.code, status: waited.said.status }).toEqual({ code: 1, status: 'FAILED' })
  const { said } = await regimen('executions', 'redrive', executionArn)
  expect(said).toMatchObject({ executionArn, redriveCount: 2 })
  await ended(executionArn)
  expect((await regimen('executions', 'show', executionArn)).said).toMatchObject({
    status: 'FAILED',
    error: 'Broken',
    redriveCount: 2,
    redriveStatus: 'REDRIVABLE',
  })
})

test('a stopped execution has ended, with who stopped it and why', async () => {
  const { stateMachineArn } = await failedExecution()
  const waits = definitionOf({ Type: 'Wait', Seconds: 3600, End: true })
  await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: JSON.stringify(waits) }))
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: '{"text":1}' }),
  )
  const { code, said } = await regimen('executions', 'stop', executionArn, '--cause', 'wrong data')
  expect({ code, ...said }).toMatchObject({
    code: 0,
    status: 'ABORTED',
    error: 'Stopped',
    cause: 'wrong data',
  })
})
