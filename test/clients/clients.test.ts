/** What colleagues do with boto3 and the AWS CLI, done to the local cloud after a training and an inference run. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import * as z from 'zod'
import { eventually } from '../local/fake-cloud.ts'
import { awsCliClient } from './aws-cli-client.ts'
import { boto3Client } from './boto3-client.ts'
import { type Client, Refused } from './client.ts'

const demo = inject('demo')
const account = 'us-east-1:000000000000'
const machine = (arn: string) => arn.replace(':execution:', ':stateMachine:').replace(/:[^:]+$/, '')
const group = 'regimen-dev-adherence'
const runId = demo.training.split(':').at(-1) ?? ''

const trainedJob = z.object({
  RoleArn: z.string(),
  ModelArtifacts: z.object({ S3ModelArtifacts: z.string() }),
  AlgorithmSpecification: z.object({ TrainingImage: z.string() }),
})

async function refusal(call: Promise<unknown>): Promise<string> {
  const error = await call.catch((cause: unknown) => cause)
  if (error instanceof Refused) return error.code
  throw error
}

describe.each([
  ['boto3', boto3Client],
  ['AWS CLI', awsCliClient],
] as const)('%s', (name, open) => {
  let client: Client
  const prefix = `clients/${createHash('md5').update(name).digest('hex').slice(0, 6)}`
  beforeAll(() => {
    client = open(inject('programs'), demo.endpoint)
  })
  afterAll(() => client.stop())

  test('says who is calling', async () => {
    expect(await client.call('sts', 'get-caller-identity')).toMatchObject({ Account: '000000000000' })
  })

  test('lists and describes state machines', async () => {
    const found = await client.call('stepfunctions', 'list-state-machines')
    const names = [
      { name: 'regimen-dev-adherence-dataset-import' },
      { name: 'regimen-dev-adherence-deployment' },
      { name: 'regimen-dev-adherence-inference' },
      { name: 'regimen-dev-adherence-monitoring' },
      { name: 'regimen-dev-adherence-training' },
    ]
    expect(found.stateMachines).toMatchObject(names)
    const described = await client.call('stepfunctions', 'describe-state-machine', {
      stateMachineArn: machine(demo.training),
    })
    expect(described).toMatchObject({ status: 'ACTIVE', type: 'STANDARD' })
    expect(JSON.parse(String(described.definition))).toMatchObject({ QueryLanguage: 'JSONata' })
  })

  test('lists and describes executions', async () => {
    const listed = await client.call('stepfunctions', 'list-executions', {
      stateMachineArn: machine(demo.training),
      statusFilter: 'SUCCEEDED',
    })
    expect(listed.executions).toMatchObject([{ executionArn: demo.training, status: 'SUCCEEDED' }])
    const described = await client.call('stepfunctions', 'describe-execution', {
      executionArn: demo.inference,
    })
    expect(described).toMatchObject({ status: 'SUCCEEDED', stateMachineArn: machine(demo.inference) })
    expect(JSON.parse(String(described.output))).toMatchObject({ predictionCount: expect.any(Number) })
  })

  test('gets the history of an execution, in pages and whole', async () => {
    const page = await client.call('stepfunctions', 'get-execution-history', {
      executionArn: demo.training,
      maxResults: 5,
    })
    expect(page.events).toHaveLength(5)
    expect(page.nextToken).toEqual(expect.any(String))
    const whole = await client.paginate('stepfunctions', 'get-execution-history', {
      executionArn: demo.training,
    })
    const events = Array.isArray(whole.events) ? whole.events : []
    expect(events[0]).toMatchObject({ id: 1, type: 'ExecutionStarted' })
    expect(events.at(-1)).toMatchObject({ id: events.length, type: 'ExecutionSucceeded' })
  })

  test('starts, describes and stops an execution', async () => {
    const definition = JSON.stringify({
      QueryLanguage: 'JSONata',
      StartAt: 'Sleep',
      States: { Sleep: { Type: 'Wait', Seconds: 600, End: true } },
    })
    const { stateMachineArn } = await client.call('stepfunctions', 'create-state-machine', {
      name: prefix.replace('/', '-'),
      definition,
      roleArn: 'arn:aws:iam::000000000000:role/clients',
    })
    const { executionArn } = await client.call('stepfunctions', 'start-execution', {
      stateMachineArn,
      name: 'one',
      input: '{"a": "ü"}',
    })
    const describe = () => client.call('stepfunctions', 'describe-execution', { executionArn })
    expect(await describe()).toMatchObject({ status: 'RUNNING', name: 'one', input: '{"a":"ü"}' })
    await client.call('stepfunctions', 'stop-execution', { executionArn, error: 'Enough', cause: 'by hand' })
    expect(await describe()).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'by hand' })
    await client.call('stepfunctions', 'delete-state-machine', { stateMachineArn })
  })

  test('reads the error of a call that is refused', async () => {
    const executionArn = `arn:aws:states:${account}:execution:absent:absent`
    const call = client.call('stepfunctions', 'describe-execution', { executionArn })
    expect(await refusal(call)).toBe('ExecutionDoesNotExist')
    expect(await refusal(client.get(demo.bucket, 'absent'))).toBe('NoSuchKey')
    const table = client.call('dynamodb', 'describe-table', { TableName: 'absent' })
    expect(await refusal(table)).toBe('ResourceNotFoundException')
    const topic = client.call('sns', 'get-topic-attributes', { TopicArn: `arn:aws:sns:${account}:absent` })
    expect(await refusal(topic)).toMatch(/^NotFound(Exception)?$/)
    const alarm = { AlarmName: 'absent', StateValue: 'OK', StateReason: 'x' }
    expect(await refusal(client.call('cloudwatch', 'set-alarm-state', alarm))).toBe('ResourceNotFound')
  })

  test('puts, gets, lists and deletes objects', async () => {
    const keys = ['a/1 ü+&.csv', 'a/2.csv', 'b.csv'].map((key) => `${prefix}/${key}`)
    for (const key of keys) await client.put(demo.bucket, key, `hello ${key}`)
    for (const key of keys) expect(await client.get(demo.bucket, key)).toBe(`hello ${key}`)
    const listed = await client.call('s3', 'list-objects-v2', { Bucket: demo.bucket, Prefix: `${prefix}/` })
    expect(listed.Contents).toMatchObject(keys.map((Key) => ({ Key })))
    const folders = await client.call('s3', 'list-objects-v2', {
      Bucket: demo.bucket,
      Prefix: `${prefix}/`,
      Delimiter: '/',
    })
    expect(folders.CommonPrefixes).toEqual([{ Prefix: `${prefix}/a/` }])
    const whole = await client.paginate('s3', 'list-objects-v2', {
      Bucket: demo.bucket,
      Prefix: `${prefix}/`,
      MaxKeys: 1,
    })
    expect(whole.Contents).toHaveLength(3)
    const removal = { Bucket: demo.bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }
    expect((await client.call('s3', 'delete-objects', removal)).Deleted).toHaveLength(3)
    const left = await client.call('s3', 'list-objects-v2', { Bucket: demo.bucket, Prefix: `${prefix}/` })
    expect(left.Contents ?? []).toEqual([])
  })

  test('uploads a large file in parts and reads it back by an address that it signed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'regimen-upload-'))
    const bytes = Buffer.alloc(17 << 20, 'regimen ')
    writeFileSync(join(folder, 'large'), bytes)
    const key = `${prefix}/large file.bin`
    await client.upload(join(folder, 'large'), demo.bucket, key)
    rmSync(folder, { recursive: true })
    const head = await client.call('s3', 'head-object', { Bucket: demo.bucket, Key: key })
    expect(head.ContentLength).toBe(bytes.length)
    expect(String(head.ETag)).toMatch(/-[2-9]"$/)
    const answer = await fetch(await client.presign(demo.bucket, key))
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
  })

  test('lists the objects that a run left behind', async () => {
    const listed = await client.paginate('s3', 'list-objects-v2', {
      Bucket: demo.bucket,
      Prefix: `adherence/runs/${runId}/`,
    })
    const keys = (Array.isArray(listed.Contents) ? listed.Contents : []).map(({ Key }) => String(Key))
    for (const end of ['model.tar.gz', 'evaluation.json', 'report.html'])
      expect(keys.some((key) => key.endsWith(end))).toBe(true)
  })

  test('queries the table', async () => {
    expect(await client.call('dynamodb', 'describe-table', { TableName: 'regimen-dev' })).toMatchObject({
      Table: { TableStatus: 'ACTIVE' },
    })
    const runs = await client.call('dynamodb', 'query', {
      TableName: 'regimen-dev',
      IndexName: 'gsi1',
      KeyConditionExpression: 'gsi1pk = :runs',
      ExpressionAttributeValues: { ':runs': { S: 'RUNS#adherence' } },
    })
    // A batch that was scored is looked at by a run of monitoring, which may have begun by now.
    const items = z.array(z.object({ pipeline: z.object({ S: z.string() }) })).parse(runs.Items)
    expect(items.map(({ pipeline }) => pipeline.S)).toEqual(
      expect.arrayContaining(['dataset-import', 'training', 'inference']),
    )
    const { Item } = await client.call('dynamodb', 'get-item', {
      TableName: 'regimen-dev',
      Key: { pk: { S: `RUN#${runId}` }, sk: { S: 'RUN' } },
    })
    expect(Item).toMatchObject({ gsi1pk: { S: 'RUNS#adherence' } })
  })

  test('lists and describes training jobs', async () => {
    const listed = await client.call('sagemaker', 'list-training-jobs', { NameContains: runId })
    const [job] = Array.isArray(listed.TrainingJobSummaries) ? listed.TrainingJobSummaries : []
    expect(job).toMatchObject({ TrainingJobStatus: 'Completed' })
    const described = await client.call('sagemaker', 'describe-training-job', {
      TrainingJobName: job.TrainingJobName,
    })
    expect(described).toMatchObject({
      TrainingJobStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: expect.stringMatching(/^s3:.*model\.tar\.gz$/) },
      TrainingTimeInSeconds: expect.any(Number),
    })
  })

  test('lists and describes model packages', async () => {
    const groups = await client.call('sagemaker', 'list-model-package-groups')
    expect(groups.ModelPackageGroupSummaryList).toMatchObject([{ ModelPackageGroupName: group }])
    const listed = await client.call('sagemaker', 'list-model-packages', { ModelPackageGroupName: group })
    expect(listed.ModelPackageSummaryList).toMatchObject([
      { ModelPackageVersion: Number(demo.modelVersion), ModelApprovalStatus: 'Approved' },
    ])
    const described = await client.call('sagemaker', 'describe-model-package', {
      ModelPackageName: `arn:aws:sagemaker:${account}:model-package/${group}/${demo.modelVersion}`,
    })
    expect(described).toMatchObject({
      ModelPackageStatus: 'Completed',
      CustomerMetadataProperties: expect.any(Object),
      InferenceSpecification: { Containers: [{ ModelDataUrl: expect.stringMatching(/^s3:/) }] },
    })
  })

  test('describes alarms and reads metrics', async () => {
    const { MetricAlarms } = await client.call('cloudwatch', 'describe-alarms', {
      AlarmNames: ['regimen-dev-adherence-drift'],
    })
    expect(MetricAlarms).toMatchObject([{ AlarmName: 'regimen-dev-adherence-drift' }])
    const [{ Namespace, MetricName }] = Array.isArray(MetricAlarms) ? MetricAlarms : []
    const { Metrics } = await client.call('cloudwatch', 'list-metrics', { Namespace, MetricName })
    expect(Metrics).toMatchObject([{ Namespace, MetricName }])
  })

  test('lists rules, targets, topics and subscriptions', async () => {
    const { Rules } = await client.call('events', 'list-rules')
    const names = Array.isArray(Rules) ? Rules.map(({ Name }) => String(Name)) : []
    expect(names).toContain('regimen-dev-adherence-outcome')
    const targets = await client.call('events', 'list-targets-by-rule', {
      Rule: 'regimen-dev-adherence-outcome',
    })
    expect(targets.Targets).toMatchObject([{ Arn: expect.stringContaining(':lambda:') }])
    const topics = await client.call('sns', 'list-topics')
    expect(topics.Topics).toEqual([{ TopicArn: `arn:aws:sns:${account}:regimen-dev-alerts` }])
    const TopicArn = `arn:aws:sns:${account}:regimen-dev-alerts`
    const published = await client.call('sns', 'publish', { TopicArn, Message: 'ü', Subject: 'test' })
    expect(published.MessageId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('serves the trained model from an endpoint and asks it', async () => {
    const listed = await client.call('sagemaker', 'list-training-jobs', { NameContains: runId })
    const [job] = Array.isArray(listed.TrainingJobSummaries) ? listed.TrainingJobSummaries : []
    const { RoleArn, ModelArtifacts, AlgorithmSpecification } = trainedJob.parse(
      await client.call('sagemaker', 'describe-training-job', { TrainingJobName: job.TrainingJobName }),
    )
    const served = `clients-${name === 'boto3' ? 'boto3' : 'cli'}`
    // The only role that SageMaker may assume here reads what training reads, not what it writes.
    const Key = `adherence/runs/${runId}/train/${served}/model.tar.gz`
    const CopySource = ModelArtifacts.S3ModelArtifacts.replace('s3://', '')
    await client.call('s3', 'copy-object', { Bucket: demo.bucket, Key, CopySource })
    await client.call('sagemaker', 'create-model', {
      ModelName: served,
      ExecutionRoleArn: RoleArn,
      PrimaryContainer: {
        Image: AlgorithmSpecification.TrainingImage,
        ModelDataUrl: `s3://${demo.bucket}/${Key}`,
      },
    })
    const variant = {
      VariantName: 'all',
      ModelName: served,
      InitialInstanceCount: 1,
      InstanceType: 'ml.m5.large',
    }
    await client.call('sagemaker', 'create-endpoint-config', {
      EndpointConfigName: served,
      ProductionVariants: [variant],
    })
    await client.call('sagemaker', 'create-endpoint', { EndpointName: served, EndpointConfigName: served })
    const described = await eventually('the endpoint settles', async () => {
      const found = await client.call('sagemaker', 'describe-endpoint', { EndpointName: served })
      return found.EndpointStatus === 'Creating' ? undefined : found
    })
    expect(described.FailureReason).toBeUndefined()
    expect(described).toMatchObject({
      EndpointStatus: 'InService',
      ProductionVariants: [{ VariantName: 'all' }],
    })
    const scores = (await client.invokeEndpoint(served, 'text/libsvm', '0 0:1\n0 0:2 1:1\n'))
      .trim()
      .split('\n')
    expect(scores).toHaveLength(2)
    for (const score of scores) {
      expect(Number(score)).toBeGreaterThan(0)
      expect(Number(score)).toBeLessThan(1)
    }
    expect(await refusal(client.invokeEndpoint(served, 'text/csv', '1\n'))).toBe('ModelError')
    expect(await refusal(client.invokeEndpoint('absent', 'text/csv', '1\n'))).toBe('ValidationError')
    await client.call('sagemaker', 'delete-endpoint', { EndpointName: served })
  })

  test('invokes a function', async () => {
    const answer = await client.invoke('regimen-dev-resolve-model', {
      project: 'adherence',
      modelVersion: demo.modelVersion,
    })
    expect(answer).toMatchObject({ modelVersion: demo.modelVersion, modelUri: expect.stringMatching(/^s3:/) })
    const failed = await client.invoke('regimen-dev-resolve-model', {
      project: 'adherence',
      modelVersion: '99',
    })
    expect(failed).toMatchObject({ errorType: 'ModelNotFound' })
  })

  test('lists and describes functions, and reads what one wrote', async () => {
    const { Functions } = await client.call('lambda', 'list-functions')
    const names = Array.isArray(Functions) ? Functions.map(({ FunctionName }) => String(FunctionName)) : []
    expect(names).toEqual(expect.arrayContaining(['regimen-dev-start-run', 'regimen-dev-score-part']))
    const found = await client.call('lambda', 'get-function', { FunctionName: 'regimen-dev-score-part' })
    expect(found.Configuration).toMatchObject({ State: 'Active', Handler: 'index.handler' })
    const logs = await client.call('logs', 'filter-log-events', {
      logGroupName: '/aws/lambda/regimen-dev-score-part',
    })
    expect(logs.events).toEqual(
      expect.arrayContaining([expect.objectContaining({ message: expect.any(String) })]),
    )
  })

  test('reads a role and its policies', async () => {
    const RoleName = 'regimen-dev-score-part'
    const { Role } = await client.call('iam', 'get-role', { RoleName })
    expect(Role).toMatchObject({
      RoleName,
      RoleId: expect.stringMatching(/^AROA/),
      AssumeRolePolicyDocument: { Version: '2012-10-17' },
    })
    const { AttachedPolicies } = await client.call('iam', 'list-attached-role-policies', { RoleName })
    const [{ PolicyArn }] = Array.isArray(AttachedPolicies) ? AttachedPolicies : [{}]
    const { Policy } = await client.call('iam', 'get-policy', { PolicyArn })
    expect(Policy).toMatchObject({ Arn: PolicyArn, DefaultVersionId: 'v1' })
    const version = { PolicyArn, VersionId: 'v1' }
    const { PolicyVersion } = await client.call('iam', 'get-policy-version', version)
    expect(PolicyVersion).toMatchObject({
      IsDefaultVersion: true,
      Document: { Version: '2012-10-17', Statement: expect.any(Array) },
    })
    const absent = client.call('iam', 'get-role', { RoleName: 'absent' })
    expect(await refusal(absent)).toBe('NoSuchEntity')
  })
})
