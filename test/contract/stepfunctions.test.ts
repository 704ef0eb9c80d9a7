/** Step Functions: the API around executions. What the states do is held against executions recorded on AWS. */
import {
  CreateStateMachineCommand,
  type CreateStateMachineCommandInput,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  type ListExecutionsCommandInput,
  ListStateMachinesCommand,
  ListStateMachineVersionsCommand,
  ListTagsForResourceCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import { expect } from 'vitest'
import { contract, refusal, type Server, unique } from './contract.ts'

const documented = (action: string) =>
  `https://docs.aws.amazon.com/step-functions/latest/apireference/API_${action}.html`
const roleArn = 'arn:aws:iam::000000000000:role/states'

/** States without expressions: the same in every query language. */
const flow = (StartAt: string, States: Record<string, unknown>) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt, States })
const passing = flow('Begin', { Begin: { Type: 'Pass', Next: 'Finish' }, Finish: { Type: 'Succeed' } })
const failing = flow('Give', { Give: { Type: 'Fail', Error: 'Bad', Cause: 'because' } })
const waiting = flow('Sleep', { Sleep: { Type: 'Wait', Seconds: 600, End: true } })

function open({ client }: Server) {
  const sfn = new SFNClient(client)
  const prefix = unique('c')
  const machine = async (
    name: string,
    definition: string,
    more: Partial<CreateStateMachineCommandInput> = {},
  ) => {
    const { stateMachineArn = '' } = await sfn.send(
      new CreateStateMachineCommand({ name: `${prefix}-${name}`, definition, roleArn, ...more }),
    )
    return stateMachineArn
  }
  const start = async (stateMachineArn: string, name?: string, input = '{"a":[1,"ü"]}') =>
    (
      await sfn.send(
        new StartExecutionCommand({ stateMachineArn, input, ...(name === undefined ? {} : { name }) }),
      )
    ).executionArn ?? ''
  const execution = async (executionArn: string) =>
    await sfn.send(new DescribeExecutionCommand({ executionArn }))
  return {
    sfn,
    prefix,
    machine,
    start,
    execution,
    async ended(executionArn: string) {
      await expect
        .poll(async () => (await execution(executionArn)).status, { timeout: 20_000, interval: 50 })
        .not.toBe('RUNNING')
      return await execution(executionArn)
    },
    describe: async (stateMachineArn: string) =>
      await sfn.send(new DescribeStateMachineCommand({ stateMachineArn })),
    executions: async (input: ListExecutionsCommandInput) => await sfn.send(new ListExecutionsCommand(input)),
  }
}

