/** Endpoints through the wire: a trained model is deployed, asked, replaced, and survives a restart. */

import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  SageMakerClient,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
} from '@aws-sdk/client-sagemaker'
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { predict } from '../../../functions/scoring/predict.ts'
import { readModel } from '../../../functions/scoring/read-model.ts'
import { sagemakerService } from '../../../local/sagemaker/service.ts'
import { statesService } from '../../../local/states/service.ts'
import { applyResources } from '../deploy/apply-resources.ts'
import { eventually } from '../fake-cloud.ts'
import { type TestCloud, testCloud } from '../running-cloud.ts'

const Bucket = 'endpoint-bucket'
const Image = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5'
const roleArn = 'arn:aws:iam::000000000000:role/serving'
const rows = Array.from({ length: 200 }, (_, i) => [(i * 37) % 100, (i * 53) % 97] as const)
const artifact = 'models/one/output/model.tar.gz'

let cloud: TestCloud
let sagemaker: SageMakerClient
let s3: S3Client
const open = () => {
  sagemaker = new SageMakerClient(cloud.client())
  s3 = new S3Client({ ...cloud.client(), forcePathStyle: true })
}

async function train(name: string, label: (a: number, b: number) => boolean) {
  const Key = `train/${name}/part.csv`
  const Body = rows.map(([a, b]) => `${label(a, b) ? 1 : 0},${a},${b}`).join('\n')
  await s3.send(new PutObjectCommand({ Bucket, Key, Body }))
  await sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: name,
      HyperParameters: { objective: 'binary:logistic', num_round: '5' },
      AlgorithmSpecification: { TrainingImage: Image, TrainingInputMode: 'File' },
      RoleArn: roleArn,
      InputDataConfig: [
        {
          ChannelName: 'train',
          ContentType: 'text/csv',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${Bucket}/train/${name}/` } },
        },
      ],
      OutputDataConfig: { S3OutputPath: `s3://${Bucket}/models` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
    }),
  )
  await eventually('the training ends', async () => {
    const { TrainingJobStatus } = await sagemaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName: name }),
    )
    return TrainingJobStatus === 'Completed' ? true : undefined
  })
}
const configure = async (
  name: string,
  key: string,
  weights: readonly number[] = [1],
  ExecutionRoleArn = roleArn,
) => {
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn,
      PrimaryContainer: { Image, ModelDataUrl: `s3://${Bucket}/${key}` },
    }),
  )
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: weights.map((InitialVariantWeight, at) => ({
        VariantName: `v${at}`,
        ModelName: name,
        InitialInstanceCount: 1,
        InstanceType: 'ml.m5.large',
        InitialVariantWeight,
      })),
    }),
  )
}
const describe = (EndpointName: string) => sagemaker.send(new DescribeEndpointCommand({ EndpointName }))
const settled = (name: string) =>
  eventually('the endpoint settles', async () => {
    const found = await describe(name)
    return /ing$/.test(found.EndpointStatus ?? '') ? undefined : found
  })

