import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lambdaContext, type Platform, startPlatform, user } from '../../../local/rig/platform.ts'
import { putArtifacts } from '../../builders/artifacts.ts'
import { registrationOf } from '../../builders/registration.ts'

let platform: Platform
let ledger: typeof import('../../../functions/deployment/ledger-store.ts')
let models: typeof import('../../../functions/registry/model-store.ts')
let register: (input: unknown) => Promise<{ modelPackageArn: string; modelVersion: string }>
let promote: (input: unknown) => Promise<Record<string, unknown>>
let resolve: (input: unknown) => Promise<Record<string, unknown>>

beforeAll(async () => {
  platform = await startPlatform()
  ledger = await import('../../../functions/deployment/ledger-store.ts')
  models = await import('../../../functions/registry/model-store.ts')
  const doors = [
    await import('../../../functions/registry/register.handler.ts'),
    await import('../../../functions/deployment/promote.handler.ts'),
    await import('../../../functions/deployment/resolve.handler.ts'),
  ] as const
  register = (input) => doors[0].handler(input, lambdaContext)
  promote = (input) => doors[1].handler(input, lambdaContext)
  resolve = (input) => doors[2].handler(input, lambdaContext)
})
afterAll(() => platform.stop())

let projects = 0
let project = ''
beforeEach(async () => {
  projects += 1
  project = `demo-${projects}`
  await platform.group(project)
  process.env.ENVIRONMENT = 'dev'
})

/** Registers versions 1 to n and answers their ARNs. */
async function registered(count: number): Promise<string[]> {
  const arns: string[] = []
  for (let at = 0; at < count; at += 1) {
    const input = registrationOf({ project, runId: String(at).padStart(16, '0') })
    await putArtifacts(input)
    arns.push((await register(input)).modelPackageArn)
  }
  return arns
}

const approve = (ModelPackageArn: string, by = 'grace', ModelApprovalStatus = 'Approved') =>
  platform.call(
    'sagemaker',
    'UpdateModelPackage',
    { ModelPackageArn, ModelApprovalStatus, ApprovalDescription: 'better by 0.01' },
    user(by),
  )

const event = (ModelPackageArn: string) => ({ source: 'aws.sagemaker', detail: { ModelPackageArn } })

describe('promote-model', () => {
  test('appends who approved which version, why and when', async () => {
    const [arn = ''] = await registered(1)
    await approve(arn)
    expect(await promote(event(arn))).toEqual({ promoted: true, version: '1', sequence: 1 })
    expect(await ledger.readLedger(project)).toMatchObject([
      { sequence: 1, version: '1', previous: null, who: user('grace'), why: 'better by 0.01' },
    ])
    expect((await models.getModel(project, '1')).status).toBe('Approved')
  })

  test('makes one entry of an event that is delivered many times at once', async () => {
    const [arn = ''] = await registered(1)
    await approve(arn)
    const outputs = await Promise.all(Array.from({ length: 10 }, () => promote(event(arn))))
    expect(outputs.filter(({ promoted }) => promoted === true)).toHaveLength(1)
    expect(await ledger.readLedger(project)).toHaveLength(1)
  })

  test('changes nothing for a version that was rejected before the event came', async () => {
    const [arn = ''] = await registered(1)
    await approve(arn)
    await approve(arn, 'grace', 'Rejected')
    expect(await promote(event(arn))).toEqual({
      promoted: false,
      version: '1',
      reason: 'its status is Rejected',
    })
    expect(await ledger.readLedger(project)).toEqual([])
  })

  test('refuses in prod what its trainer approved', async () => {
    const [arn = ''] = await registered(1)
    await approve(arn, 'ada')
    process.env.ENVIRONMENT = 'prod'
    await expect(promote(event(arn))).rejects.toMatchObject({ name: 'ApprovalRefused' })
    expect(await ledger.readLedger(project)).toEqual([])
  })

  test('names a package that is not there', async () => {
    const arn = `arn:aws:sagemaker:us-east-1:000000000000:model-package/regimen-dev-${project}/9`
    await expect(promote(event(arn))).rejects.toMatchObject({ name: 'ModelNotFound' })
  })
})

// Feature: mlops-platform, Property 24: Deployment version update
// Feature: mlops-platform, Property 25: Model rollback without retraining
test('after any approval, of a new version or an old one, that version is the one in production', async () => {
  const arns = await registered(4)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 3 }), async (choice) => {
      const arn = arns[choice]!
      await approve(arn)
      await promote(event(arn))
      expect(await resolve({ project })).toMatchObject({ modelVersion: String(choice + 1) })
    }),
    { numRuns: 100 },
  )
  const { TrainingJobSummaries } = await platform.call('sagemaker', 'ListTrainingJobs', {})
  expect(TrainingJobSummaries).toEqual([])
})

