import { expect, test } from 'vitest'
import {
  isConfirmed,
  likePrices,
  priceList,
  priceOf,
  recalledPrices,
  trainingHourPrice,
} from '../../../cli/prices.ts'
import { idleCost } from '../../../cli/stack/idle-cost.ts'
import { runCost } from '../../../cli/stack/machine-cost.ts'
import { runCommand } from '../../builders/run-command.ts'
import { evaluate, noCode } from '../../stacks/record-program.ts'

const stored = { storedGigabytes: 100, logGigabytes: 2, tableGigabytes: 1 }

test('every price names its unit and where it stands', () => {
  for (const [name, price] of Object.entries(priceList)) {
    const { dollars, per, source } = price
    if ('confirmed' in price)
      expect(price.confirmed).toMatchObject({
        on: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        at: expect.stringMatching(/^https:/),
      })
    expect([name, dollars > 0, per.length > 0]).toEqual([name, true, true])
    expect(source).toMatch(/^https:\/\/aws\.amazon\.com\/.+\/pricing\/$/)
  }
})

test('what was not looked up is named, and what was looked up for something like it', () => {
  expect(recalledPrices).toEqual(['lambdaScratchGigabyteSecond', 'onlineFeatureGigabyteMonth'])
  const instances = Object.keys(priceList).filter((name) => name.startsWith('ml.'))
  expect(likePrices).toEqual({
    'the instance in Studio': instances.filter((name) => name !== 'ml.m5.large'),
  })
  expect([isConfirmed('key'), isConfirmed('onlineFeatureGigabyteMonth')]).toEqual([true, false])
})

test('a price that is no instance is no training price', () => {
  expect(trainingHourPrice('ml.m5.xlarge')).toBe(0.23)
  expect(trainingHourPrice('key')).toBeUndefined()
  expect(trainingHourPrice('ml.p5.48xlarge')).toBeUndefined()
})

test('what is idle is the sum of its items; an interface endpoint counts by zone and hour, a gateway nothing', () => {
  const resource = (type: string, inputs = {}) => ({ type, inputs })
  const endpoint = 'aws:ec2/vpcEndpoint:VpcEndpoint'
  const { dollarsPerMonth, items, unknown } = idleCost(
    [
      resource('regimen:infra:Key'),
      resource('aws:kms/key:Key'),
      resource('aws:kms/key:Key'),
      resource('aws:cloudwatch/metricAlarm:MetricAlarm', { metricName: 'Errors' }),
      resource('aws:cloudwatch/metricAlarm:MetricAlarm', { metricQueries: [{}, {}, {}] }),
      resource('aws:s3/bucket:Bucket'),
      resource(endpoint, { vpcEndpointType: 'Interface', subnetIds: ['a', 'b'] }),
      resource(endpoint, { vpcEndpointType: 'Gateway' }),
    ],
    stored,
  )
  expect(items.map(({ price, quantity }) => [price, quantity])).toEqual([
    ['interfaceEndpointHour', 1_460],
    ['storageGigabyteMonth', 100],
    ['key', 2],
    ['alarm', 4],
  ])
  expect(dollarsPerMonth).toBeCloseTo(14.6 + 2.3 + 2 + 0.4, 10)
  expect(unknown).toEqual([])
})

test('a type without a price is listed, and adds nothing silently', () => {
  const { dollarsPerMonth, unknown } = idleCost([{ type: 'aws:rds/instance:Instance', inputs: {} }], stored)
  expect({ dollarsPerMonth, unknown }).toEqual({
    dollarsPerMonth: 0,
    unknown: [{ type: 'aws:rds/instance:Instance', count: 1 }],
  })
})

test('every type of all three environments and their options has a price or a reason why it has none', async () => {
  const options = {
    'regimen:alertEmails': '["a@example.org"]',
    'regimen:slackChannel': 'C0123456789',
    'regimen:slackToken': 'xoxb',
    'regimen:pagerDutyRoutingKey': 'key',
    'regimen:monthlyBudgetDollars': '100',
    'regimen:delivery': 'github',
    'regimen:deliveryRepository': 'owner/name',
  }
  for (const environment of ['dev', 'staging', 'prod']) {
    const { resources } = await evaluate(environment, options, noCode)
    expect([environment, idleCost(resources, stored).unknown]).toEqual([environment, []])
  }
})

