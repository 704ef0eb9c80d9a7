/** A version goes from one environment into another: the same answers there, approved again, and nothing that was changed on the way. */
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseProject } from '../../functions/project.ts'
import { scoringContractOf, type Transfer, transferId } from '../../functions/promotion/transfer.ts'
import { lambdaContext } from '../../local/rig/platform.ts'
import { type Rig, startRig } from '../../local/rig/rig.ts'
import { generate } from '../../projects/adherence/generate.ts'
import { project as adherence } from '../../projects/adherence/project.ts'

const project = parseProject({
  ...adherence,
  gates: [],
  hyperparameters: { ...adherence.hyperparameters, num_round: 10, max_depth: 3, early_stopping_rounds: 5 },
})
const environmentOf = (name: string) => ({
  ENVIRONMENT: name,
  TABLE: `regimen-${name}`,
  BUCKET: `regimen-${name}-000000000000-us-east-1`,
  MODEL_PACKAGE_GROUP_PREFIX: `regimen-${name}-`,
})
const batch = [...generate({ seed: 22, encounters: 60 })].join('')
const [header = '', ...lines] = batch.trimEnd().split('\n')
const rows = lines.map((line) =>
  Object.fromEntries(line.split(',').map((cell, at) => [header.split(',')[at] ?? '', cell])),
)

type Door = (input: object) => Promise<Record<string, unknown>>
let rig: Rig
let doors: Record<'exporting' | 'importing' | 'predicting' | 'promoting', Door>
let objects: typeof import('../../functions/object-store.ts')
let registry: typeof import('../../functions/registry/model-store.ts')
const definitions: Record<string, string> = {}

/** Functions find their environment in their variables: this is what tells two of them apart. */
function enter(name: 'dev' | 'prod'): void {
  Object.assign(process.env, environmentOf(name), {
    PROJECT_URIS: JSON.stringify({ [project.id]: definitions[name] }),
  })
}

const person = (name: string) => `arn:aws:iam::000000000000:user/${name}`

async function approveAs(version: string, name: string) {
  const { packageArn } = await registry.getModel(project.id, version)
  await rig.platform.call(
    'sagemaker',
    'UpdateModelPackage',
    { ModelPackageArn: packageArn, ModelApprovalStatus: 'Approved', ApprovalDescription: 'good' },
    person(name),
  )
  return await doors.promoting({ detail: { ModelPackageArn: packageArn } })
}

interface Exported {
  readonly transfer: Transfer
  readonly sha256: string
  readonly runUri: string
}

async function exported(version: string): Promise<Exported> {
  enter('dev')
  return (await doors.exporting({
    project: project.id,
    version,
    requestedBy: 'arn:aws:iam::000000000000:user/ada',
    to: 'prod',
  })) as unknown as Exported
}

/** As the command does with credentials for both. */
async function carry({ transfer, sha256, runUri }: Exported, spoil = (_: string, bytes: Buffer) => bytes) {
  const to = `s3://${environmentOf('prod').BUCKET}/${project.id}/transfers/${transferId(transfer.source, sha256)}`
  for (const { path } of transfer.objects)
    await objects.putBytes(`${to}/${path}`, spoil(path, await objects.getBytes({ uri: `${runUri}/${path}` })))
  await objects.putJson(`${to}/transfer.json`, transfer)
  return { project: project.id, transferUri: to, sha256, requestedBy: person('ada') }
}

async function take(request: object) {
  enter('prod')
  return await doors.importing(request)
}

beforeAll(async () => {
  rig = await startRig()
  await rig.platform.group(project.id)
  definitions.dev = await rig.use(project)
  objects = await import('../../functions/object-store.ts')
  registry = await import('../../functions/registry/model-store.ts')
  const handlers = {
    exporting: (await import('../../functions/promotion/export.handler.ts')).handler,
    importing: (await import('../../functions/promotion/import.handler.ts')).handler,
    predicting: (await import('../../functions/scoring/predict.handler.ts')).handler,
    promoting: (await import('../../functions/deployment/promote.handler.ts')).handler,
  }
  const doorOf =
    (handler: (input: unknown, context: typeof lambdaContext) => Promise<unknown>): Door =>
    async (input) =>
      (await handler(input, lambdaContext)) as Record<string, unknown>
  doors = {
    exporting: doorOf(handlers.exporting),
    importing: doorOf(handlers.importing),
    predicting: doorOf(handlers.predicting),
    promoting: doorOf(handlers.promoting),
  }
  const uri = await rig.put(
    'adherence/datasets/table/v21/data/table.csv',
    [...generate({ seed: 21, encounters: 1_500 })].join(''),
  )
  const trained = await rig.train(project, definitions.dev, uri)
  expect(trained.status, trained.cause).toBe('SUCCEEDED')
  const prod = environmentOf('prod')
  const { CreateBucketCommand } = await import('@aws-sdk/client-s3')
  await objects.s3().send(new CreateBucketCommand({ Bucket: prod.BUCKET }))
  await rig.platform.call('sagemaker', 'CreateModelPackageGroup', {
    ModelPackageGroupName: `regimen-prod-${project.id}`,
  })
  const key = (name: string) => ({ AttributeName: name, AttributeType: 'S' }) as const
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ]
  await new DynamoDBClient({}).send(
    new CreateTableCommand({
      TableName: prod.TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map(key),
      KeySchema: keys('pk', 'sk'),
      GlobalSecondaryIndexes: [
        { IndexName: 'gsi1', KeySchema: keys('gsi1pk', 'gsi1sk'), Projection: { ProjectionType: 'ALL' } },
      ],
    }),
  )
  definitions.prod = `s3://${prod.BUCKET}/${project.id}/project/x.json`
  await objects.putJson(definitions.prod, project)
  enter('dev')
}, 120_000)
afterAll(async () => {
  enter('dev')
  await rig.stop()
})