contract('Step Functions', open, (agree) => {
  agree('describes a state machine as it was created', async ({ machine, describe, prefix }) => {
    const stateMachineArn = await machine('described', passing)
    expect(stateMachineArn).toBe(`arn:aws:states:us-east-1:000000000000:stateMachine:${prefix}-described`)
    const found = await describe(stateMachineArn)
    expect(found).toMatchObject({
      stateMachineArn,
      name: `${prefix}-described`,
      status: 'ACTIVE',
      definition: passing,
      roleArn,
      type: 'STANDARD',
    })
    expect(found.creationDate).toBeInstanceOf(Date)
  })

  agree(
    'takes the same creation again, and no other under its name',
    {
      moto: 'answers with the first machine, whatever the definition',
      documented: documented('CreateStateMachine'),
    },
    async ({ machine }) => {
      const arn = await machine('again', passing)
      expect(await machine('again', passing)).toBe(arn)
      expect(await refusal(machine('again', failing))).toEqual({
        name: 'StateMachineAlreadyExists',
        status: 400,
      })
    },
  )

  agree(
    'refuses a definition that leads nowhere',
    { moto: 'does not follow the transitions', documented: documented('CreateStateMachine') },
    async ({ machine }) => {
      const nowhere = flow('Begin', { Begin: { Type: 'Pass', Next: 'Absent' } })
      expect(await refusal(machine('nowhere', nowhere))).toEqual({ name: 'InvalidDefinition', status: 400 })
      expect((await refusal(machine('no-json', '{'))).name).toBe('InvalidDefinition')
    },
  )

  agree('refuses a name that is not valid', async ({ sfn }) => {
    const call = sfn.send(new CreateStateMachineCommand({ name: 'a b', definition: passing, roleArn }))
    expect(await refusal(call)).toEqual({ name: 'InvalidName', status: 400 })
  })

  agree(
    'changes a definition; what runs keeps its own',
    { moto: 'answers with the new definition', documented: documented('UpdateStateMachine') },
    async ({ sfn, machine, start, describe }) => {
      const stateMachineArn = await machine('changed', waiting)
      const executionArn = await start(stateMachineArn)
      await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: passing }))
      expect((await describe(stateMachineArn)).definition).toBe(passing)
      const running = await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }))
      expect(running).toMatchObject({ stateMachineArn, definition: waiting, roleArn })
      await sfn.send(new StopExecutionCommand({ executionArn }))
    },
  )

  agree(
    'publishes versions',
    { moto: 'has no ListStateMachineVersions', documented: documented('ListStateMachineVersions') },
    async ({ sfn, machine }) => {
      const stateMachineArn = await machine('versions', passing, { publish: true })
      const { stateMachineVersionArn } = await sfn.send(
        new UpdateStateMachineCommand({ stateMachineArn, definition: failing, publish: true }),
      )
      expect(stateMachineVersionArn).toBe(`${stateMachineArn}:2`)
      const { stateMachineVersions } = await sfn.send(
        new ListStateMachineVersionsCommand({ stateMachineArn }),
      )
      expect(stateMachineVersions?.map((version) => version.stateMachineVersionArn)).toEqual([
        `${stateMachineArn}:2`,
        `${stateMachineArn}:1`,
      ])
    },
  )

  agree('lists state machines', async ({ sfn, machine }) => {
    const arns = [await machine('list-a', passing), await machine('list-b', passing)]
    const found: (string | undefined)[] = []
    let nextToken: string | undefined
    do {
      const page = await sfn.send(
        new ListStateMachinesCommand({ maxResults: 5, ...(nextToken === undefined ? {} : { nextToken }) }),
      )
      expect(page.stateMachines?.length).toBeLessThanOrEqual(5)
      found.push(...(page.stateMachines ?? []).map(({ stateMachineArn }) => stateMachineArn))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    expect(found).toEqual(expect.arrayContaining(arns))
    expect(new Set(found).size).toBe(found.length)
  })

  agree('keeps tags', async ({ sfn, machine }) => {
    const resourceArn = await machine('tags', passing, { tags: [{ key: 'a', value: '1' }] })
    await sfn.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'b', value: '2' }] }))
    await sfn.send(new UntagResourceCommand({ resourceArn, tagKeys: ['a'] }))
    const { tags } = await sfn.send(new ListTagsForResourceCommand({ resourceArn }))
    expect(tags).toEqual([{ key: 'b', value: '2' }])
  })

  agree('deletes a state machine', async ({ sfn, machine, describe }) => {
    const stateMachineArn = await machine('deleted', passing)
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }))
    await expect
      .poll(async () => (await refusal(describe(stateMachineArn))).name, { timeout: 5_000 })
      .toBe('StateMachineDoesNotExist')
  })

  agree(
    'says which machine or execution is not there, and what is no ARN',
    async ({ describe, execution, start }) => {
      const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:absent'
      expect(await refusal(describe(arn))).toEqual({ name: 'StateMachineDoesNotExist', status: 400 })
      expect((await refusal(start(arn))).name).toBe('StateMachineDoesNotExist')
      const absent = 'arn:aws:states:us-east-1:000000000000:execution:absent:absent'
      expect(await refusal(execution(absent))).toEqual({ name: 'ExecutionDoesNotExist', status: 400 })
      expect((await refusal(describe('absent'))).name).toBe('InvalidArn')
    },
  )

  agree('runs an execution to its end', async ({ machine, start, ended, prefix }) => {
    const stateMachineArn = await machine('run', passing)
    const executionArn = await start(stateMachineArn, 'one')
    expect(executionArn).toBe(`arn:aws:states:us-east-1:000000000000:execution:${prefix}-run:one`)
    const found = await ended(executionArn)
    expect(found).toMatchObject({ executionArn, stateMachineArn, name: 'one', status: 'SUCCEEDED' })
    expect(JSON.parse(found.input ?? '')).toEqual({ a: [1, 'ü'] })
    expect(JSON.parse(found.output ?? '')).toEqual({ a: [1, 'ü'] })
    expect(Number(found.stopDate)).toBeGreaterThanOrEqual(Number(found.startDate))
  })

  agree(
    'gives an execution without a name one of its own',
    { moto: 'names it None', documented: documented('StartExecution') },
    async ({ machine, start }) => {
      const arn = await start(await machine('unnamed', passing))
      expect(arn.split(':').at(-1)).toMatch(/^[0-9a-f-]{36}$/)
    },
  )

  agree('says how an execution failed', async ({ machine, start, ended }) => {
    const found = await ended(await start(await machine('fail', failing)))
    expect(found).toMatchObject({ status: 'FAILED', error: 'Bad', cause: 'because' })
    expect(found.output).toBeUndefined()
  })

  agree('tells its history in order, with times and types', async ({ sfn, machine, start, ended }) => {
    const executionArn = await start(await machine('history', passing))
    await ended(executionArn)
    const { events } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }))
    expect(events?.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ])
    expect(events?.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6])
    expect(events?.[0]?.executionStartedEventDetails?.roleArn).toBe(roleArn)
    expect(events?.[1]?.stateEnteredEventDetails?.name).toBe('Begin')
    expect(JSON.parse(events?.[5]?.executionSucceededEventDetails?.output ?? '')).toEqual({ a: [1, 'ü'] })
    for (const { timestamp } of events ?? []) expect(timestamp).toBeInstanceOf(Date)
  })

  agree(
    'tells its history backwards and in pages',
    { moto: 'ignores maxResults', documented: documented('GetExecutionHistory') },
    async ({ sfn, machine, start, ended }) => {
      const executionArn = await start(await machine('pages', passing))
      await ended(executionArn)
      const page = async (more = {}) =>
        await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 4, ...more }))
      const first = await page()
      const second = await page({ nextToken: first.nextToken })
      const types = [...(first.events ?? []), ...(second.events ?? [])].map(({ type }) => type)
      expect(first.events).toHaveLength(4)
      expect(types).toHaveLength(6)
      expect((await page({ reverseOrder: true })).events?.[0]?.type).toBe('ExecutionSucceeded')
    },
  )

  agree('stops an execution', async ({ sfn, machine, start, ended }) => {
    const executionArn = await start(await machine('stop', waiting))
    await sfn.send(new StopExecutionCommand({ executionArn }))
    expect((await ended(executionArn)).status).toBe('ABORTED')
  })

  agree(
    'says when an execution was stopped, with the error and the cause that were given',
    { moto: 'answers without all three', documented: documented('StopExecution') },
    async ({ sfn, machine, start, ended }) => {
      const executionArn = await start(await machine('stop-reason', waiting))
      const reason = { error: 'Stopped', cause: 'by hand' }
      const { stopDate } = await sfn.send(new StopExecutionCommand({ executionArn, ...reason }))
      expect(stopDate).toBeInstanceOf(Date)
      expect(await ended(executionArn)).toMatchObject({ status: 'ABORTED', ...reason, stopDate })
    },
  )

  agree('lists executions by status, newest first', async ({ machine, start, ended, executions }) => {
    const stateMachineArn = await machine('listed', passing)
    for (const name of ['one', 'two', 'three']) await ended(await start(stateMachineArn, name))
    const { executions: all } = await executions({ stateMachineArn })
    expect(all?.map(({ name }) => name)).toEqual(['three', 'two', 'one'])
    expect(all?.[0]).toMatchObject({ stateMachineArn, status: 'SUCCEEDED' })
    expect((await executions({ stateMachineArn, statusFilter: 'RUNNING' })).executions).toEqual([])
    const first = await executions({ stateMachineArn, maxResults: 2 })
    const second = await executions({ stateMachineArn, maxResults: 2, nextToken: first.nextToken })
    expect([first.executions?.length, second.executions?.length]).toEqual([2, 1])
  })

  agree(
    'takes the name of a running execution again only with its input',
    async ({ sfn, machine, start }) => {
      const stateMachineArn = await machine('same', waiting)
      const executionArn = await start(stateMachineArn, 'one')
      expect(await start(stateMachineArn, 'one')).toBe(executionArn)
      expect(await refusal(start(stateMachineArn, 'one', '{"other":1}'))).toEqual({
        name: 'ExecutionAlreadyExists',
        status: 400,
      })
      await sfn.send(new StopExecutionCommand({ executionArn }))
    },
  )

  agree('never runs a name twice', async ({ machine, start, ended }) => {
    const stateMachineArn = await machine('once', passing)
    await ended(await start(stateMachineArn, 'one'))
    expect((await refusal(start(stateMachineArn, 'one'))).name).toBe('ExecutionAlreadyExists')
  })

  agree(
    'refuses an input that is no JSON, or a name that is not valid',
    { moto: 'answers with an error of its own', documented: documented('StartExecution') },
    async ({ machine, start }) => {
      const arn = await machine('input', passing)
      expect(await refusal(start(arn, 'bad', '{'))).toEqual({ name: 'InvalidExecutionInput', status: 400 })
      expect((await refusal(start(arn, 'a b'))).name).toBe('InvalidName')
    },
  )

  agree('refuses a task token that it never gave', async ({ sfn }) => {
    const call = sfn.send(new SendTaskSuccessCommand({ taskToken: 'never', output: '{}' }))
    expect((await refusal(call)).name).toBe('InvalidToken')
  })
})
