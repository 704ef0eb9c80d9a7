/** start-deployment refuses what its run would refuse, before there is a run. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lambdaContext, type Platform, startPlatform, user } from '../../../local/rig/platform.ts'
import { putArtifacts } from '../../builders/artifacts.ts'
import { registrationOf } from '../../builders/registration.ts'

const project = 'demo'
let platform: Platform
let start: (version: string) => Promise<{ runId: string }>
let ledger: typeof import('../../../functions/deployment/ledger-store.ts')

beforeAll(async () => {
  platform = await startPlatform()
  await platform.group(project)
  ledger = await import('../../../functions/deployment/ledger-store.ts')
  const { handler: register } = await import('../../../functions/registry/register.handler.ts')
  const { handler } = await import('../../../functions/rollout/start.handler.ts')
  start = async (version) =>
    await handler(
      {
        pipeline: 'deployment',
        project,
        requestedBy: user('ada'),
        deployment: { version, strategy: 'canary', reason: 'better' },
      },
      lambdaContext,
    )
  for (const at of [1, 2, 3]) {
    const input = registrationOf({ project, runId: String(at).padStart(16, '0') })
    await putArtifacts(input)
    const { modelPackageArn: ModelPackageArn } = await register(input, lambdaContext)
    if (at === 3) continue
    const decision = { ModelPackageArn, ModelApprovalStatus: 'Approved', ApprovalDescription: 'better' }
    await platform.call('sagemaker', 'UpdateModelPackage', decision, user('grace'))
  }
})
afterAll(() => platform.stop())

const begun = () => platform.executions.size

test('a version that is not there starts no run; the answer names those that are', async () => {
  await expect(start('99')).rejects.toMatchObject({
    name: 'ModelNotFound',
    message:
      'demo has no model version 99: expected one of 3, 2, 1; list the versions with: regimen models list',
  })
  expect(begun()).toBe(0)
})

test('a version that nobody approved starts no run', async () => {
  await expect(start('3')).rejects.toMatchObject({ name: 'ApprovalRefused' })
  expect(begun()).toBe(0)
})

test('no run starts during an A/B test, and one does when it is over', async () => {
  const at = { who: 'ada', why: 'test', when: '2026-01-01T00:00:00.000Z' }
  await ledger.promoteAfter(project, 0, { ...at, version: '1', decision: 'first' })
  const decision = 'ab-test after entry 1, alpha 0.05, least gain 0'
  const challenger = { version: '2', share: 0.5 }
  await ledger.promoteAfter(project, 1, { ...at, version: '1', challenger, decision })
  await expect(start('2')).rejects.toMatchObject({
    name: 'InvalidRequest',
    message:
      'versions 1 and 2 of demo are in an A/B test: let it end first: regimen models ab decide; or end it now: regimen models rollback',
  })
  expect(begun()).toBe(0)
  await ledger.promoteAfter(project, 2, { ...at, version: '1', decision: 'over' })
  expect((await start('2')).runId).toMatch(/^[a-z0-9]{16}$/)
  expect(begun()).toBe(1)
})
