/** EventBridge: rules, targets, events. */
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge'
import { expect } from 'vitest'
import { contract, refusal, type Server, unique } from './contract.ts'

const documented = (action: string) =>
  `https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_${action}.html`
const topic = 'arn:aws:sns:us-east-1:000000000000:alerts'
const machine = 'arn:aws:states:us-east-1:000000000000:stateMachine:training'
const RoleArn = 'arn:aws:iam::000000000000:role/events'
const EventPattern = JSON.stringify({ source: ['regimen'], detail: { status: ['FAILED'] } })

function open({ client }: Server) {
  const events = new EventBridgeClient(client)
  const prefix = unique('contract')
  return {
    events,
    prefix,
    async rule(name: string, more = {}) {
      const Name = `${prefix}-${name}`
      const { RuleArn } = await events.send(new PutRuleCommand({ Name, EventPattern, ...more }))
      return { Name, RuleArn }
    },
    target: async (Rule: string, ...Targets: Target[]) =>
      await events.send(new PutTargetsCommand({ Rule, Targets })),
    targets: async (Rule: string) =>
      (await events.send(new ListTargetsByRuleCommand({ Rule }))).Targets?.toSorted((a, b) =>
        String(a.Id).localeCompare(String(b.Id)),
      ),
    put: async (...Entries: PutEventsRequestEntry[]) => await events.send(new PutEventsCommand({ Entries })),
  }
}

contract('EventBridge', open, (agree) => {
  agree('describes a rule as it was put', async ({ events, rule }) => {
    const { Name, RuleArn } = await rule('described', { Description: 'failures', State: 'DISABLED' })
    expect(RuleArn).toBe(`arn:aws:events:us-east-1:000000000000:rule/${Name}`)
    const found = await events.send(new DescribeRuleCommand({ Name }))
    expect(found).toMatchObject({
      Name,
      Arn: RuleArn,
      Description: 'failures',
      State: 'DISABLED',
      EventBusName: 'default',
    })
    expect(JSON.parse(found.EventPattern ?? '')).toEqual(JSON.parse(EventPattern))
  })

  agree(
    'changes a rule by putting it again, and keeps its targets',
    async ({ events, rule, target, targets }) => {
      const { Name } = await rule('changed')
      await target(Name, { Id: 'one', Arn: topic })
      const pattern = JSON.stringify({ source: ['other'] })
      await rule('changed', { EventPattern: pattern })
      const found = await events.send(new DescribeRuleCommand({ Name }))
      expect(JSON.parse(found.EventPattern ?? '')).toEqual({ source: ['other'] })
      expect(await targets(Name)).toEqual([{ Id: 'one', Arn: topic }])
    },
  )

  agree('lists rules by prefix', async ({ events, rule, prefix }) => {
    for (const name of ['list-b', 'list-a', 'other']) await rule(name)
    const { Rules } = await events.send(new ListRulesCommand({ NamePrefix: `${prefix}-list` }))
    expect(Rules?.map(({ Name }) => Name).sort()).toEqual([`${prefix}-list-a`, `${prefix}-list-b`])
    expect(Rules?.[0]).toMatchObject({ State: 'ENABLED', EventBusName: 'default' })
  })

  agree(
    'keeps targets with what they are given, and replaces one of the same id',
    async ({ rule, target, targets }) => {
      const { Name } = await rule('targets')
      const transformed: Target = {
        Id: 'machine',
        Arn: machine,
        RoleArn,
        InputTransformer: {
          InputPathsMap: { status: '$.detail.status' },
          InputTemplate: '{"status": <status>}',
        },
        RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 },
        DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:000000000000:dead' },
      }
      const done = await target(Name, transformed, { Id: 'topic', Arn: topic, Input: '{"a":1}' })
      expect(done).toMatchObject({ FailedEntryCount: 0, FailedEntries: [] })
      await target(Name, { Id: 'topic', Arn: topic, InputPath: '$.detail' })
      expect(await targets(Name)).toEqual([transformed, { Id: 'topic', Arn: topic, InputPath: '$.detail' }])
    },
  )

  agree('removes targets', async ({ events, rule, target, targets }) => {
    const { Name } = await rule('removed')
    await target(Name, { Id: 'one', Arn: topic }, { Id: 'two', Arn: topic })
    const done = await events.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['one'] }))
    expect(done).toMatchObject({ FailedEntryCount: 0 })
    expect(await targets(Name)).toEqual([{ Id: 'two', Arn: topic }])
  })

  agree(
    'deletes a rule only without targets, and what is not there without an error',
    async ({ events, rule, target }) => {
      const { Name } = await rule('deleted')
      await target(Name, { Id: 'one', Arn: topic })
      const early = events.send(new DeleteRuleCommand({ Name }))
      expect(await refusal(early)).toEqual({ name: 'ValidationException', status: 400 })
      await events.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['one'] }))
      await events.send(new DeleteRuleCommand({ Name }))
      const gone = events.send(new DescribeRuleCommand({ Name }))
      expect(await refusal(gone)).toEqual({ name: 'ResourceNotFoundException', status: 400 })
      await events.send(new DeleteRuleCommand({ Name }))
    },
  )

  agree('says which rule is not there', async ({ target, targets }) => {
    expect((await refusal(target('absent', { Id: 'one', Arn: topic }))).name).toBe(
      'ResourceNotFoundException',
    )
    expect((await refusal(targets('absent'))).name).toBe('ResourceNotFoundException')
  })

  for (const [what, EventPattern] of [
    ['is no JSON', '{'],
    ['has a value that is no list', '{"source":"regimen"}'],
  ] as const)
    agree(`refuses a pattern that ${what}`, async ({ rule }) => {
      expect(await refusal(rule('bad', { EventPattern }))).toEqual({
        name: 'InvalidEventPatternException',
        status: 400,
      })
    })

  agree('refuses a rule with neither pattern nor schedule', async ({ events }) => {
    const call = events.send(new PutRuleCommand({ Name: 'neither' }))
    expect(await refusal(call)).toEqual({ name: 'ValidationException', status: 400 })
  })

  agree('takes events and gives each an id', async ({ put }) => {
    const entry = { Source: 'contract', DetailType: 'Run Ended', Detail: '{"status":"FAILED"}' }
    const { FailedEntryCount, Entries } = await put(entry, {
      ...entry,
      Resources: ['arn:a'],
      Time: new Date(),
    })
    expect(FailedEntryCount).toBe(0)
    expect(new Set(Entries?.map(({ EventId }) => EventId)).size).toBe(2)
  })

  agree('refuses one event of several and takes the others', async ({ put }) => {
    const entry = { Source: 'regimen', DetailType: 'Run Ended', Detail: '{}' }
    const { FailedEntryCount, Entries } = await put(
      entry,
      { ...entry, Detail: '{' },
      { DetailType: 'x', Detail: '{}' },
    )
    expect(FailedEntryCount).toBe(2)
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'InvalidArgument',
    ])
  })

  agree('refuses more than ten events', async ({ put }) => {
    const entry = { Source: 'regimen', DetailType: 'Run Ended', Detail: '{}' }
    expect((await refusal(put(...Array.from({ length: 11 }, () => entry)))).name).toBe('ValidationException')
  })

  agree(
    'refuses more than five targets of a rule',
    { moto: 'takes them', documented: documented('PutTargets') },
    async ({ rule, target }) => {
      const { Name } = await rule('crowded')
      const many = Array.from({ length: 6 }, (_, at) => ({ Id: `t${at}`, Arn: topic }))
      expect((await refusal(target(Name, ...many))).name).toBe('LimitExceededException')
    },
  )
})