async function invoke(name: string, body: string, headers: Record<string, string> = {}, role?: string) {
  const key = cloud.client(role).credentials.accessKeyId
  const answer = await fetch(`${cloud.running.endpoint}/endpoints/${name}/invocations`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'text/csv',
      authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/sagemaker/aws4_request, SignedHeaders=host, Signature=0`,
      ...headers,
    },
  })
  return {
    status: answer.status,
    error: answer.headers.get('x-amzn-errortype'),
    headers: answer.headers,
    text: await answer.text(),
  }
}

beforeAll(async () => {
  cloud = await testCloud({ services: [sagemakerService(), statesService()], enforce: true })
  open()
  await s3.send(new CreateBucketCommand({ Bucket }))
  await train('one', (a, b) => a > b)
  await train('two', (a, b) => a < b)
})
afterAll(async () => {
  await cloud.stop()
})

test('an endpoint comes into service and answers one prediction a line, from CSV, libsvm and as JSON', async () => {
  await configure('one', artifact)
  const { EndpointArn } = await sagemaker.send(
    new CreateEndpointCommand({ EndpointName: 'live', EndpointConfigName: 'one' }),
  )
  expect(EndpointArn).toBe('arn:aws:sagemaker:us-east-1:000000000000:endpoint/live')
  expect((await describe('live')).EndpointStatus).toMatch(/Creating|InService/)
  expect(await settled('live')).toMatchObject({
    EndpointStatus: 'InService',
    EndpointConfigName: 'one',
    ProductionVariants: [{ VariantName: 'v0', CurrentWeight: 1, CurrentInstanceCount: 1 }],
  })

  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: artifact }))
  const model = readModel(Buffer.from((await Body?.transformToByteArray()) ?? []))
  const expected = [...predict(model, new Float32Array([90, 3, Number.NaN, 60]), 2)]
  const csv = await invoke('live', '90,3\n,60\n')
  expect(csv.status).toBe(200)
  expect(csv.headers.get('x-amzn-invoked-production-variant')).toBe('v0')
  expect(csv.text).toBe(`${expected.join('\n')}\n`)
  const libsvm = await invoke('live', '0 0:90 1:3\n1:60', { 'content-type': 'text/libsvm' })
  expect(libsvm.text).toBe(csv.text)
  const json = await invoke('live', '90,3\n,60', { accept: 'application/json' })
  expect(JSON.parse(json.text)).toEqual(expected)
})

test('payloads that the model cannot take are ModelErrors that say row and column, never a cell', async () => {
  const wide = await invoke('live', '1,2,3')
  expect(wide).toMatchObject({ status: 424, error: 'ModelError' })
  expect(JSON.parse(wide.text)).toMatchObject({ OriginalStatusCode: 400 })
  expect(wide.text).toContain(
    'Received client error (400) from primary with message \\"Unable to evaluate payload provided: Feature size of csv inference data 3 is not consistent with feature size of trained model 2.\\"',
  )
  const word = await invoke('live', '1,2\n3,confidential')
  expect(JSON.parse(word.text)).toMatchObject({ OriginalStatusCode: 415 })
  expect(word.text).toContain('row 2, column 2')
  expect(word.text).not.toContain('confidential')
  const type = await invoke('live', '{}', { 'content-type': 'application/json' })
  expect(JSON.parse(type.text).OriginalMessage).toBe(
    'Content-type application/json not supported. Supported content-type is text/csv, text/libsvm',
  )
  const far = await invoke('live', '0 2:1', { 'content-type': 'text/libsvm' })
  expect(JSON.parse(far.text).OriginalMessage).toMatch(/libsvm inference data 3 is larger/)
  expect(await invoke('nowhere', '1,2')).toMatchObject({
    status: 400,
    error: 'ValidationError',
    text: expect.stringContaining('Endpoint nowhere of account 000000000000 not found.'),
  })
})

test('an update that cannot be brought up leaves the old configuration serving; one that can replaces it', async () => {
  const before = (await invoke('live', '90,3')).text
  await s3.send(new PutObjectCommand({ Bucket, Key: 'models/broken.tar.gz', Body: 'no model' }))
  await configure('broken', 'models/broken.tar.gz')
  await sagemaker.send(new UpdateEndpointCommand({ EndpointName: 'live', EndpointConfigName: 'broken' }))
  const kept = await settled('live')
  expect(kept).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'one' })
  expect(kept.FailureReason).toBe(
    'The primary container for production variant v0 did not pass the ping health check. Please check CloudWatch logs for this endpoint.',
  )
  expect((await invoke('live', '90,3')).text).toBe(before)

  await configure('two', 'models/two/output/model.tar.gz')
  await sagemaker.send(new UpdateEndpointCommand({ EndpointName: 'live', EndpointConfigName: 'two' }))
  const replaced = await settled('live')
  expect(replaced).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'two' })
  expect(replaced.FailureReason).toBeUndefined()
  expect(Number((await invoke('live', '90,3')).text)).toBeLessThan(0.5)
})

test('weights decide which variant answers, a named one answers itself', async () => {
  await configure('split', artifact, [1, 0])
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: 'split', EndpointConfigName: 'split' }))
  await settled('split')
  const answered = async (headers = {}) =>
    (await invoke('split', '1,2', headers)).headers.get('x-amzn-invoked-production-variant')
  expect([await answered(), await answered(), await answered()]).toEqual(['v0', 'v0', 'v0'])
  expect(await answered({ 'x-amzn-sagemaker-target-variant': 'v1' })).toBe('v1')
  const change = (DesiredWeightsAndCapacities: { VariantName: string; DesiredWeight: number }[]) =>
    sagemaker.send(
      new UpdateEndpointWeightsAndCapacitiesCommand({ EndpointName: 'split', DesiredWeightsAndCapacities }),
    )
  await change([
    { VariantName: 'v0', DesiredWeight: 0 },
    { VariantName: 'v1', DesiredWeight: 2 },
  ])
  const scaled = await settled('split')
  expect(scaled.ProductionVariants?.map(({ CurrentWeight }) => CurrentWeight)).toEqual([0, 2])
  expect(await answered()).toBe('v1')
  await expect(change([{ VariantName: 'v9', DesiredWeight: 1 }])).rejects.toThrow(/"v9"/)
})

test('a model that is not there fails a new endpoint, which can then only be deleted', async () => {
  await configure('absent', 'models/absent.tar.gz')
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: 'absent', EndpointConfigName: 'absent' }))
  const failed = await settled('absent')
  expect(failed.EndpointStatus).toBe('Failed')
  expect(failed.FailureReason).toMatch(
    /^Failed to download model data for container "container_1" from URL: "s3:/,
  )
  expect(await invoke('absent', '1,2')).toMatchObject({ error: 'ValidationError' })
  await expect(
    sagemaker.send(new UpdateEndpointCommand({ EndpointName: 'absent', EndpointConfigName: 'one' })),
  ).rejects.toMatchObject({ name: 'ValidationException' })
  await sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'absent' }))
  await eventually('the endpoint is gone', () =>
    describe('absent').then(
      () => undefined,
      (error: Error) =>
        error.message ===
        'Could not find endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/absent".',
    ),
  )
})

test('a state machine makes a model, a configuration and an endpoint, and asks the endpoint', async () => {
  const sfn = new SFNClient(cloud.client())
  const run = async (name: string, States: Record<string, object>) => {
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(States)[0], States })
    const { stateMachineArn } = await sfn.send(
      new CreateStateMachineCommand({ name, roleArn: 'arn:aws:iam::000000000000:role/machine', definition }),
    )
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn }))
    return eventually(`${name} ends`, async () => {
      const found = await sfn.send(new DescribeExecutionCommand({ executionArn }))
      return found.status === 'RUNNING' ? undefined : found
    })
  }
  const task = (resource: string, Arguments: object) => ({
    Type: 'Task',
    Resource: `arn:aws:states:::${resource}`,
    Arguments,
  })
  const variant = {
    VariantName: 'v0',
    ModelName: 'flow',
    InitialInstanceCount: 1,
    InstanceType: 'ml.m5.large',
  }
  const PrimaryContainer = { Image, ModelDataUrl: `s3://${Bucket}/${artifact}` }
  const made = await run('makes-endpoint', {
    Model: {
      ...task('sagemaker:createModel', { ModelName: 'flow', ExecutionRoleArn: roleArn, PrimaryContainer }),
      Next: 'Configuration',
    },
    Configuration: {
      ...task('sagemaker:createEndpointConfig', {
        EndpointConfigName: 'flow',
        ProductionVariants: [variant],
      }),
      Next: 'Endpoint',
    },
    Endpoint: {
      ...task('sagemaker:createEndpoint', { EndpointName: 'flow', EndpointConfigName: 'flow' }),
      End: true,
    },
  })
  expect(made).toMatchObject({ status: 'SUCCEEDED' })
  expect(JSON.parse(made.output ?? '')).toEqual({
    EndpointArn: 'arn:aws:sagemaker:us-east-1:000000000000:endpoint/flow',
  })
  expect((await settled('flow')).EndpointStatus).toBe('InService')

  const ask = (Body: string) =>
    task('aws-sdk:sagemakerruntime:invokeEndpoint', { EndpointName: 'flow', ContentType: 'text/csv', Body })
  const asked = await run('asks-endpoint', {
    Ask: { ...ask('90,3'), Output: '{% $number($trim($states.result.Body)) %}', End: true },
  })
  expect(Number(asked.output)).toBeGreaterThan(0.5)
  const refused = await run('asks-wrongly', { Ask: { ...ask('90'), End: true } })
  expect(refused).toMatchObject({ status: 'FAILED', error: 'SageMakerRuntime.ModelErrorException' })
})

