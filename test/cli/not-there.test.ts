/** What is named and is not there is refused before anything is uploaded or started; the answer names what there is. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { sagemakerService } from '../../local/sagemaker/service.ts'
import { statesService } from '../../local/states/service.ts'
import { runCommand } from '../builders/run-command.ts'
import { temporaryDirectory } from '../builders/temporary-directory.ts'
import { type TestCloud, testCloud } from '../local/running-cloud.ts'

const keys = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
]

let cloud: TestCloud
beforeAll(async () => {
  cloud = await testCloud({ services: [statesService(), sagemakerService()] })
  vi.stubEnv('AWS_ENDPOINT_URL', cloud.running.endpoint)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  const pass = { QueryLanguage: 'JSONata', StartAt: 'Pass', States: { Pass: { Type: 'Pass', End: true } } }
  for (const name of [
    'dev-readmission-training',
    'dev-adherence-training',
    'dev-adherence-inference',
    'lab-parcels-training',
  ])
    await new SFNClient({}).send(
      new CreateStateMachineCommand({
        name: `regimen-${name}`,
        definition: JSON.stringify(pass),
        roleArn: 'arn:aws:iam::000000000000:role/flow',
      }),
    )
  await new DynamoDBClient({}).send(
    new CreateTableCommand({
      TableName: 'regimen-dev',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: keys('pk', 'sk'),
      GlobalSecondaryIndexes: [
        { IndexName: 'gsi1', KeySchema: keys('gsi1pk', 'gsi1sk'), Projection: { ProjectionType: 'ALL' } },
      ],
    }),
  )
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await cloud.stop()
})

const refusal = async (...words: string[]) => {
  const { code, stdout } = await runCommand(...words, '--json')
  return { code, ...(JSON.parse(stdout).error as { name: string; message: string }) }
}

test.each([
  [['models', 'list']],
  [['datasets', 'list']],
  [['experiments', 'list']],
  [['train', '--dataset', 'table']],
])('regimen %s for a project that is not deployed names those that are', async (words) => {
  expect(await refusal(...words, '--project', 'nosuch')).toEqual({
    code: 2,
    name: 'InvalidRequest',
    message:
      'there is no project nosuch, in environment dev: expected one of adherence, readmission; name one of them with --project, or deploy it: key projects of Pulumi.dev.yaml',
  })
})

test('the project that nobody named is there as well, for a command that is about one', async () => {
  vi.stubEnv('REGIMEN_ENVIRONMENT', 'lab')
  expect(await refusal('train', '--dataset', 'table')).toEqual({
    code: 2,
    name: 'InvalidRequest',
    message:
      'there is no project adherence, in environment lab: expected one of parcels; name one of them with --project, or deploy it: key projects of Pulumi.lab.yaml',
  })
  expect(await runCommand('audit', '--json')).toMatchObject({ code: 0, stdout: '[]\n' })
  vi.stubEnv('REGIMEN_ENVIRONMENT', undefined)
})

test('a deployed project is answered', async () => {
  const { code, stdout } = await runCommand('models', 'list', '--project', 'readmission', '--json')
  expect({ code, stdout }).toEqual({ code: 0, stdout: '[]\n' })
})

test('a batch for a version that is not there is refused before the upload', async () => {
  const file = join(temporaryDirectory('batch'), 'batch.csv')
  writeFileSync(file, 'a\n1\n')
  expect(await refusal('infer', '--input', file, '--model', '99')).toMatchObject({
    name: 'ModelNotFound',
    message:
      'adherence has no model version 99: expected a version, of which there is none yet; list the versions with: regimen models list',
  })
})

test('labels for a run that is not there are refused before the upload', async () => {
  const file = join(temporaryDirectory('labels'), 'labels.csv')
  writeFileSync(file, 'example_key,label\n1,0\n')
  expect(await refusal('labels', 'import', file, '--run', 'nosuch')).toMatchObject({
    code: 2,
    message: 'no inference run "nosuch", in project adherence: see regimen executions list',
  })
})