const lambda = (name: string, more = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: `arn:aws:lambda:us-east-1:1:function:${name}:1` },
  ...more,
})
const machine = {
  StartAt: 'Plan',
  States: {
    Plan: lambda('plan', { Next: 'Parts', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Rescue' }] }),
    Rescue: lambda('rescue', { End: true }),
    Parts: {
      Type: 'Map',
      ItemProcessor: { StartAt: 'Part', States: { Part: lambda('part', { End: true }) } },
      Next: 'Check',
    },
    Check: { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Report' }], Default: 'Train' },
    Report: lambda('plan', { Next: 'Refused' }),
    Refused: { Type: 'Fail' },
    Train: { Type: 'Task', Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync', End: true },
  },
}
const memory = (memoryMegabytes: number) => ({ memoryMegabytes, scratchMegabytes: 512, isArm: true })
const known = (arn: string) => (arn.includes(':plan:') ? memory(1_024) : memory(2_048))
const assumed = { parts: 5, secondsPerCall: 4, trainingSeconds: 360 }

test('a run is the states that lead to success: parts as often as there are, neither rescue nor refusal', () => {
  const cost = runCost(JSON.stringify(machine), known, 'ml.m5.xlarge', assumed)
  const { stateTransitions, lambdaRequests, lambdaGigabyteSeconds, trainingJobs } = cost
  expect({ stateTransitions, lambdaRequests, lambdaGigabyteSeconds, trainingJobs }).toEqual({
    stateTransitions: 4 + 5,
    lambdaRequests: 1 + 5,
    lambdaGigabyteSeconds: 4 * 1 + 5 * 4 * 2,
    trainingJobs: 1,
  })
  expect(cost.dollars).toBeCloseTo(
    9 * priceOf('stateTransition') +
      6 * priceOf('lambdaRequest') +
      44 * priceOf('lambdaGigabyteSecond') +
      0.1 * 0.23,
    12,
  )
  expect(cost.unknown).toEqual([])
})

test('a function, an instance and a service that it does not know are named, not guessed', () => {
  const States = {
    ...machine.States,
    Parts: { Type: 'Task', Resource: 'arn:aws:states:::glue:startJobRun', Next: 'Check' },
  }
  const { unknown } = runCost(JSON.stringify({ ...machine, States }), () => undefined, 'ml.x9.huge', assumed)
  expect(unknown).toEqual(['arn:aws:lambda:us-east-1:1:function:plan:1', 'glue:startJobRun', 'ml.x9.huge'])
})

test('the command tells prod: prices with date and source, idle, one run of each machine, nothing unknown', async () => {
  const { code, stdout } = await runCommand('stack', 'cost', '--stack', 'prod', '--parts', '3', '--json')
  expect(code).toBe(0)
  const { prices, idle, runs, assumptions } = JSON.parse(stdout) as {
    prices: { region: string; date: string; recalled: string[] }
    assumptions: { parts: number }
    idle: { dollarsPerMonth: number; unknown: unknown[] }
    runs: { machine: string; dollars: number; trainingJobs: number; unknown: unknown[] }[]
  }
  expect(prices.recalled).toEqual(recalledPrices)
  expect(prices).toMatchObject({ region: 'us-east-1', date: expect.stringMatching(/^20\d\d/) })
  expect(assumptions.parts).toBe(3)
  expect(idle.dollarsPerMonth).toBeGreaterThan(5)
  expect(idle.unknown).toEqual([])
  expect(Object.fromEntries(runs.map(({ machine: name, trainingJobs }) => [name, trainingJobs]))).toEqual({
    'regimen-prod-adherence-training': 1,
    'regimen-prod-adherence-inference': 0,
    'regimen-prod-adherence-dataset-import': 0,
    'regimen-prod-adherence-deployment': 0,
    'regimen-prod-adherence-monitoring': 0,
  })
  for (const { dollars, unknown } of runs) expect([dollars > 0, unknown]).toEqual([true, []])
})
