import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lambdaContext, type Platform, startPlatform, user } from '../../../local/rig/platform.ts'
import { registrationOf } from '../../builders/registration.ts'

let platform: Platform
let stores: typeof import('../../../functions/registry/model-store.ts')
let table: typeof import('../../../functions/table-store.ts')
let register: (input: unknown) => Promise<{ modelPackageArn: string; modelVersion: string; status: string }>

beforeAll(async () => {
  platform = await startPlatform()
  stores = await import('../../../functions/registry/model-store.ts')
  table = await import('../../../functions/table-store.ts')
  const { handler } = await import('../../../functions/registry/register.handler.ts')
  register = (input) => handler(input, lambdaContext)
})
afterAll(() => platform.stop())

let projects = 0
async function newProject(): Promise<string> {
  projects += 1
  const project = `demo-${projects}`
  await platform.group(project)
  return project
}

const runId = (at: number) => String(at).padStart(16, '0')

describe('register-model', () => {
  test('adds version 1, pending approval, with metrics and lineage in the registry', async () => {
    const project = await newProject()
    const output = await register(registrationOf({ project }))
    expect(output).toEqual({
      modelPackageArn: `arn:aws:sagemaker:us-east-1:000000000000:model-package/regimen-dev-${project}/1`,
      modelVersion: '1',
      status: 'PendingManualApproval',
    })
    const ModelPackageName = output.modelPackageArn
    const entry = await platform.call('sagemaker', 'DescribeModelPackage', { ModelPackageName })
    const run = `s3://regimen-dev-000000000000-us-east-1/${project}/runs/run0000000000001`
    expect(entry).toMatchObject({
      ModelApprovalStatus: 'PendingManualApproval',
      CustomerMetadataProperties: {
        runId: 'run0000000000001',
        datasetName: 'encounters',
        datasetVersion: '3f2a',
        createdBy: user('ada'),
        'metric.rocAuc': '0.66',
      },
      InferenceSpecification: { Containers: [{ ModelDataUrl: `${run}/model/job/output/model.tar.gz` }] },
      ModelMetrics: { ModelQuality: { Statistics: { S3Uri: `${run}/evaluation.json` } } },
    })
  })

  test('that is retried after any step gives the same version again', async () => {
    const project = await newProject()
    const first = await register(registrationOf({ project }))
    await register(registrationOf({ project, runId: runId(2) }))
    expect(await register(registrationOf({ project }))).toEqual(first)
    expect((await stores.listModels(project)).map(({ version }) => version)).toEqual(['2', '1'])
  })

  test('is in a list with what the list shows', async () => {
    const project = await newProject()
    await register(registrationOf({ project }))
    const { version, status, runId, createdAt, createdBy, datasetName, datasetVersion, algorithm, metrics } =
      await stores.getModel(project, '1')
    expect(await stores.listModelSummaries(project)).toEqual([
      { version, status, runId, createdAt, createdBy, datasetName, datasetVersion, algorithm, metrics },
    ])
  })

  test('is the first of a list when it is the newest', async () => {
    const project = await newProject()
    await register(registrationOf({ project }))
    await register(registrationOf({ project, runId: runId(2) }))
    expect((await stores.listModelSummaries(project, 1)).map(({ version }) => version)).toEqual(['2'])
  })

  test('whose projection was lost is had back from the registry', async () => {
    const project = await newProject()
    const { modelPackageArn } = await register(registrationOf({ project }))
    const known = await stores.getModel(project, '1')
    const key = table.tableKeys.modelVersion(project, '1')
    await platform.call('dynamodb', 'DeleteItem', {
      TableName: 'regimen-dev',
      Key: { pk: { S: key.pk }, sk: { S: key.sk } },
    })
    expect(await stores.listModels(project)).toEqual([])
    expect(await stores.getModel(project, '1')).toEqual(known)
    expect(await stores.repairModels(project)).toEqual(['1'])
    expect(await stores.repairModels(project)).toEqual([])
    expect((await stores.listModels(project)).map(({ packageArn }) => packageArn)).toEqual([modelPackageArn])
  })

  test('refuses a request without a dataset version, and names the field', async () => {
    const { datasetVersion: _, ...rest } = registrationOf()
    await expect(register(rest)).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: expect.stringContaining('at datasetVersion'),
    })
  })
})

// Feature: mlops-platform, Property 22: Model version uniqueness
test('100 concurrent registrations get the versions 1 to 100, each readable, each with its own run', async () => {
  const project = await newProject()
  const runs = Array.from({ length: 100 }, (_, at) => runId(at))
  const outputs = await Promise.all(runs.map((id) => register(registrationOf({ project, runId: id }))))
  const versions = outputs.map(({ modelVersion }) => Number(modelVersion)).sort((a, b) => a - b)
  expect(versions).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
  const models = await stores.listModels(project)
  expect(new Set(models.map((model) => model.runId)).size).toBe(100)
  for (const [at, { modelVersion }] of outputs.entries())
    expect((await stores.getModel(project, modelVersion)).runId).toBe(runs[at])
})

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,15}$/)
const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
const registrationArbitrary = fc.record({
  datasetName: name,
  datasetVersion: fc.stringMatching(/^[0-9a-f]{4,12}$/),
  algorithm: fc.constantFrom('xgboost', 'random-forest', 'logistic-regression'),
  hyperparameters: fc.dictionary(name, fc.string({ maxLength: 12 }), { maxKeys: 8 }),
  metrics: fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z]{0,10}$/), finite, { maxKeys: 8 }),
  requestedBy: fc.constantFrom('ada', 'grace', 'schedule'),
})

describe('any registered model', () => {
  let project: string
  let count = 0
  beforeAll(async () => {
    project = await newProject()
  })

  // Feature: mlops-platform, Property 2: Model registration after training
  // Feature: mlops-platform, Property 13: Model metadata completeness
  // Feature: mlops-platform, Property 39: Dataset-model lineage tracking
  test('is in the registry with version, algorithm, metrics, hyperparameters, time, author and dataset', async () => {
    await fc.assert(
      fc.asyncProperty(registrationArbitrary, async (fields) => {
        count += 1
        const input = registrationOf({ project, runId: runId(count), ...fields })
        const { modelVersion, modelPackageArn } = await register(input)
        const { requestedBy, hyperparameters, metrics, algorithm, datasetName, datasetVersion } = input
        expect(await stores.getModel(project, modelVersion)).toMatchObject({
          version: String(count),
          packageArn: modelPackageArn,
          runId: runId(count),
          createdAt: '2026-11-21T02:00:00.000Z',
          createdBy: requestedBy,
          hyperparameters,
          metrics: Object.fromEntries(
            Object.entries(metrics).map(([key, value]) => [key, Math.abs(value) < 1e-130 ? 0 : value]),
          ),
          algorithm,
          datasetName,
          datasetVersion,
        })
      }),
      { numRuns: 100 },
    )
  })
})
