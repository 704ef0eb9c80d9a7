/** What the registry, the ledger and the turn to deploy are worth when calls fail, answers are lost and readers lag. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Names } from '../../infra/names.ts'
import { personaStatements, personas } from '../../infra/personas.ts'
import { policyDocument } from '../../infra/policy-document.ts'
import { evaluate } from '../../local/iam/evaluate.ts'
import { policyDocument as parsed } from '../../local/iam/policy-document.ts'
import { lambdaContext, type Platform, startPlatform, user } from '../../local/rig/platform.ts'
import { project as adherence } from '../../projects/adherence/project.ts'
import { putArtifacts } from '../builders/artifacts.ts'
import { registrationOf } from '../builders/registration.ts'
import { evaluate as evaluateProgram } from '../stacks/record-program.ts'
import { type Fate, FaultyEndpoint } from './faulty-endpoint.ts'

let platform: Platform
let endpoint: FaultyEndpoint
let ledger: typeof import('../../functions/deployment/ledger-store.ts')
let models: typeof import('../../functions/registry/model-store.ts')
let turns: typeof import('../../functions/rollout/take-turn-store.ts')
let locks: typeof import('../../functions/rollout/rollout-lock-store.ts')
let register: (input: unknown) => Promise<{ modelPackageArn: string; modelVersion: string }>
let prepare: (input: unknown) => Promise<unknown>
let putJson: (uri: string, value: unknown) => Promise<void>
let putBytes: typeof import('../../functions/object-store.ts').putBytes
let promote: (input: unknown) => Promise<Record<string, unknown>>

beforeAll(async () => {
  platform = await startPlatform()
  endpoint = await FaultyEndpoint.open()
  ledger = await import('../../functions/deployment/ledger-store.ts')
  models = await import('../../functions/registry/model-store.ts')
  turns = await import('../../functions/rollout/take-turn-store.ts')
  locks = await import('../../functions/rollout/rollout-lock-store.ts')
  const registration = await import('../../functions/registry/register.handler.ts')
  const promotion = await import('../../functions/deployment/promote.handler.ts')
  register = (input) => registration.handler(input, lambdaContext)
  const preparation = await import('../../functions/rollout/prepare.handler.ts')
  ;({ putJson, putBytes } = await import('../../functions/object-store.ts'))
  prepare = (input) => preparation.handler(input, lambdaContext)
  promote = (input) => promotion.handler(input, lambdaContext)
})
afterAll(async () => {
  await endpoint.close()
  await platform.stop()
})

let projects = 0
async function newProject(): Promise<string> {
  endpoint.become(() => 'pass')
  projects += 1
  const project = `demo-${projects}`
  await platform.group(project)
  for (const at of [1, 2, 3]) await putArtifacts(registrationOf({ project, runId: runId(at) }))
  return project
}

const bucket = 's3://regimen-dev-000000000000-us-east-1'
const projectUri = (project: string) => `${bucket}/${project}/project.json`
const runId = (at: number) => String(at).padStart(16, '0')
const registered = (project: string, at: number) => register(registrationOf({ project, runId: runId(at) }))

/** As Retry does, until it is acknowledged. */
async function persist<Value>(work: () => Promise<Value>, attempts = 60): Promise<Value> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt === attempts) throw error
    }
  }
}

const decide = (ModelPackageArn: string, ModelApprovalStatus = 'Approved') =>
  platform.call(
    'sagemaker',
    'UpdateModelPackage',
    { ModelPackageArn, ModelApprovalStatus, ApprovalDescription: 'better' },
    user('grace'),
  )
const event = (ModelPackageArn: string) => ({ source: 'aws.sagemaker', detail: { ModelPackageArn } })

/** One call in ten is refused before it is done, or done without an answer. */
const tenthOf = (seed: number): ((call: number) => Fate) => {
  const random = fc.sample(fc.integer({ min: 0, max: 19 }), { seed, numRuns: 20_000 })
  return (call) =>
    random[call % random.length] === 0 ? 'refuse' : random[call % random.length] === 1 ? 'lose' : 'pass'
}

describe('22 registrations whose calls fail, and whose answers are lost', () => {
  test('22 a hundred at once, tried until acknowledged, are the versions 1 to 100, each with its own run', async () => {
    const project = await newProject()
    endpoint.become(tenthOf(22))
    const runs = Array.from({ length: 100 }, (_, at) => at + 1)
    const outputs = await Promise.all(runs.map((at) => persist(() => registered(project, at))))
    endpoint.become(() => 'pass')
    const versions = outputs.map(({ modelVersion }) => Number(modelVersion)).sort((a, b) => a - b)
    expect(versions).toEqual(runs)
    for (const [at, { modelVersion }] of outputs.entries())
      expect((await models.getModel(project, modelVersion)).runId).toBe(runId(at + 1))
    expect((await models.listModels(project)).length).toBe(100)
  })
})

