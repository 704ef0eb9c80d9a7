import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch'
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge'
import { DescribeTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import {
  CreateTopicCommand,
  GetTopicAttributesCommand,
  PublishBatchCommand,
  SNSClient,
} from '@aws-sdk/client-sns'
import { cbor } from '@smithy/core/cbor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { AwsError, type Json, type LocalService } from '../../../local/service.ts'
import { type TestCloud, testCloud } from '../running-cloud.ts'

/** What arrived, so that the tests see the decoded input. */
const seen: Record<string, Json> = {}
const service = (name: string, actions: Record<string, (input: Json) => Json>): LocalService => ({
  name,
  actions: Object.fromEntries(
    Object.entries(actions).map(([action, answer]) => [
      action,
      async (input: Json) => {
        seen[action] = input
        return answer(input)
      },
    ]),
  ),
})

let cloud: TestCloud
beforeAll(async () => {
  cloud = await testCloud({
    services: [
      service('monitoring', {
        ListMetrics: () => ({ Metrics: [{ Namespace: 'N', MetricName: 'm', Dimensions: [] }] }),
        GetMetricStatistics: () => ({
          Label: 'm',
          Datapoints: [{ Timestamp: new Date(1_700_000_000_500), Sum: 2.5 }],
        }),
      }),
      service('events', {
        ListRules: () => {
          throw new Error('broken')
        },
      }),
      service('sagemaker', {
        DescribeTrainingJob: () => ({ TrainingJobName: 'j', CreationTime: new Date(1_700_000_000_500) }),
      }),
      service('sns', {
        CreateTopic: () => ({ TopicArn: 'arn:topic' }),
        PublishBatch: () => ({ Successful: [{ Id: 'a', MessageId: '<1>' }], Failed: [] }),
        GetTopicAttributes: () => {
          throw new AwsError('NotFoundException', 'Topic does not exist', 404)
        },
      }),
    ],
  })
})
afterAll(() => cloud.stop())

const raw = (headers: Record<string, string>, body: string | Uint8Array<ArrayBuffer>, path = '/') =>
  fetch(cloud.running.endpoint + path, { method: 'POST', headers, body })
const signedFor = (name: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${name}/aws4_request, SignedHeaders=host, Signature=0`,
})

describe('AWS JSON', () => {
  it('writes timestamps as seconds that clients read as dates', async () => {
    const client = new SageMakerClient(cloud.client())
    const answer = await client.send(new DescribeTrainingJobCommand({ TrainingJobName: 'j' }))
    expect(answer.CreationTime).toEqual(new Date(1_700_000_000_500))
    expect(await new CloudWatchClient(cloud.client()).send(new ListMetricsCommand({}))).toMatchObject({
      Metrics: [{ MetricName: 'm' }],
    })
  })

  it('reads timestamps as dates and refuses what is missing or of the wrong type', async () => {
    const headers = {
      ...signedFor('monitoring'),
      'x-amz-target': 'GraniteServiceVersion20100801.GetMetricStatistics',
      'content-type': 'application/x-amz-json-1.0',
    }
    const whole = {
      Namespace: 'N',
      MetricName: 'm',
      StartTime: 1_700_000_000,
      EndTime: 1_700_000_060,
      Period: 60,
    }
    expect((await raw(headers, JSON.stringify(whole))).status).toBe(200)
    expect(seen.GetMetricStatistics).toMatchObject({ StartTime: new Date(1_700_000_000_000), Period: 60 })
    const { Period: _, ...missing } = whole
    expect(await (await raw(headers, JSON.stringify(missing))).json()).toEqual({
      __type: 'ValidationException',
      message:
        "1 validation error detected: Value null at 'period' failed to satisfy constraint: Member must not be null",
    })
    const wrong = await raw(headers, JSON.stringify({ ...whole, Period: 'long' }))
    expect(wrong.status).toBe(400)
    expect(await wrong.json()).toEqual({
      __type: 'SerializationException',
      message: 'Period: expected a number, got string',
    })
    expect(wrong.headers.get('x-amzn-errortype')).toBe('SerializationException')
  })

  it('answers an exception of a service as an internal failure and goes on', async () => {
    await expect(new EventBridgeClient(cloud.client()).send(new ListRulesCommand({}))).rejects.toMatchObject({
      name: 'InternalFailure',
      $metadata: { httpStatusCode: 500 },
    })
  })
})

describe('AWS Query', () => {
  it('reads structures, lists and maps of form fields and writes XML', async () => {
    const client = new SNSClient(cloud.client())
    expect(
      (await client.send(new CreateTopicCommand({ Name: 't', Attributes: { DisplayName: 'x & y' } })))
        .TopicArn,
    ).toBe('arn:topic')
    expect(seen.CreateTopic).toEqual({ Name: 't', Attributes: { DisplayName: 'x & y' } })
    const PublishBatchRequestEntries = [
      { Id: 'a', Message: '1' },
      { Id: 'b', Message: '2' },
    ]
    const answer = await client.send(
      new PublishBatchCommand({ TopicArn: 'arn:topic', PublishBatchRequestEntries }),
    )
    expect(seen.PublishBatch).toEqual({ TopicArn: 'arn:topic', PublishBatchRequestEntries })
    expect(answer.Successful).toEqual([{ Id: 'a', MessageId: '<1>' }])
  })

  it('writes errors by the code that clients know', async () => {
    await expect(
      new SNSClient(cloud.client()).send(new GetTopicAttributesCommand({ TopicArn: 'arn:none' })),
    ).rejects.toMatchObject({
      name: 'NotFoundException',
      message: 'Topic does not exist',
    })
  })
})

describe('RPC v2 CBOR', () => {
  it('reads and writes CBOR with timestamps', async () => {
    const headers = {
      ...signedFor('monitoring'),
      'smithy-protocol': 'rpc-v2-cbor',
      'content-type': 'application/cbor',
    }
    const path = '/service/GraniteServiceVersion20100801/operation/GetMetricStatistics'
    const input = {
      Namespace: 'N',
      MetricName: 'm',
      StartTime: 1_700_000_000,
      EndTime: 1_700_000_060,
      Period: 60,
    }
    const response = await raw(headers, new Uint8Array(cbor.serialize(input)), path)
    expect(response.headers.get('smithy-protocol')).toBe('rpc-v2-cbor')
    const answer = cbor.deserialize(new Uint8Array(await response.arrayBuffer()))
    expect(answer.Datapoints[0]).toMatchObject({ Sum: 2.5, Timestamp: { tag: 1, value: 1_700_000_000.5 } })
  })
})

describe('the gateway', () => {
  it('answers 501 with what exists to an action or a service that does not', async () => {
    const action = await raw({ ...signedFor('sns'), 'x-amz-target': 'X.Subscribe' }, '{}')
    expect(action.status).toBe(501)
    expect(await action.json()).toHaveProperty(
      'message',
      'the local sns has no action Subscribe; it has CreateTopic, GetTopicAttributes, PublishBatch',
    )
    const absent = await raw({ ...signedFor('ec2'), 'x-amz-target': 'X.Y' }, '{}')
    expect(await absent.text()).toMatch(/the local cloud has no service ec2; it has dynamodb, events, iam, /)
  })

  it('is out of reach of web pages elsewhere', async () => {
    const page = await fetch(`${cloud.running.endpoint}/_regimen/health`, {
      headers: { origin: 'https://example.org' },
    })
    expect(page.status).toBe(403)
    expect((await fetch(`${cloud.running.endpoint}/_regimen/health`)).status).toBe(200)
  })

  it('lists its actions by service', async () => {
    const answer = await fetch(`${cloud.running.endpoint}/_regimen/actions`)
    const actions = z.record(z.string(), z.array(z.string())).parse(await answer.json())
    expect(actions.sns).toEqual(['CreateTopic', 'GetTopicAttributes', 'PublishBatch'])
    expect(actions.s3).toContain('GetObject')
  })
})
