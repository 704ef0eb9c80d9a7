import { describe, expect, test } from 'vitest'
import { Environment } from '../../infra/environment.ts'
import { functionDefinitions } from '../../infra/functions.ts'
import { mapValues } from '../../infra/map-values.ts'
import { Names } from '../../infra/names.ts'
import { UseCase } from '../../infra/use-case.ts'
import { project as adherence } from '../../projects/adherence/project.ts'
import { type Program, record, repository } from '../stacks/record-program.ts'

const account = { partition: 'aws', region: 'eu-central-1', accountId: '123456789012' }
const names = new Names('dev')

/** An environment with these projects; its functions are empty, for nothing here is about their code. */
function deploy(projects: readonly (typeof adherence)[]): Promise<Program> {
  const shared = { names, account, root: repository, logRetentionDays: 365 }
  return record('dev', {}, async () => {
    const environment = new Environment('regimen', {
      ...shared,
      projects,
      bundles: mapValues(functionDefinitions, () => ({
        path: 'package.json',
        sha256: '0'.repeat(64),
        usesDuckdb: false,
      })),
      architecture: 'arm64',
      duckdbPlatform: 'host',
    })
    for (const project of projects)
      new UseCase(project.id, { ...shared, environment, project, partBytes: 65_536, mapConcurrency: 2 })
    return {}
  })
}

test('whatever a project is called, it gets its definition, models, flows, rules and alarm', async () => {
  const ids = ['ab', 'a-b', 'a0123456789012345678', 'adherence', 'training', 'zz-inference']
  const program = await deploy(ids.map((id) => ({ ...adherence, id })))
  const named = (type: string, key = 'name') =>
    program
      .of(type)
      .map(({ inputs }) => inputs[key])
      .sort()
  const each = (...suffixes: string[]) =>
    ids.flatMap((id) => suffixes.map((suffix) => `regimen-dev-${id}${suffix}`)).sort()
  expect(named('aws:sagemaker/modelPackageGroup:ModelPackageGroup', 'modelPackageGroupName')).toEqual(
    each(''),
  )
  expect(named('aws:sfn/stateMachine:StateMachine')).toEqual(
    each('-training', '-inference', '-dataset-import', '-deployment', '-monitoring'),
  )
  expect(named('aws:cloudwatch/eventRule:EventRule')).toEqual(
    each('-outcome', '-turn', '-approval', '-inbox', '-deployment-ended', '-monitoring-scored'),
  )
  const alarms = ['training', 'inference', 'dataset-import', 'deployment', 'monitoring'].flatMap((pipeline) =>
    ['failed', 'timed-out', 'throttled'].map((what) => `-${pipeline}-${what}`),
  )
  const ofProjects = named('aws:cloudwatch/metricAlarm:MetricAlarm').filter(
    (name) =>
      !/^regimen-dev-((start-run|start-monitoring|promote-model|record-outcome|end-deployment)-(errors|throttles)|undelivered)$/.test(
        String(name),
      ),
  )
  expect(ofProjects).toEqual(each('-drift', ...alarms))
  expect(named('aws:cloudwatch/dashboard:Dashboard', 'dashboardName')).toEqual(each(''))
  const objects = named('aws:s3/bucketObjectv2:BucketObjectv2', 'key').map((key) => String(key).split('/')[0])
  expect(objects.sort()).toEqual([...ids].sort())
})

describe('a project with a schedule', async () => {
  const program = await deploy([{ ...adherence, schedule: 'cron(0 6 * * ? *)' }])
  const arn = (service: string, resource: string) =>
    `arn:aws:${service}:eu-central-1:123456789012:${resource}`

  test('calls the starter by the clock, with a queue and bounded retries', () => {
    const { inputs } = program.one('aws:scheduler/schedule:Schedule', 'adherence-inference-schedule')
    expect(inputs).toMatchObject({
      name: 'regimen-dev-adherence-inference',
      scheduleExpression: 'cron(0 6 * * ? *)',
      scheduleExpressionTimezone: 'UTC',
      flexibleTimeWindow: { mode: 'OFF' },
      kmsKeyArn: arn('kms', 'key/key-id'),
      target: {
        arn: arn('lambda', 'function:regimen-dev-start-run:live'),
        roleArn: 'arn:aws:iam::123456789012:role/regimen-dev-adherence-inference-schedule',
        deadLetterConfig: { arn: arn('sqs', 'regimen-dev-undelivered') },
        retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 5 },
      },
    })
    const { input } = inputs.target as { input: string }
    expect(JSON.parse(input)).toEqual({
      pipeline: 'inference',
      project: 'adherence',
      requestedBy: 'schedule',
      scheduledTime: '<aws.scheduler.scheduled-time>',
    })
  })

  test('its role may call the starter and leave what failed, nothing else', () => {
    expect(program.policyOf('adherence-inference-role').length).toBeGreaterThan(0)
    expect(
      program.one('aws:iam/role:Role', 'adherence-inference-schedule-role-role').inputs.assumeRolePolicy,
    ).toContain('scheduler.amazonaws.com')
    expect(program.policyOf('adherence-inference-schedule-role')).toEqual([
      {
        Effect: 'Allow',
        Action: ['lambda:InvokeFunction'],
        Resource: [arn('lambda', 'function:regimen-dev-start-run:live')],
      },
      { Effect: 'Allow', Action: ['sqs:SendMessage'], Resource: [arn('sqs', 'regimen-dev-undelivered')] },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
        Resource: [arn('kms', 'key/key-id')],
      },
    ])
  })
})
