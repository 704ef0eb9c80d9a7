import { expect, test } from 'vitest'
import { Graph } from '../../infra/policy/graph.ts'
import { judge } from '../../infra/policy/judge.ts'
import { rules } from '../../infra/policy/rules.ts'
import { waivers } from '../../infra/waivers.ts'
import { evaluate, noCode, statements } from './record-program.ts'

const everything = {
  'regimen:audit': 'true',
  'regimen:people': 'true',
  'regimen:peoplePrincipals':
    '["arn:aws:iam::123456789012:role/sso-a","arn:aws:iam::123456789012:role/sso-b"]',
  'regimen:maxRunAgeDays': '3',
  'regimen:alertEmails': '["ops@example.com","data@example.com"]',
  'regimen:slackChannel': 'C0123456789',
  'regimen:slackToken': 'xoxb-very-secret',
  'regimen:pagerDutyRoutingKey': 'routing-secret',
  'regimen:monthlyBudgetDollars': '500',
  'regimen:endpoints': '{"adherence":{"version":"3","instanceType":"ml.m5.large","capturePercent":5}}',
  'regimen:delivery': 'github',
  'regimen:deliveryRepository': 'example/regimen',
}
const all = await evaluate('prod', everything, noCode)
const bare = await evaluate('dev', {}, noCode)

test('nothing is found when everything optional is there', () => {
  const { findings } = judge(new Graph(all.resources), rules, waivers)
  expect(findings.map(({ rule, name, message }) => `${rule} ${name}: ${message}`)).toEqual([])
})

test('what is optional is not there unless it is configured', () => {
  const types = [
    'aws:cloudtrail/trail:Trail',
    'aws:sns/topicSubscription:TopicSubscription',
    'aws:cloudwatch/eventConnection:EventConnection',
    'aws:budgets/budget:Budget',
    'aws:sagemaker/endpoint:Endpoint',
    'aws:iam/openIdConnectProvider:OpenIdConnectProvider',
  ]
  expect(types.map((type) => bare.of(type).length)).toEqual([0, 0, 0, 0, 0, 0])
  expect(types.map((type) => all.of(type).length)).toEqual([1, 2, 2, 1, 1, 1])
})

test('the trail records each access to objects, items and features, and is locked for six years', () => {
  const [trail] = all.of('aws:cloudtrail/trail:Trail')
  expect(trail?.inputs).toMatchObject({
    name: 'regimen-prod-audit',
    s3BucketName: 'regimen-prod-123456789012-eu-central-1-audit',
    isMultiRegionTrail: true,
    enableLogFileValidation: true,
  })
  const selectors = trail?.inputs.advancedEventSelectors as { name: string; fieldSelectors: unknown[] }[]
  expect(selectors.map(({ name, fieldSelectors }) => [name, fieldSelectors.at(-1)])).toEqual([
    ['management', { field: 'eventCategory', equals: ['Management'] }],
    [
      'objects',
      { field: 'resources.ARN', startsWiths: ['arn:aws:s3:::regimen-prod-123456789012-eu-central-1/'] },
    ],
    [
      'items',
      {
        field: 'resources.ARN',
        equals: ['arn:aws:dynamodb:eu-central-1:123456789012:table/regimen-prod'],
      },
    ],
    [
      'features',
      {
        field: 'resources.ARN',
        startsWiths: ['arn:aws:sagemaker:eu-central-1:123456789012:feature-group/regimen-prod-'],
      },
    ],
  ])
  expect(
    all.of('aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration')[0]?.inputs.rule,
  ).toEqual({
    defaultRetention: { mode: 'COMPLIANCE', days: 2_192 },
  })
})

test('the features of a project are a group that keeps the newest online and all of them offline', () => {
  const { inputs, options } = all.one('aws:sagemaker/featureGroup:FeatureGroup', 'adherence-features-group')
  const key = 'arn:aws:kms:eu-central-1:123456789012:key/key-id'
  expect(inputs).toMatchObject({
    featureGroupName: 'regimen-prod-adherence',
    recordIdentifierFeatureName: 'example_key',
    eventTimeFeatureName: 'event_time',
    onlineStoreConfig: { enableOnlineStore: true, securityConfig: { kmsKeyId: key } },
    offlineStoreConfig: {
      s3StorageConfig: {
        s3Uri: 's3://regimen-prod-123456789012-eu-central-1/adherence/features',
        kmsKeyId: key,
      },
    },
  })
  const names = (inputs.featureDefinitions as { featureName: string }[]).map(({ featureName }) => featureName)
  expect(new Set(names).size).toBe(names.length)
  // The pattern and the reserved names of CreateFeatureGroup.
  for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9]([-_]*[a-zA-Z0-9]){0,63}$/)
  expect(names).not.toEqual(expect.arrayContaining(['is_deleted', 'write_time', 'api_invocation_time']))
  expect(options).toMatchObject({ protect: true, retainOnDelete: true })
})