describe('23 promotions and rollbacks at once', () => {
  test('23 leave one champion and a history without a gap, whatever fails', async () => {
    const ways = fc.array(fc.constantFrom('promote 1', 'promote 2', 'promote 3', 'roll back'), {
      minLength: 4,
      maxLength: 10,
    })
    await fc.assert(
      fc.asyncProperty(ways, fc.nat(1_000), async (told, seed) => {
        const project = await newProject()
        const arns: string[] = []
        for (const at of [1, 2, 3]) arns.push((await registered(project, at)).modelPackageArn)
        for (const arn of arns) await decide(arn)
        await promote(event(arns[0]!))
        endpoint.become(tenthOf(seed))
        await Promise.all(
          told.map((way, at) =>
            persist(() =>
              way === 'roll back'
                ? ledger
                    .rollBack(project, { who: 'ada', why: `${at}`, now: new Date().toISOString() })
                    .catch(settled)
                : promote(event(arns[Number(way.slice(-1)) - 1]!)),
            ),
          ),
        )
        endpoint.become(() => 'pass')
        const entries = (await ledger.readLedger(project)).toReversed()
        expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, at) => at + 1))
        expect(entries.map(({ previous }) => previous)).toEqual([
          null,
          ...entries.slice(0, -1).map(({ version }) => version),
        ])
        expect(new Set(entries.map(({ decision }) => decision)).size).toBe(entries.length)
      }),
      { numRuns: 12 },
    )
  })
})

/** Whoever rolls back too late, or has nothing to go back to, was answered. */
const settled = (error: unknown) => {
  if (error instanceof Error && ['Conflict', 'InvalidRequest'].includes(error.name)) return undefined
  throw error
}

describe('24 versions that are deleted', () => {
  test('24 one that goes between its approval and the event is not promoted', async () => {
    const project = await newProject()
    const { modelPackageArn } = await registered(project, 1)
    await decide(modelPackageArn)
    await platform.call('sagemaker', 'DeleteModelPackage', { ModelPackageName: modelPackageArn })
    await expect(promote(event(modelPackageArn))).rejects.toMatchObject({ name: 'ModelNotFound' })
    expect(await ledger.readLedger(project)).toEqual([])
  })

  test('24 no person and no function may delete a version, or what it is made of', async () => {
    const account = { accountId: '123456789012', region: 'eu-central-1', partition: 'aws' }
    const names = new Names('prod')
    const context = {
      names,
      account,
      projects: ['adherence'],
      dataKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/k',
    }
    const deletions = [
      [
        'sagemaker:DeleteModelPackage',
        'arn:aws:sagemaker:eu-central-1:123456789012:model-package/regimen-prod-adherence/3',
      ],
      [
        's3:DeleteObject',
        'arn:aws:s3:::regimen-prod-123456789012-eu-central-1/adherence/runs/r1/model/model.tar.gz',
      ],
      [
        's3:DeleteObjectVersion',
        'arn:aws:s3:::regimen-prod-123456789012-eu-central-1/adherence/runs/r1/model/model.tar.gz',
      ],
    ] as const
    for (const persona of personas) {
      const policy = parsed.parse(JSON.parse(policyDocument(personaStatements(persona, context))))
      for (const [action, resource] of deletions)
        expect([
          persona,
          evaluate({ principal: persona, action, resource, context: {} }, [policy]).allowed,
        ]).toEqual([persona, false])
    }
    const program = await evaluateProgram('prod')
    const granted = program
      .of('aws:iam/policy:Policy')
      .flatMap(
        ({ inputs }) => JSON.parse(String(inputs.policy)).Statement as { Effect: string; Action: string[] }[],
      )
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => Action)
    expect(granted.length).toBeGreaterThan(100)
    expect(granted.filter((action) => /sagemaker:DeleteModelPackage|s3:DeleteObject/.test(action))).toEqual(
      [],
    )
  })
})