test('of concurrent promotions none is lost, and the entries form one line', async () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, second) =>
      ledger.promote(project, {
        version: String(second + 1),
        who: 'reviewer',
        why: 'better',
        when: at(second),
        decision: `approval ${second}`,
      }),
    ),
  )
  const entries = (await ledger.readLedger(project)).toReversed()
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1))
  expect(entries.map(({ previous }) => previous)).toEqual([
    null,
    ...entries.slice(0, -1).map(({ version }) => version),
  ])
  const acknowledged = outcomes.flatMap((outcome) => ('entry' in outcome ? [outcome.entry.decision] : []))
  expect(entries.map(({ decision }) => decision).sort()).toEqual(acknowledged.sort())
  // The last decision wins, whoever came first.
  expect(entries.at(-1)?.version).toBe('20')
})

test('concurrent promotions and rollbacks form one line, each acknowledged one once', async () => {
  await registered(4)
  const first = project
  let line = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('1', '2', '3', '4', 'back'), { minLength: 2, maxLength: 8 }),
      async (steps) => {
        line += 1
        const id = `${first}-${line}`
        for (const model of await models.listModels(first)) await models.putModel({ ...model, project: id })
        const decide = (version: string, decision: string) =>
          ledger.promote(id, { version, who: 'ada', why: 'better', when: new Date().toISOString(), decision })
        await decide('1', 'first')
        await decide('2', 'second')
        const outcomes = await Promise.allSettled(
          steps.map((step, at) =>
            step === 'back'
              ? ledger.rollBack(id, { who: 'grace', why: 'it hurts', now: new Date().toISOString() })
              : decide(step, `step ${at}`),
          ),
        )
        for (const outcome of outcomes)
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'Conflict' })
        const acknowledged = outcomes.flatMap((outcome) =>
          outcome.status === 'fulfilled' && 'entry' in outcome.value ? [outcome.value.entry.sequence] : [],
        )
        const entries = (await ledger.readLedger(id)).toReversed()
        expect(entries.slice(2).map(({ sequence }) => sequence)).toEqual(acknowledged.sort((a, b) => a - b))
        for (const [at, entry] of entries.entries()) {
          expect(entry.sequence).toBe(at + 1)
          expect(entry.previous).toBe(entries[at - 1]?.version ?? null)
          expect(entry.version).not.toBe(entry.previous)
        }
      },
    ),
    { numRuns: 100 },
  )
})

describe('rollback', () => {
  const request = (to?: string) => ({
    to,
    who: user('grace'),
    why: 'it hurts',
    now: new Date().toISOString(),
  })
  const inProduction = async (count: number) => {
    for (const arn of await registered(count)) {
      await approve(arn)
      await promote(event(arn))
    }
  }

  test('puts the version before into production without training, and records when it took effect', async () => {
    await inProduction(2)
    const before = Date.now()
    const appended = await ledger.rollBack(project, request())
    expect(appended).toMatchObject({ entry: { sequence: 3, version: '1', previous: '2', why: 'it hurts' } })
    expect(await resolve({ project })).toMatchObject({ modelVersion: '1', previous: { modelVersion: '2' } })
    const [newest] = await ledger.readLedger(project)
    expect(Date.parse(newest?.recordedAt ?? '')).toBeGreaterThanOrEqual(before)
  })

  test('by several people at once is one entry; who lost is told', async () => {
    await inProduction(2)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, () => ledger.rollBack(project, request('1'))),
    )
    const won = outcomes.filter(
      ({ status, ...rest }) => status === 'fulfilled' && 'entry' in Object(Reflect.get(rest, 'value')),
    )
    expect(won).toHaveLength(1)
    expect(await ledger.readLedger(project)).toHaveLength(3)
  })

  test('does not bring back what was rejected since', async () => {
    await inProduction(2)
    await models.setModelStatus(project, '1', 'Rejected', new Date(Date.now() + 1_000).toISOString())
    await expect(ledger.rollBack(project, request())).rejects.toMatchObject({ name: 'ApprovalRefused' })
    expect(await resolve({ project })).toMatchObject({ modelVersion: '2' })
  })
})