test('people sign in with a second factor, as whom the configuration names, within the boundary', () => {
  const people = all.of('aws:iam/role:Role').filter(({ inputs }) => inputs.permissionsBoundary !== undefined)
  expect(people.map(({ inputs }) => inputs.name)).toEqual(
    ['data-scientist', 'ml-engineer', 'approver', 'operator', 'auditor'].map((who) => `regimen-prod-${who}`),
  )
  for (const { inputs } of people) {
    expect(inputs.permissionsBoundary).toBe('arn:aws:iam::123456789012:policy/regimen-prod-people-boundary')
    expect(statements(inputs.assumeRolePolicy)).toEqual([
      {
        Effect: 'Allow',
        Principal: {
          AWS: ['arn:aws:iam::123456789012:role/sso-a', 'arn:aws:iam::123456789012:role/sso-b'],
        },
        Action: 'sts:AssumeRole',
        Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
      },
    ])
  }
})

test('a copy of the data bucket is made elsewhere, encrypted there, and deletes nothing there', async () => {
  const replica = {
    bucketArn: 'arn:aws:s3:::copies',
    keyArn: 'arn:aws:kms:eu-west-1:123456789012:key/there',
  }
  const program = await evaluate('prod', { 'regimen:replication': JSON.stringify(replica) }, noCode)
  expect(
    program.one('aws:s3/bucketReplicationConfig:BucketReplicationConfig', 'regimen-replication-rules').inputs,
  ).toMatchObject({
    bucket: 'regimen-prod-123456789012-eu-central-1',
    rules: [
      {
        status: 'Enabled',
        deleteMarkerReplication: { status: 'Disabled' },
        sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } },
        destination: {
          bucket: replica.bucketArn,
          encryptionConfiguration: { replicaKmsKeyId: replica.keyArn },
        },
      },
    ],
  })
  const { findings, waived } = judge(new Graph(program.resources), rules, waivers)
  expect(findings).toEqual([])
  expect(
    waived
      .filter(({ rule }) => rule === 'bucket-replicated')
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['regimen-audit-bucket-audit', 'regimen-logs'])
})

test('the inventory names all that outlives the stack: a recreated one adopts it', () => {
  const kept = all.resources.filter(
    ({ options, type }) =>
      options.retainOnDelete === true &&
      // A release's objects stay where they are; a provider of tokens is the account's.
      !/BucketObjectv2|OpenIdConnectProvider/.test(type),
  )
  const { content } = all.one('aws:s3/bucketObjectv2:BucketObjectv2', 'regimen-release-inventory').inputs
  const inventory = JSON.parse(String(content)) as Record<string, { type: string; id: string }>
  expect(
    Object.entries(inventory)
      .map(([name, { type }]) => `${type} ${name}`)
      .sort(),
  ).toEqual(kept.map(({ type, name }) => `${type} ${name}`).sort())
})

test('secrets stand in no resource of the graph', () => {
  const text = JSON.stringify(all.resources)
  expect(text).not.toContain('xoxb-very-secret')
  expect(text).not.toContain('routing-secret')
})

test('Slack and PagerDuty hear of alarms, recoveries and failed executions of this environment, by name only', () => {
  const rulesOf = (label: string) =>
    all
      .of('aws:cloudwatch/eventRule:EventRule')
      .filter(({ name }) => name.startsWith(`regimen-notifications-${label}`))
      .map(({ inputs }) => JSON.parse(String(inputs.eventPattern)).detail)
  for (const label of ['slack', 'pagerduty'])
    expect(rulesOf(label)).toEqual([
      { alarmName: [{ prefix: 'regimen-prod-' }], state: { value: ['ALARM'] } },
      { alarmName: [{ prefix: 'regimen-prod-' }], state: { value: ['OK'] } },
      {
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        stateMachineArn: [{ prefix: 'arn:aws:states:eu-central-1:123456789012:stateMachine:regimen-prod-' }],
      },
    ])
  for (const { inputs } of all.of('aws:cloudwatch/eventTarget:EventTarget')) {
    const transformer = inputs.inputTransformer as { inputTemplate: string } | undefined
    if (transformer === undefined) continue
    expect(transformer.inputTemplate).not.toMatch(/<(input|output|cause)>/)
    expect(() => JSON.parse(transformer.inputTemplate)).not.toThrow()
  }
})

test('a workflow deploys from the GitHub environment of this stack only', () => {
  const role = all.one('aws:iam/role:Role', 'regimen-github-role')
  expect(statements(role.inputs.assumeRolePolicy)[0]?.Condition).toEqual({
    StringEquals: {
      'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
      'token.actions.githubusercontent.com:sub': 'repo:example/regimen:environment:prod',
    },
  })
})

test.each([
  ['us-gov-west-1', 'aws-us-gov'],
  ['cn-north-1', 'aws-cn'],
])(
  'the program renders in %s without a foreign ARN, and leaves out what is not there',
  async (region, partition) => {
    const { 'regimen:peoplePrincipals': _, ...there } = everything
    const { resources, of } = await evaluate('prod', { ...there, 'aws:region': region }, noCode)
    const arns = [...JSON.stringify(resources).matchAll(/arn:(aws[a-z-]*):/g)].map(([, found]) => found)
    expect(new Set(arns)).toEqual(new Set([partition]))
    expect(of('aws:budgets/budget:Budget')).toEqual([])
    expect(judge(new Graph(resources), rules, waivers).findings).toEqual([])
  },
)
