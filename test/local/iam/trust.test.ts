/** Who may assume a role: its trust policy decides, for principals that ask and for services that are handed it. */

import { CreateModelCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDocument } from '../../../local/iam/store.ts'
import { trustIn } from '../../../local/iam/trust.ts'
import { services } from '../../../local/services.ts'
import { applyResources } from '../deploy/apply-resources.ts'
import { type TestCloud, testCloud } from '../running-cloud.ts'

const account = '000000000000'
const role = (name: string) => `arn:aws:iam::${account}:role/${name}`
const statement = (Principal: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Principal,
  Action: 'sts:AssumeRole',
  ...more,
})
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const states = { Service: 'states.amazonaws.com' }

describe('a trust policy', () => {
  const how = (assumer: Parameters<typeof trustIn>[1], statements: object[], context = {}) =>
    trustIn(parseDocument(document(...statements)), assumer, context)
  const service = { service: 'states.amazonaws.com' }
  const caller = { arn: role('caller') }

  it.each<[string, Parameters<typeof trustIn>[1], object[], object, string]>([
    ['names a service', service, [statement(states)], {}, 'named'],
    ['names another service', service, [statement({ Service: ['lambda.amazonaws.com'] })], {}, 'none'],
    ['does not name a service by a star for accounts', service, [statement({ AWS: '*' })], {}, 'none'],
    ['names everybody', caller, [statement('*')], {}, 'named'],
    ['names a role', caller, [statement({ AWS: [role('caller')] })], {}, 'named'],
    ['names another role', caller, [statement({ AWS: role('other') })], {}, 'none'],
    ['names the account', caller, [statement({ AWS: account })], {}, 'by-account'],
    ['names its root', caller, [statement({ AWS: `arn:aws:iam::${account}:root` })], {}, 'by-account'],
    ['names another account', caller, [statement({ AWS: '111111111111' })], {}, 'none'],
    ['is about another action', service, [statement(states, { Action: 'sts:TagSession' })], {}, 'none'],
    ['denies', service, [statement(states), statement(states, { Effect: 'Deny' })], {}, 'none'],
    [
      'wants a source account that is another',
      service,
      [statement(states, { Condition: { StringEquals: { 'aws:SourceAccount': '1' } } })],
      { 'aws:SourceAccount': account },
      'none',
    ],
    [
      'wants a source that is this one',
      service,
      [
        statement(states, {
          Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:states:*:*:stateMachine:a*' } },
        }),
      ],
      { 'aws:SourceArn': 'arn:aws:states:us-east-1:000000000000:stateMachine:ab' },
      'named',
    ],
    [
      'denies by a condition that cannot be evaluated',
      service,
      [statement(states), statement(states, { Effect: 'Deny', Condition: { Odd: { a: 'b' } } })],
      {},
      'none',
    ],
  ])('that %s', (_, assumer, statements, context, expected) => {
    expect(how(assumer, statements, context)).toBe(expected)
  })
})

describe('the local cloud', () => {
  let cloud: TestCloud
  const make = (name: string, trust: string, policy?: string) => [
    { type: 'aws:iam/role:Role', name, inputs: { name, assumeRolePolicy: trust } },
    ...(policy === undefined
      ? []
      : [
          {
            type: 'aws:iam/rolePolicy:RolePolicy',
            name: `${name}-policy`,
            inputs: { name, role: name, policy },
          },
        ]),
  ]
  const allow = (Action: string | string[], Resource: string) =>
    document({ Effect: 'Allow', Action, Resource })
  beforeAll(async () => {
    cloud = await testCloud({ services: services() })
    const rule = `arn:aws:events:us-east-1:${account}:rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule`
    await applyResources(cloud, 'roles', [
      ...make('machine', document(statement(states))),
      ...make('watcher', document(statement(states)), allow(['events:Put*', 'events:DescribeRule'], rule)),
      ...make('function', document(statement({ Service: 'lambda.amazonaws.com' }))),
      ...make(
        'guarded',
        document(
          statement({ AWS: role('asker') }, { Condition: { StringEquals: { 'sts:ExternalId': 'secret' } } }),
        ),
      ),
      ...make('shared', document(statement({ AWS: `arn:aws:iam::${account}:root` }))),
      ...make('asker', document(), allow('sts:AssumeRole', role('shared'))),
      ...make('stranger', document()),
    ])
  })
  afterAll(() => cloud.stop())

  const assume = (as: string, name: string, ExternalId?: string) =>
    new STSClient(cloud.client(role(as))).send(
      new AssumeRoleCommand({
        RoleArn: role(name),
        RoleSessionName: 'session',
        ...(ExternalId === undefined ? {} : { ExternalId }),
      }),
    )

  it('lets a named principal assume a role, under its conditions', async () => {
    expect((await assume('asker', 'guarded', 'secret')).Credentials?.AccessKeyId).toBeDefined()
    await expect(assume('asker', 'guarded', 'guess')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${role('asker')} is not authorized to perform: sts:AssumeRole on resource: ${role('guarded')}`,
    })
    await expect(assume('stranger', 'guarded', 'secret')).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  it("leaves it to the principal's own policies when the trust names the account", async () => {
    expect((await assume('asker', 'shared')).Credentials?.AccessKeyId).toBeDefined()
    await expect(assume('stranger', 'shared')).rejects.toMatchObject({ name: 'AccessDenied' })
  })

  const sync = {
    Type: 'Task',
    Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync',
    Arguments: { TrainingJobName: 'j' },
    End: true,
  }
  const machine = (name: string, roleName: string, state: object = { Type: 'Succeed' }) =>
    new SFNClient(cloud.client()).send(
      new CreateStateMachineCommand({
        name,
        roleArn: role(roleName),
        definition: JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States: { A: state } }),
      }),
    )

  it('takes no state machine whose role Step Functions may not assume', async () => {
    expect((await machine('fine', 'machine')).stateMachineArn).toMatch(/fine$/)
    await expect(machine('untrusted', 'function')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
    })
  })

  it('takes no state machine that waits for a job whose rule its role may not manage', async () => {
    expect((await machine('watches', 'watcher', sync)).stateMachineArn).toMatch(/watches$/)
    await expect(machine('blind', 'machine', sync)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `'${role('machine')}' is not authorized to create managed-rule.`,
    })
    const inner = { StartAt: 'B', States: { B: sync } }
    const map = { Type: 'Map', Items: [1], ItemProcessor: inner, End: true }
    await expect(machine('nested', 'machine', map)).rejects.toThrow(/managed-rule/)
  })

  it('hands no model to a role that SageMaker may not assume', async () => {
    const create = new SageMakerClient(cloud.client()).send(
      new CreateModelCommand({
        ModelName: 'model',
        ExecutionRoleArn: role('machine'),
        PrimaryContainer: { Image: 'a/sagemaker-xgboost:3.0-5' },
      }),
    )
    await expect(create).rejects.toThrow(
      `Could not assume role ${role('machine')}. Please ensure that the role exists and allows principal 'sagemaker.amazonaws.com' to assume the role.`,
    )
  })

  it('asks for the permission to tag where a job is created with tags', async () => {
    await applyResources(cloud, 'tagless', make('tagless', document(), allow('sagemaker:CreateModel', '*')))
    await expect(
      cloud.running.cloud.call(
        'sagemaker',
        'CreateModel',
        { ModelName: 'm2', PrimaryContainer: {}, Tags: [{ Key: 'a', Value: 'b' }] },
        { arn: role('tagless'), accountId: account },
      ),
    ).rejects.toThrow(/not authorized to perform: sagemaker:AddTags on resource/)
  })
})