test('a rejection stays where an approval of before is written after it', async () => {
  await registered(1)
  const write = (status: 'Approved' | 'Rejected', at: string) =>
    models.setModelStatus(project, '1', status, `2026-11-21T09:00:0${at}.000Z`)
  expect(await write('Rejected', '2')).toBe(true)
  expect(await write('Approved', '1')).toBe(false)
  expect(await write('Rejected', '2')).toBe(true)
  expect(await models.getModel(project, '1')).toMatchObject({ status: 'Rejected' })
})

describe('resolve-model', () => {
  test('answers the champion and the version before it', async () => {
    const arns = await registered(2)
    for (const arn of arns) {
      await approve(arn)
      await promote(event(arn))
    }
    const run = (at: number) =>
      `s3://regimen-dev-000000000000-us-east-1/${project}/runs/${String(at).padStart(16, '0')}`
    expect(await resolve({ project })).toEqual({
      modelVersion: '2',
      modelUri: `${run(1)}/model/job/output/model.tar.gz`,
      encoderUri: `${run(1)}/encoder.json`,
      baselineUri: `${run(1)}/baseline.json`,
      decisionUri: `${run(1)}/decision.json`,
      evaluationUri: `${run(1)}/evaluation.json`,
      engine: 'sagemaker-xgboost:3.0-5',
      previous: expect.objectContaining({ modelVersion: '1', encoderUri: `${run(0)}/encoder.json` }),
    })
  })

  test('answers a version that was asked for, with the champion to fall back to', async () => {
    const [first = ''] = await registered(2)
    await approve(first)
    await promote(event(first))
    expect(await resolve({ project, modelVersion: '2' })).toMatchObject({
      modelVersion: '2',
      previous: { modelVersion: '1' },
    })
  })

  test('without a champion says so, or answers null to a gate that can do without', async () => {
    await expect(resolve({ project })).rejects.toMatchObject({
      name: 'NoChampion',
      message: `${project} has no model in production: train one, then approve it with: regimen models approve <version>`,
    })
    expect(await resolve({ project, allowNone: true })).toEqual({ champion: null })
  })

  test('answers a gate the champion', async () => {
    const [arn = ''] = await registered(1)
    await approve(arn)
    await promote(event(arn))
    expect(await resolve({ project, allowNone: true })).toMatchObject({
      champion: { modelVersion: '1', engine: 'sagemaker-xgboost:3.0-5', previous: null },
    })
  })

  test('refuses a version that is not there, and names those that are', async () => {
    await registered(2)
    await expect(resolve({ project, modelVersion: '7' })).rejects.toMatchObject({
      name: 'ModelNotFound',
      message: `${project} has no model version 7: expected one of 2, 1; list the versions with: regimen models list`,
    })
  })
})

describe('an approval in an environment that deploys by steps', () => {
  const deployments = () =>
    [...platform.executions.entries()]
      .filter(([, input]) => input.includes(`"project":"${project}"`))
      .map(([, input]) => JSON.parse(input) as Record<string, unknown>)
  beforeEach(() => {
    process.env.ON_APPROVAL = 'canary'
    process.env.PROJECT_URIS = JSON.stringify({ [project]: `s3://bucket/${project}/project/a.json` })
  })
  afterEach(() => {
    process.env.ON_APPROVAL = 'promote'
  })

  test('starts one deployment, however often its event comes', async () => {
    const [arn = ''] = await registered(1)
    await approve(arn)
    await Promise.all(Array.from({ length: 6 }, () => promote(event(arn))))
    await promote(event(arn))
    expect(deployments()).toMatchObject([
      { version: '1', strategy: 'canary', requestedBy: user('grace'), reason: 'better by 0.01' },
    ])
    expect(await ledger.readLedger(project)).toEqual([])
  })

  test('starts another one for a later approval, and none for a rejection', async () => {
    const [arn = ''] = await registered(1)
    await approve(arn)
    await promote(event(arn))
    await approve(arn, 'grace', 'Rejected')
    expect(await promote(event(arn))).toMatchObject({ promoted: false, reason: 'its status is Rejected' })
    expect(deployments()).toHaveLength(1)
    await approve(arn)
    await promote(event(arn))
    expect(deployments()).toHaveLength(2)
  })

  test('waits for nothing but its own word: held, it starts none, and a later approval without it does', async () => {
    await registered(1)
    const decide = async (then?: 'hold') => {
      const reason = 'better'
      const { packageArn } = await models.approveModel({
        project,
        version: '1',
        decision: 'Approved',
        reason,
        then,
      })
      return await promote(event(packageArn))
    }
    expect(await decide('hold')).toMatchObject({ promoted: false, reason: 'held for regimen models deploy' })
    expect(deployments()).toEqual([])
    await decide()
    expect(deployments()).toHaveLength(1)
  })
})
