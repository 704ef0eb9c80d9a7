/** Who is refused by a rule stands on the trail, whichever door refused. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { RegimenError } from '../../../functions/errors.ts'
import { lambdaContext, type Platform, startPlatform, user } from '../../../local/rig/platform.ts'
import { registrationOf } from '../../builders/registration.ts'

const project = 'demo'
let platform: Platform
let audit: typeof import('../../../functions/audit/audit-store.ts')
let refusal: typeof import('../../../functions/audit/refusal.ts')
let ledger: typeof import('../../../functions/deployment/ledger-store.ts')
type Open = typeof import('../../../functions/door.ts')['door']
let door: Open
const handlers: Record<string, (input: unknown) => Promise<unknown>> = {}
const call = async (name: string, input: unknown) => await handlers[name]?.(input)

beforeAll(async () => {
  platform = await startPlatform()
  audit = await import('../../../functions/audit/audit-store.ts')
  refusal = await import('../../../functions/audit/refusal.ts')
  ledger = await import('../../../functions/deployment/ledger-store.ts')
  door = (await import('../../../functions/door.ts')).door
  const modules = {
    register: await import('../../../functions/registry/register.handler.ts'),
    promote: await import('../../../functions/deployment/promote.handler.ts'),
    start: await import('../../../functions/starter/handler.ts'),
    prepare: await import('../../../functions/rollout/prepare.handler.ts'),
    exporting: await import('../../../functions/promotion/export.handler.ts'),
    importing: await import('../../../functions/promotion/import.handler.ts'),
    variants: await import('../../../functions/abtest/handler.ts'),
  }
  for (const [name, { handler }] of Object.entries(modules))
    handlers[name] = async (input) => await Reflect.apply(handler, undefined, [input, lambdaContext])
  await platform.group(project)
})
afterAll(() => platform.stop())
beforeEach(() => {
  process.env.ENVIRONMENT = 'prod'
})

const denials = async (writer: string) => {
  const { events } = await audit.listAudit(new Date(Date.now() - 3_600_000), new Date(Date.now() + 1_000))
  return events
    .filter(({ chain, result }) => chain.startsWith(`${writer}/`) && result === 'denied')
    .map(({ actor, action, resource, error }) => ({ actor, action, resource, error }))
}
let runs = 0
async function registered(): Promise<{ modelPackageArn: string; modelVersion: string }> {
  runs += 1
  const answer = await call('register', registrationOf({ project, runId: String(runs).padStart(16, '0') }))
  return z.object({ modelPackageArn: z.string(), modelVersion: z.string() }).parse(answer)
}
const refused = { name: 'ApprovalRefused' }

describe('a refusal', () => {
  test('follows the event of what was begun, with who and what', async () => {
    const open = (writer: string, error: Error) =>
      door({
        input: z.object({}),
        output: z.object({}),
        async run() {
          const told = { actor: 'ada', action: 'try', resource: 'x', requestId: 'r' }
          await audit.recordAudit(writer, { ...told, result: 'begun' })
          throw error
        },
      })
    const no = open('refusing', new RegimenError('ApprovalRefused', { what: 'no' }))
    await expect(no({}, lambdaContext)).rejects.toMatchObject(refused)
    expect(await denials('refusing')).toEqual([
      { actor: 'ada', action: 'try', resource: 'x', error: 'ApprovalRefused' },
    ])
    const away = open('away', new RegimenError('ServiceUnavailable', { what: 'no answer' }))
    await expect(away({}, lambdaContext)).rejects.toMatchObject({ name: 'ServiceUnavailable' })
    expect(await denials('away')).toEqual([])
  })

  test('of who approves what they trained names the approver', async () => {
    const { modelPackageArn, modelVersion } = await registered()
    await platform.call(
      'sagemaker',
      'UpdateModelPackage',
      { ModelPackageArn: modelPackageArn, ModelApprovalStatus: 'Approved', ApprovalDescription: 'mine' },
      user('ada'),
    )
    const event = { source: 'aws.sagemaker', detail: { ModelPackageArn: modelPackageArn } }
    await expect(call('promote', event)).rejects.toMatchObject(refused)
    expect(await denials('promote-model')).toEqual([
      {
        actor: user('ada'),
        action: 'decide version: Approved',
        resource: `${project} version ${modelVersion}`,
        error: 'ApprovalRefused',
      },
    ])
  })

  test('of a training on a dataset that nobody approved names who asked for it', async () => {
    const request = {
      pipeline: 'training',
      project,
      requestedBy: user('ada'),
      training: {
        dataset: { name: 'encounters', version: '1', uri: `s3://${process.env.BUCKET}/demo/a.csv` },
      },
    }
    await expect(call('start', request)).rejects.toMatchObject(refused)
    expect(await denials('start-run')).toMatchObject([
      { actor: user('ada'), action: 'start training', error: 'ApprovalRefused' },
    ])
  })

  test('of a version that is not approved is told by what deploys, tests and hands it on', async () => {
    const { modelVersion: version } = await registered()
    const resource = `${project} version ${version}`
    const run = { runId: 'r'.repeat(16), projectUri: 's3://b/p.json', runUri: 's3://b/demo/deployments/r' }
    await expect(call('prepare', { ...run, project, version, strategy: 'canary' })).rejects.toMatchObject(
      refused,
    )
    await expect(
      call('exporting', { project, version, requestedBy: user('ada'), to: 'prod' }),
    ).rejects.toMatchObject(refused)
    await expect(
      call('variants', { project, action: 'start', version, requestedBy: user('ada'), reason: 'why not' }),
    ).rejects.toMatchObject(refused)
    expect(await denials('prepare-deployment')).toMatchObject([{ actor: `run ${run.runId}`, resource }])
    // A try that comes again is the same act, and still told of when it is refused.
    await expect(call('prepare', { ...run, project, version, strategy: 'canary' })).rejects.toThrow()
    expect(await denials('prepare-deployment')).toHaveLength(2)
    const { events } = await audit.listAudit(new Date(Date.now() - 3_600_000), new Date(Date.now() + 1_000))
    const begun = events.filter(
      ({ chain, result }) => chain.startsWith('prepare-deployment/') && result === 'begun',
    )
    expect(begun).toHaveLength(1)
    expect(await denials('export-model')).toMatchObject([{ actor: user('ada'), resource }])
    expect(await denials('compare-variants')).toMatchObject([{ actor: user('ada'), resource }])
  })

  test('of a version that another environment never told of is told by what takes it in', async () => {
    const transferUri = `s3://${process.env.BUCKET}/${project}/transfers/none`
    const { putJson } = await import('../../../functions/object-store.ts')
    const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3')
    await new S3Client({ forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: process.env.BUCKET ?? '' }),
    )
    await putJson(`${transferUri}/transfer.json`, {})
    const request = { project, transferUri, sha256: 'x', requestedBy: user('ada') }
    await expect(call('importing', request)).rejects.toMatchObject({ name: 'PromotionRefused' })
    expect(await denials('import-model')).toMatchObject([
      { actor: user('ada'), resource: transferUri, error: 'PromotionRefused' },
    ])
  })

  test('of a rollback to a version that was never in production is told too', async () => {
    const promotion = { who: 'grace', why: 'first', when: '2026-01-01T00:00:00Z', decision: 'first' }
    await ledger.promote(project, { ...promotion, version: '1' })
    const back = refusal.tellingRefusals(async () => {
      const told = { actor: 'ada', action: 'roll back', resource: 'to version 9', requestId: 'r' }
      await audit.recordAudit('regimen', { ...told, result: 'begun' })
      const now = '2026-01-02T00:00:00Z'
      return await ledger.rollBack(project, { to: '9', who: 'ada', why: 'test', now })
    })
    await expect(back).rejects.toMatchObject({ name: 'InvalidRequest' })
    expect(await denials('regimen')).toMatchObject([{ actor: 'ada', error: 'InvalidRequest' }])
  })
})
