import { expect, test, vi } from 'vitest'
import { project as adherence } from '../../projects/adherence/project.ts'
import { configurationOf, noCode, record } from './record-program.ts'

/** Longest names that AWS takes, by type: the input that holds the name, its limit, its alphabet. */
const limits: Readonly<Record<string, readonly [input: string, limit: number, alphabet: RegExp]>> = {
  'aws:s3/bucket:Bucket': ['bucket', 63, /^[a-z0-9][a-z0-9.-]+[a-z0-9]$/],
  'aws:iam/role:Role': ['name', 64, /^[\w+=,.@-]+$/],
  'aws:iam/policy:Policy': ['name', 128, /^[\w+=,.@-]+$/],
  'aws:lambda/function:Function': ['name', 64, /^[a-zA-Z0-9-_]+$/],
  'aws:sfn/stateMachine:StateMachine': ['name', 80, /^[a-zA-Z0-9-_]+$/],
  'aws:cloudwatch/eventRule:EventRule': ['name', 64, /^[.\-_A-Za-z0-9]+$/],
  'aws:cloudwatch/eventTarget:EventTarget': ['targetId', 64, /^[.\-_A-Za-z0-9]+$/],
  'aws:cloudwatch/eventConnection:EventConnection': ['name', 64, /^[.\-_A-Za-z0-9]+$/],
  'aws:cloudwatch/eventApiDestination:EventApiDestination': ['name', 64, /^[.\-_A-Za-z0-9]+$/],
  'aws:cloudwatch/metricAlarm:MetricAlarm': ['name', 255, /^[\x20-\x7e]+$/],
  'aws:cloudwatch/logGroup:LogGroup': ['name', 512, /^[.\-_/#A-Za-z0-9]+$/],
  'aws:cloudwatch/dashboard:Dashboard': ['dashboardName', 255, /^[A-Za-z0-9-_]+$/],
  'aws:scheduler/schedule:Schedule': ['name', 64, /^[0-9a-zA-Z-_.]+$/],
  'aws:sagemaker/modelPackageGroup:ModelPackageGroup': [
    'modelPackageGroupName',
    63,
    /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/,
  ],
  'aws:sagemaker/featureGroup:FeatureGroup': ['featureGroupName', 64, /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/],
  'aws:sns/topic:Topic': ['name', 256, /^[a-zA-Z0-9-_]+$/],
  'aws:sqs/queue:Queue': ['name', 80, /^[a-zA-Z0-9-_]+$/],
  'aws:dynamodb/table:Table': ['name', 255, /^[a-zA-Z0-9_.-]+$/],
  'aws:cloudtrail/trail:Trail': ['name', 128, /^[a-zA-Z0-9][a-zA-Z0-9._-]+$/],
  'aws:sagemaker/endpoint:Endpoint': ['name', 63, /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/],
  'aws:sagemaker/endpointConfiguration:EndpointConfiguration': ['name', 63, /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/],
  'aws:sagemaker/model:Model': ['name', 63, /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/],
  'aws:ec2/securityGroup:SecurityGroup': ['name', 255, /^(?!sg-)[\w .:/()#,@[\]+=&;{}!$*-]+$/],
  'aws:budgets/budget:Budget': ['name', 100, /^[^:\\]+$/],
  'aws:lambda/layerVersion:LayerVersion': ['layerName', 140, /^[a-zA-Z0-9-_]+$/],
}

/** The longest stack's name and the longest ids of projects that are accepted, two of them alike to the last letter. */
const stack = 'environments'
const ids = ['a-project-of-twenty-a', 'a-project-of-twenty-b'].map((id) => id.replace('of-', ''))

async function longest() {
  vi.resetModules()
  vi.doMock('../../infra/bundle.ts', () => ({ bundleFunctions: noCode }))
  // A release is made of a stack's file, which this one does not have.
  vi.doMock('../../stacks/release.ts', () => ({
    describeRelease: () => ({ id: '0'.repeat(12), manifest: '{}', archive: 'package.json' }),
  }))
  vi.doMock('../../stacks/projects.ts', () => ({
    projects: Object.fromEntries(ids.map((id) => [id, { ...adherence, id, schedule: 'rate(1 day)' }])),
  }))
  const configuration = {
    ...configurationOf('prod'),
    'aws:region': 'ap-southeast-99',
    'regimen:duckdbPlatform': 'host',
    'regimen:projects': JSON.stringify(ids),
    'regimen:slackChannel': 'C0123456789',
    'regimen:slackToken': 'secret',
    'regimen:alertEmails': '["a@example.com"]',
    'regimen:monthlyBudgetDollars': '1',
    'regimen:endpoints': JSON.stringify(
      Object.fromEntries(ids.map((id) => [id, { version: '123456789', instanceType: 'ml.m5.large' }])),
    ),
    'regimen:delivery': 'github',
    'regimen:deliveryRepository': 'a/b',
  }
  return await record(stack, configuration, () => import('../../stacks/index.ts'))
}

const program = await longest()

test.each(Object.entries(limits))(
  '%s keeps the limit and the alphabet of AWS',
  (type, [input, limit, alphabet]) => {
    const names = program.of(type).map(({ inputs }) => String(inputs[input]))
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) {
      expect(name.length, name).toBeLessThanOrEqual(limit)
      expect(name).toMatch(alphabet)
    }
  },
)

test('two things never share a name, however long what they are named after', () => {
  for (const [type, [input]] of Object.entries(limits)) {
    if (type.includes('eventTarget')) continue
    const names = program.of(type).map(({ inputs }) => String(inputs[input]))
    expect(new Set(names).size, type).toBe(names.length)
  }
})

test('every type that takes a name of its own is held to its limit', () => {
  const unnamed = program.resources
    .filter(
      ({ type, inputs }) => type.startsWith('aws:') && typeof inputs.name === 'string' && !(type in limits),
    )
    .map(({ type }) => type)
  // An alias's name is `live` or fixed by the environment.
  expect([...new Set(unnamed)].sort()).toEqual(['aws:kms/alias:Alias', 'aws:lambda/alias:Alias'])
})