test('a role invokes only what its policy allows, and a model is read as its own role', async () => {
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'sagemaker.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  })
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: 'sagemaker:InvokeEndpoint',
      Resource: 'arn:aws:sagemaker:us-east-1:000000000000:endpoint/live',
    },
  })
  await applyResources(cloud, 'roles', [
    { type: 'aws:iam/role:Role', name: 'caller', inputs: { name: 'caller', assumeRolePolicy: trust } },
    { type: 'aws:iam/rolePolicy:RolePolicy', name: 'call', inputs: { name: 'call', role: 'caller', policy } },
    { type: 'aws:iam/role:Role', name: 'blind', inputs: { name: 'blind', assumeRolePolicy: trust } },
  ])
  const caller = 'arn:aws:iam::000000000000:role/caller'
  expect((await invoke('live', '90,3', {}, caller)).status).toBe(200)
  expect(await invoke('split', '90,3', {}, caller)).toMatchObject({ error: 'AccessDeniedException' })

  await configure('blind', artifact, [1], 'arn:aws:iam::000000000000:role/blind')
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: 'blind', EndpointConfigName: 'blind' }))
  expect((await settled('blind')).FailureReason).toMatch(/has permissions to download the object/)
})

test('an endpoint that a stop interrupts is brought up afterwards', async () => {
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: 'interrupted', EndpointConfigName: 'one' }))
  cloud = await cloud.restart()
  open()
  expect((await settled('interrupted')).EndpointStatus).toBe('InService')
  expect((await invoke('interrupted', '90,3')).status).toBe(200)
})

test('an endpoint serves after a restart, though artifact, model and configuration are gone', async () => {
  const before = (await invoke('live', '90,3\n4,5')).text
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'models/two/output/model.tar.gz' }))
  await sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'two' }))
  cloud = await cloud.restart()
  open()
  expect(await describe('live')).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'two' })
  expect((await invoke('live', '90,3\n4,5')).text).toBe(before)
})
