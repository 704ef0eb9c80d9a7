/** What fires by itself on a running cloud, with its roles enforced: an upload, a schedule, an alarm. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CloudWatchClient, PutMetricAlarmCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn'
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { services } from '../../local/services.ts'
import { applyResources } from './deploy/apply-resources.ts'
import { eventually } from './fake-cloud.ts'
import { type TestCloud, testCloud } from './running-cloud.ts'

const account = '000000000000'
const machineArn = (name: string) => `arn:aws:states:us-east-1:${account}:stateMachine:${name}`
const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })

const role = (name: string, service: string, statement?: object) => [
  {
    type: 'aws:iam/role:Role',
    name,
    inputs: {
      name,
      assumeRolePolicy: document({
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sts:AssumeRole',
      }),
    },
  },
  ...(statement === undefined
    ? []
    : [
        {
          type: 'aws:iam/rolePolicy:RolePolicy',
          name: `${name}-policy`,
          inputs: { name: 'may', role: name, policy: document({ Effect: 'Allow', ...statement }) },
        },
      ]),
]
const starts = (name: string) => ({ Action: 'states:StartExecution', Resource: machineArn(name) })

const resources = [
  ...role('machine', 'states.amazonaws.com'),
  ...role('rule', 'events.amazonaws.com', starts('uploaded')),
  ...role('powerless', 'events.amazonaws.com'),
  ...role('schedule', 'scheduler.amazonaws.com', starts('scheduled')),
  { type: 'aws:s3/bucket:Bucket', name: 'data', inputs: { bucket: 'firing-data' } },
  {
    type: 'aws:s3/bucketNotification:BucketNotification',
    name: 'notices',
    inputs: { bucket: 'firing-data', eventbridge: true },
  },
  {
    type: 'aws:cloudwatch/eventRule:EventRule',
    name: 'uploads',
    inputs: {
      name: 'uploads',
      eventPattern: JSON.stringify({
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { object: { key: [{ prefix: 'uploads/' }] } },
      }),
    },
  },
  ...(['rule', 'powerless'] as const).map((name) => ({
    type: 'aws:cloudwatch/eventTarget:EventTarget',
    name: `to-${name}`,
    inputs: {
      rule: 'uploads',
      targetId: name,
      arn: machineArn(name === 'rule' ? 'uploaded' : 'forbidden'),
      roleArn: roleArn(name),
    },
  })),
]

let cloud: TestCloud
let sfn: SFNClient
beforeAll(async () => {
  cloud = await testCloud({ services: services() })
  sfn = new SFNClient(cloud.client())
  await applyResources(cloud, 'firing', resources)
  for (const name of ['uploaded', 'forbidden', 'scheduled']) {
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'Done',
      States: { Done: { Type: 'Succeed' } },
    })
    await sfn.send(new CreateStateMachineCommand({ name, roleArn: roleArn('machine'), definition }))
  }
})
afterAll(() => cloud.stop())

const executions = async (name: string) => {
  const { executions: found = [] } = await sfn.send(
    new ListExecutionsCommand({ stateMachineArn: machineArn(name) }),
  )
  return found
}
const firstOf = (name: string) =>
  eventually(`${name} is started`, async () => {
    const [found] = await executions(name)
    if (found === undefined) return undefined
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn: found.executionArn }))
    return described.status === 'RUNNING' ? undefined : described
  })

test('an upload starts a state machine through a rule, once; a role that may not starts none', async () => {
  const s3 = new S3Client({ ...cloud.client(), forcePathStyle: true })
  const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket: 'firing-data', Key, Body: 'x' }))
  await put('elsewhere/a.csv')
  await put('uploads/b.csv')
  const execution = await firstOf('uploaded')
  expect(execution.status).toBe('SUCCEEDED')
  expect(JSON.parse(execution.input ?? '')).toMatchObject({
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: { bucket: { name: 'firing-data' }, object: { key: 'uploads/b.csv', size: 1 } },
  })
  expect(await executions('uploaded')).toHaveLength(1)
  expect(await executions('forbidden')).toHaveLength(0)
  expect(readFileSync(join(cloud.directory, 'cloud.log'), 'utf8')).toMatch(
    /states:StartExecution.*forbidden.*powerless|powerless.*states:StartExecution.*forbidden/,
  )
})

test('a one-time schedule that is due starts its state machine as its role, with the time in its input', async () => {
  const { running } = cloud
  // Times of schedules have no fraction of a second: the next whole one.
  const due = new Date(running.cloud.now().getTime() + 1_000).toISOString().slice(0, 19)
  await running.cloud.call(
    'scheduler',
    'CreateSchedule',
    {
      Name: 'once',
      ScheduleExpression: `at(${due})`,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: machineArn('scheduled'),
        RoleArn: roleArn('schedule'),
        Input: '{"at":"<aws.scheduler.scheduled-time>"}',
      },
    },
    running.root,
  )
  const execution = await firstOf('scheduled')
  expect(JSON.parse(execution.input ?? '')).toEqual({ at: `${due}Z` })
  expect(await executions('scheduled')).toHaveLength(1)
})

test('a metric above its threshold raises the alarm, which tells its topic', async () => {
  const sns = new SNSClient(cloud.client())
  const monitoring = new CloudWatchClient(cloud.client())
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'alarms' }))
  await monitoring.send(
    new PutMetricAlarmCommand({
      AlarmName: 'drift',
      Namespace: 'Test',
      MetricName: 'Score',
      Statistic: 'Maximum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0.2,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: [TopicArn ?? ''],
    }),
  )
  await monitoring.send(
    new PutMetricDataCommand({
      Namespace: 'Test',
      MetricData: [{ MetricName: 'Score', Value: 0.9 }],
    }),
  )
  const message = await eventually('the topic hears of it', () => {
    const file = join(cloud.directory, 'sns', 'alarms.jsonl')
    try {
      return JSON.parse(readFileSync(file, 'utf8').trim().split('\n')[0] ?? '')
    } catch {
      return undefined
    }
  })
  expect(JSON.parse(message.Message)).toMatchObject({ AlarmName: 'drift', NewStateValue: 'ALARM' })
})