describe('25 a version of which half is there', () => {
  const lost = 9
  const unreadable = { name: 'ModelUnreadable' }

  test('25 an entry without its artifacts answers for nobody: neither an approval nor a deployment puts it there', async () => {
    const project = await newProject()
    const sound = (await registered(project, 1)).modelPackageArn
    await decide(sound)
    await promote(event(sound))
    const { modelPackageArn, modelVersion } = await registered(project, lost)
    await decide(modelPackageArn)
    await expect(promote(event(modelPackageArn))).rejects.toMatchObject(unreadable)
    const run = {
      runId: runId(lost),
      projectUri: projectUri(project),
      runUri: `${bucket}/${project}/deployments/r`,
    }
    await putJson(run.projectUri, { ...adherence, id: project })
    await expect(prepare({ ...run, project, version: modelVersion, strategy: 'canary' })).rejects.toThrow(
      /NoSuchKey|not exist/,
    )
    expect((await ledger.readLedger(project)).map(({ version }) => version)).toEqual(['1'])
    expect(await locks.readLock(project)).toBeUndefined()
  })

  test('25 an entry whose artifacts are there in part, or empty, answers for nobody either', async () => {
    const project = await newProject()
    const registration = registrationOf({ project, runId: runId(lost) })
    for (const part of ['modelUri', 'encoderUri', 'decisionUri'] as const) {
      await putArtifacts(registration)
      await putBytes(registration[part], '', 'application/octet-stream')
      const { modelPackageArn } = await registered(project, lost)
      await decide(modelPackageArn)
      await expect(promote(event(modelPackageArn))).rejects.toMatchObject(unreadable)
    }
    expect(await ledger.readLedger(project)).toEqual([])
    // Once they are there, the event that is told again puts the version into production.
    await putArtifacts(registration)
    const { modelPackageArn } = await registered(project, lost)
    await promote(event(modelPackageArn))
    expect((await ledger.readLedger(project)).map(({ version }) => version)).toEqual(['1'])
  })

  test('25 artifacts without an entry are no version, and the retry of their run makes them one', async () => {
    const project = await newProject()
    endpoint.become((_, target) => (target.endsWith('.CreateModelPackage') ? 'refuse' : 'pass'))
    await expect(registered(project, 1)).rejects.toThrow()
    endpoint.become(() => 'pass')
    expect(await models.listModels(project)).toEqual([])
    await expect(models.getModel(project, '1')).rejects.toMatchObject({ name: 'ModelNotFound' })
    expect(await registered(project, 1)).toMatchObject({ modelVersion: '1' })
    expect((await models.getModel(project, '1')).runId).toBe(runId(1))
  })
})

describe('26 readers that lag behind', () => {
  test('26 every decision is taken on what was written last: reads that may lag are told nothing', async () => {
    const project = await newProject()
    const arns: string[] = []
    for (const at of [1, 2]) arns.push((await registered(project, at)).modelPackageArn)
    for (const arn of arns) await decide(arn)
    endpoint.become(() => 'stale')
    expect(await registered(project, 1)).toMatchObject({ modelVersion: '1' })
    await promote(event(arns[0]!))
    await promote(event(arns[1]!))
    expect(await promote(event(arns[1]!))).toMatchObject({ promoted: false, reason: 'recorded before' })
    await ledger.rollBack(project, { who: 'ada', why: 'test', now: new Date().toISOString() })
    expect((await ledger.readLedger(project)).map(({ version }) => version)).toEqual(['1', '2', '1'])
    await turns.takeTurn(project, runId(1), '2', 3_600)
    await expect(turns.takeTurn(project, runId(2), '2', 3_600)).rejects.toMatchObject({
      name: 'RolloutInProgress',
    })
    expect(await locks.readLock(project)).toMatchObject({ owner: runId(1) })
    expect(endpoint.stale).toBe(0)
  })
})

describe('28 conditional writes that are refused', () => {
  test('28 a promotion is written once, however often its put is refused before', async () => {
    for (const refusals of [1, 3, 7]) {
      const project = await newProject()
      const { modelPackageArn } = await registered(project, 1)
      await decide(modelPackageArn)
      let left = refusals
      let puts = 0
      // The first put is that of the audit event.
      endpoint.become((_, target) =>
        target.endsWith('.PutItem') && ++puts > 1 && left-- > 0 ? 'condition' : 'pass',
      )
      await promote(event(modelPackageArn))
      expect(left).toBeLessThan(0)
      expect((await ledger.readLedger(project)).map(({ version }) => version)).toEqual(['1'])
    }
  })

  test('28 a turn that is refused is another\u2019s, and nothing is half taken', async () => {
    const project = await newProject()
    endpoint.become((_, target) => (target.endsWith('.UpdateItem') ? 'condition' : 'pass'))
    await expect(turns.takeTurn(project, runId(1), '1', 3_600)).rejects.toMatchObject({
      name: 'RolloutInProgress',
    })
    endpoint.become(() => 'pass')
    expect(await locks.readLock(project)).toBeUndefined()
    await turns.takeTurn(project, runId(2), '1', 3_600)
    expect(await locks.readLock(project)).toMatchObject({ owner: runId(2) })
  })

  test('28 no function writes in batches or transactions, whose parts could be left undone', async () => {
    const program = await evaluateProgram('prod')
    const granted = program
      .of('aws:iam/policy:Policy')
      .flatMap(({ inputs }) => JSON.parse(String(inputs.policy)).Statement as { Action: string[] }[])
      .flatMap(({ Action }) => Action)
    expect(granted).toContain('dynamodb:PutItem')
    expect(granted.filter((action) => /dynamodb:(Batch|Transact|PartiQL)/.test(action))).toEqual([])
  })
})
