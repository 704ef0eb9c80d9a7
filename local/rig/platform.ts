/** A local cloud with one table, topic and model package group, for tests of the stores and the doors on them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { CreateModelPackageGroupCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns'
import type { Context } from 'aws-lambda'
import { startCloud } from '../cloud.ts'
import { monitoringService } from '../cloudwatch/service.ts'
import { eventsService } from '../events/service.ts'
import { sagemakerService } from '../sagemaker/service.ts'
import { AwsError, type Json, type LocalService } from '../service.ts'
import { snsService } from '../sns/service.ts'

export interface Platform {
  readonly directory: string
  /** What was started: execution name to input. */
  readonly executions: Map<string, string>
  readonly machines: string[]
  call(service: string, action: string, input: Json, as?: string): Promise<Json>
  group(project: string): Promise<void>
  stop(): Promise<void>
}

export const user = (name: string) => `arn:aws:iam::000000000000:user/${name}`

/** Sets the environment variables of a deployed function and the endpoint, so import stores after it. */
export async function startPlatform(now?: () => Date): Promise<Platform> {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-platform-'))
  const executions = new Map<string, string>()
  const machines: string[] = []
  const running = await startCloud({
    directory,
    port: 0,
    region: 'us-east-1',
    ...(now === undefined ? {} : { now }),
    services: [
      sagemakerService(),
      snsService(),
      eventsService(),
      monitoringService(),
      stepFunctions(executions, machines),
    ],
  })
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: running.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    POWERTOOLS_DEV: 'false',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    BUCKET: 'regimen-dev-000000000000-us-east-1',
    TABLE: 'regimen-dev',
    PRIVATE_HOSTS: '[]',
    ENVIRONMENT: 'dev',
    ON_APPROVAL: 'promote',
    MLFLOW_TRACKING_URI: 'none',
    MODEL_PACKAGE_GROUP_PREFIX: 'regimen-dev-',
    STATE_MACHINE_PREFIX: 'arn:aws:states:us-east-1:000000000000:stateMachine:regimen-dev-',
    TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:alerts',
    PROJECT_URIS: JSON.stringify({ demo: 's3://regimen-dev-000000000000-us-east-1/demo/project.json' }),
  })
  const text = (name: string) => ({ AttributeName: name, AttributeType: 'S' }) as const
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ]
  const index = {
    IndexName: 'gsi1',
    KeySchema: keys('gsi1pk', 'gsi1sk'),
    Projection: { ProjectionType: 'ALL' as const },
  }
  await new DynamoDBClient({}).send(
    new CreateTableCommand({
      TableName: 'regimen-dev',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map(text),
      KeySchema: keys('pk', 'sk'),
      GlobalSecondaryIndexes: [index],
    }),
  )
  await new SNSClient({}).send(new CreateTopicCommand({ Name: 'alerts' }))
  return {
    directory,
    executions,
    machines,
    call: (service, action, input, as = running.root.arn) =>
      running.cloud.call(service, action, input, { arn: as, accountId: '000000000000' }),
    async group(project) {
      const ModelPackageGroupName = `regimen-dev-${project}`
      await new SageMakerClient({}).send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }))
    },
    async stop() {
      await running.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** StartExecution with the three answers of Step Functions: new, the same again, and a name that is taken. */
function stepFunctions(executions: Map<string, string>, machines: string[]): LocalService {
  return {
    name: 'states',
    actions: {
      async StartExecution({ stateMachineArn, name, input }) {
        const [machine, key] = [String(stateMachineArn), String(name)]
        const earlier = executions.get(key)
        if (earlier !== undefined && earlier !== input)
          throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${key}'`)
        if (earlier === undefined) machines.push(machine)
        executions.set(key, String(input))
        return {
          executionArn: `${machine.replace('stateMachine', 'execution')}:${key}`,
          startDate: new Date(),
        }
      },
      /** What was started here runs for ever. */
      async DescribeExecution({ executionArn }) {
        const name = String(executionArn).split(':').at(-1) ?? ''
        if (!executions.has(name))
          throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`)
        return { executionArn, name, status: 'RUNNING' }
      },
    },
  }
}

/** What Lambda gives a handler beside the event. */
export const lambdaContext = {
  awsRequestId: 'request',
  functionName: 'test',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test:1',
  memoryLimitInMB: '512',
  callbackWaitsForEmptyEventLoop: false,
  logGroupName: 'group',
  logStreamName: 'stream',
  getRemainingTimeInMillis: () => 30_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
} satisfies Context
