import { expect, test } from 'vitest'
import { priceList } from '../../cli/prices.ts'
import { idleCost } from '../../cli/stack/idle-cost.ts'
import { endpointInstanceTypes } from '../../infra/endpoint-instance-types.ts'
import { Graph } from '../../infra/policy/graph.ts'
import { judge } from '../../infra/policy/judge.ts'
import { rules } from '../../infra/policy/rules.ts'
import { evaluate, noCode } from '../stacks/record-program.ts'

const served = (more: object = {}) =>
  evaluate(
    'dev',
    {
      'regimen:network': 'vpc',
      'regimen:endpoints': JSON.stringify({
        adherence: { version: '3', instanceType: 'ml.m5.large', ...more },
      }),
    },
    noCode,
  )
const program = await served()
const key = 'arn:aws:kms:eu-central-1:123456789012:key/key-id'
const configurationOf = (among: typeof program) =>
  among.one('aws:sagemaker/endpointConfiguration:EndpointConfiguration', 'adherence-endpoint-configuration')
    .inputs
const deploymentOf = (among: typeof program) =>
  among.one('aws:sagemaker/endpoint:Endpoint', 'adherence-endpoint-endpoint').inputs.deploymentConfig

test('the model is a version of the registry, isolated, in private subnets', () => {
  expect(program.one('aws:sagemaker/model:Model', 'adherence-endpoint-model').inputs).toMatchObject({
    name: 'regimen-dev-adherence-v3',
    primaryContainer: {
      modelPackageName: 'arn:aws:sagemaker:eu-central-1:123456789012:model-package/regimen-dev-adherence/3',
    },
    enableNetworkIsolation: true,
    vpcConfig: {
      subnets: ['regimen-network-subnet-0-id', 'regimen-network-subnet-1-id'],
      securityGroupIds: ['regimen-network-jobs-id'],
    },
  })
  expect(configurationOf(program)).toMatchObject({
    kmsKeyArn: key,
    productionVariants: [{ instanceType: 'ml.m5.large', initialInstanceCount: 2 }],
  })
  expect(configurationOf(program).dataCaptureConfig).toBeUndefined()
})

test('a version takes over by a canary that alarms of that endpoint take back', () => {
  expect(deploymentOf(program)).toMatchObject({
    blueGreenUpdatePolicy: {
      trafficRoutingConfiguration: {
        type: 'CANARY',
        canarySize: { type: 'CAPACITY_PERCENT', value: 50 },
        waitIntervalInSeconds: 600,
      },
    },
    autoRollbackConfiguration: {
      alarms: ['errors', 'model-errors', 'slow'].map((what) => ({
        alarmName: `regimen-dev-adherence-endpoint-${what}`,
      })),
    },
  })
  const alarm = program.one('aws:cloudwatch/metricAlarm:MetricAlarm', 'adherence-endpoint-errors-alarm')
  expect(alarm.inputs).toMatchObject({
    dimensions: { EndpointName: 'regimen-dev-adherence', VariantName: 'model' },
    datapointsToAlarm: 2,
    evaluationPeriods: 3,
  })
})

test('another version is another configuration beside the old one; the endpoint keeps its name', async () => {
  const next = await served({ version: '4', strategy: 'linear', sharePercent: '20' })
  expect(configurationOf(next).name).not.toBe(configurationOf(program).name)
  expect(deploymentOf(next)).toMatchObject({
    blueGreenUpdatePolicy: {
      trafficRoutingConfiguration: {
        type: 'LINEAR',
        linearStepSize: { type: 'CAPACITY_PERCENT', value: 20 },
      },
    },
  })
})

test('what is captured is encrypted, lies apart, and goes after three months', async () => {
  const capturing = await served({ capturePercent: 10 })
  expect(configurationOf(capturing).dataCaptureConfig).toEqual({
    enableCapture: true,
    initialSamplingPercentage: 10,
    destinationS3Uri: 's3://regimen-dev-123456789012-eu-central-1/capture/adherence',
    kmsKeyId: key,
    captureOptions: [{ captureMode: 'Input' }, { captureMode: 'Output' }],
  })
  const lifecycle = program.one(
    'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration',
    'regimen-data-lifecycle',
  )
  expect(lifecycle.inputs.rules).toContainEqual({
    id: 'captured-questions',
    status: 'Enabled',
    filter: { prefix: 'capture/' },
    expiration: { days: 90 },
  })
  const written = (among: typeof program) =>
    among
      .policyOf('adherence-endpoint-role')
      .filter(({ Action }) => Action.includes('s3:PutObject'))
      .flatMap(({ Resource }) => Resource)
  expect(written(program)).toEqual([])
  expect(written(capturing)).toEqual([
    'arn:aws:s3:::regimen-dev-123456789012-eu-central-1/capture/adherence/*',
  ])
})

test('the rules for models and endpoints judge it, and find nothing', () => {
  const graph = new Graph(program.resources)
  const types = /^aws:sagemaker\/(model|endpoint|endpointConfiguration):/
  const judging = rules.filter((rule) => rule.types.some((type) => types.test(type)))
  expect(judging.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      'model-isolated',
      'model-in-network',
      'endpoint-encrypted',
      'endpoint-rolls-back',
    ]),
  )
  expect(judge(graph, judging, []).findings).toEqual([])
})

test('its instances cost by the hour, each type at a price that is known', () => {
  for (const type of endpointInstanceTypes) expect(priceList).toHaveProperty([type])
  const stored = { storedGigabytes: 0, logGigabytes: 0, tableGigabytes: 0 }
  const { items, unknown } = idleCost(program.resources, stored)
  expect(items.find(({ price }) => price === 'ml.m5.large')).toMatchObject({ quantity: 1_460 })
  expect(unknown).toEqual([])
})

test('an endpoint without a network, or of a project that is not there, is refused by name', async () => {
  const endpoints = (id: string) => ({
    'regimen:endpoints': JSON.stringify({ [id]: { version: '3', instanceType: 'ml.m5.large' } }),
  })
  await expect(evaluate('dev', endpoints('adherence'), noCode)).rejects.toThrow(
    'regimen:network: got none; expected vpc, which regimen:endpoints needs; correct it in Pulumi.dev.yaml',
  )
  await expect(evaluate('dev', endpoints('other'), noCode)).rejects.toThrow('regimen:endpoints: got other')
})