describe('promotion between environments', () => {
  test('a version that nobody approved stays where it is', async () => {
    await expect(exported('1')).rejects.toMatchObject({
      name: 'ApprovalRefused',
      message: expect.stringContaining('adherence version 1 is not approved in dev'),
    })
  })

  test('carries no row of a person', async () => {
    await approveAs('1', 'grace')
    const { transfer } = await exported('1')
    expect(transfer.objects.map(({ path }) => path.replace(/model\/.*\//, 'model/'))).toEqual([
      'model/model.tar.gz',
      'encoder.json',
      'decision.json',
      'baseline.json',
      'evaluation.json',
      'steps.json',
      'report.html',
      'manifest.json',
    ])
    expect(transfer.approval).toMatchObject({ status: 'Approved', by: person('grace'), reason: 'good' })
    expect(await exported('1')).toEqual(await exported('1'))
  })

  test('refuses what was changed on the way, and registers nothing', async () => {
    const told = await exported('1')
    const spoilt = await carry(told, (path, bytes) =>
      path === 'decision.json' ? Buffer.concat([bytes, Buffer.from(' ')]) : bytes,
    )
    await expect(take(spoilt)).rejects.toMatchObject({
      name: 'PromotionRefused',
      message: expect.stringContaining('an object is not what left the other environment'),
    })
    const whole = await carry(told)
    await expect(take({ ...whole, sha256: '0'.repeat(64) })).rejects.toMatchObject({
      name: 'PromotionRefused',
    })
    enter('prod')
    expect(await registry.listModels(project.id)).toEqual([])
  })

  test('refuses a version that reads other columns than this environment knows', async () => {
    const told = await exported('1')
    const request = await carry(told)
    const other = parseProject({ ...project, features: project.features.slice(1) })
    expect(scoringContractOf(other)).not.toBe(told.transfer.scoringContract)
    expect(scoringContractOf(parseProject({ ...project, schedule: 'rate(1 day)', retentionDays: 9 }))).toBe(
      told.transfer.scoringContract,
    )
    enter('prod')
    const before = process.env.PROJECT_URIS
    const uri = `s3://${process.env.BUCKET}/${project.id}/project/other.json`
    await objects.putJson(uri, other)
    process.env.PROJECT_URIS = JSON.stringify({ [project.id]: uri })
    await expect(doors.importing(request)).rejects.toMatchObject({
      name: 'PromotionRefused',
      message: expect.stringContaining('got another definition of the project'),
    })
    process.env.PROJECT_URIS = before
  })

  test('is there once, waits for approval, and says where it comes from', async () => {
    const request = await carry(await exported('1'))
    const first = await take(request)
    expect(first).toMatchObject({
      modelVersion: '1',
      status: 'PendingManualApproval',
      alreadyImported: false,
    })
    expect(await take(request)).toEqual({ ...first, alreadyImported: true })
    const model = await registry.getModel(project.id, '1')
    expect(model.origin).toMatchObject({
      environment: 'dev',
      accountId: '000000000000',
      version: '1',
      approvedBy: person('grace'),
      promotedBy: person('ada'),
    })
    const { readPackage } = await import('../../functions/registry/package-store.ts')
    expect((await readPackage(model.packageArn))?.model).toEqual(model)
    for (const uri of [model.modelUri, model.encoderUri, model.decisionUri, model.evaluationUri])
      expect(uri).toMatch(/^s3:\/\/regimen-prod-000000000000-us-east-1\/adherence\/runs\//)
    const { readLedger } = await import('../../functions/deployment/ledger-store.ts')
    expect(await readLedger(project.id)).toEqual([])
  })

  test('is the same version when the function died between the registry and the table', async () => {
    const request = await carry(await exported('1'))
    enter('prod')
    const { DeleteItemCommand } = await import('@aws-sdk/client-dynamodb')
    const key = { pk: { S: `MODEL#${project.id}` }, sk: { S: 'VERSION#000001' } }
    await new DynamoDBClient({}).send(new DeleteItemCommand({ TableName: 'regimen-prod', Key: key }))
    expect(await registry.listModels(project.id)).toEqual([])
    expect(await take(request)).toMatchObject({ modelVersion: '1', alreadyImported: false })
    expect(await registry.listModels(project.id)).toHaveLength(1)
  })

  test('goes into production there when somebody else approves it, with the same answers', async () => {
    enter('prod')
    const refused = { name: 'ApprovalRefused' }
    await expect(approveAs('1', 'test')).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('was approved by who trained it'),
    })
    await expect(approveAs('1', 'ada')).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('was approved by who brought it here'),
    })
    expect(await approveAs('1', 'joan')).toMatchObject({ promoted: true, version: '1' })
    const ask = () => doors.predicting({ project: project.id, rows })
    const there = await ask()
    enter('dev')
    const here = await ask()
    const timeless = ({ predictions }: Record<string, unknown>) =>
      (predictions as Record<string, unknown>[]).map(({ predictionTimestamp: _time, ...one }) => one)
    expect(timeless(there).length).toBeGreaterThan(10)
    expect(timeless(there)).toEqual(timeless(here))
  })
})
