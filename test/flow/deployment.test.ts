/** Deployments through the real state machine: a good version goes in step by step, a bad one comes back. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseProject } from '../../functions/project.ts'
import { lambdaContext } from '../../local/rig/platform.ts'
import { type Rig, startRig } from '../../local/rig/rig.ts'
import { project as adherence } from '../../projects/adherence/project.ts'
import { rehearsal } from '../../projects/adherence/rehearsal.ts'

const project = parseProject({
  ...adherence,
  gates: [],
  hyperparameters: { ...adherence.hyperparameters, num_round: 20, max_depth: 3, early_stopping_rounds: 5 },
  deployment: { share: 0.4, watchSeconds: 0 },
})

let rig: Rig
let projectUri: string
let ledger: typeof import('../../functions/deployment/ledger-store.ts')
let registry: typeof import('../../functions/registry/model-store.ts')
let runs: typeof import('../../functions/starter/run-store.ts')
let locks: typeof import('../../functions/rollout/rollout-lock-store.ts')

async function train(name: string, text: string): Promise<string> {
  const uri = await rig.put(`adherence/datasets/table/${name}/data/table.csv`, text)
  const trained = await rig.train(project, projectUri, uri)
  expect(trained.status, trained.cause).toBe('SUCCEEDED')
  return (trained.output as { modelVersion: string }).modelVersion
}

const approve = (version: string) =>
  registry.approveModel({ project: project.id, version, decision: 'Approved', reason: 'test' })
const newest = async () => (await ledger.readLedger(project.id))[0]

beforeAll(async () => {
  rig = await startRig()
  await rig.platform.group(project.id)
  projectUri = await rig.use(project)
  ledger = await import('../../functions/deployment/ledger-store.ts')
  registry = await import('../../functions/registry/model-store.ts')
  runs = await import('../../functions/starter/run-store.ts')
  locks = await import('../../functions/rollout/rollout-lock-store.ts')
  const table = (seed: number, opposite = false) =>
    [...rehearsal.generate({ seed, rows: 3_000, opposite })].join('')
  expect(await train('first', table(21))).toBe('1')
  expect(await train('second', table(22))).toBe('2')
  expect(await train('opposite', table(23, true))).toBe('3')
}, 120_000)
afterAll(() => rig.stop())

describe('a deployment', () => {
  test('of a version that nobody approved is refused before anything changes', async () => {
    const refused = await rig.deploy(project, projectUri, { version: '1' })
    expect(refused).toMatchObject({ status: 'FAILED', error: 'ApprovalRefused' })
    expect(await newest()).toBeUndefined()
    expect(await locks.readLock(project.id)).toBeUndefined()
  })

  test('of the first version needs no steps', async () => {
    await approve('1')
    const first = await rig.deploy(project, projectUri, { version: '1' })
    expect(first.status, first.cause).toBe('SUCCEEDED')
    expect(first.output).toMatchObject({ modelVersion: '1', replaced: null, steps: [1] })
    expect(await newest()).toMatchObject({ version: '1', sequence: 1 })
  })

  test('goes step by step, and the lock is free afterwards', async () => {
    await approve('2')
    const done = await rig.deploy(project, projectUri, { version: '2', strategy: 'linear' })
    expect(done.status, done.cause).toBe('SUCCEEDED')
    const entries = (await ledger.readLedger(project.id)).slice(0, 3).reverse()
    expect(entries.map(({ version, challenger }) => [version, challenger?.share])).toEqual([
      ['1', 0.4],
      ['1', 0.8],
      ['2', undefined],
    ])
    expect(await locks.readLock(project.id)).toBeUndefined()
  })

  test('has one end on the trail, however often that is told, until it is carried on', async () => {
    const { listAudit } = await import('../../functions/audit/audit-store.ts')
    const told = { runId: 'told-twice', project: project.id, version: '2', reason: 'test' }
    for (const redrives of [0, 0, 1]) await end({ ...told, redrives, confirmed: true })
    for (const _ of [1, 2]) await end({ ...told, confirmed: false })
    const { events } = await listAudit(new Date(Date.now() - 3_600_000), new Date(Date.now() + 1_000))
    expect(events.filter(({ actor }) => actor === 'run told-twice').map(({ action }) => action)).toEqual([
      'confirm deployment',
      'confirm deployment',
      'take deployment back',
    ])
  })

  test('is held against the single rows that its version could not answer', async () => {
    const { keepCounts } = await import('../../functions/scoring/online-counts-store.ts')
    const by = { who: 'ada', why: 'test', when: new Date().toISOString() }
    const challenger = { version: '1', share: 0.4 }
    await ledger.promote(project.id, { ...by, version: '2', challenger, decision: 'shared by hand' })
    const watch = doorOf(import('../../functions/rollout/watch.handler.ts'))
    const run = {
      runId: 'watchedrun000000',
      projectUri,
      runUri: projectUri.replace(/project\/.*/, 'deployments/w'),
    }
    const look = () =>
      watch({ ...run, project: project.id, version: '1', champion: '2', step: 0, checksum: '' })
    expect(await look()).not.toMatchObject({ failed: expect.arrayContaining(['online-errors']) })
    const counts = { calls: 10, failures: 0, rows: 10, milliseconds: 1 }
    const failing = new Map([
      ['1', { ...counts, failures: 5 }],
      ['2', counts],
    ])
    await keepCounts(project.id, (await newest())?.sequence ?? 0, failing)
    expect(await look()).toMatchObject({ failed: expect.arrayContaining(['online-errors']) })
    await ledger.rollBack(project.id, { who: 'ada', why: 'test', now: new Date().toISOString() })
    expect((await newest())?.version).toBe('2')
  })

  test('of a version that learned the opposite is taken back, and says what was seen', async () => {
    await approve('3')
    const bad = await rig.deploy(project, projectUri, { version: '3' })
    expect(bad).toMatchObject({ status: 'FAILED', error: 'DeploymentTakenBack' })
    expect(bad.cause).toMatch(/rank-agreement/)
    expect(bad.cause).toMatch(/performance/)
    expect(await newest()).toMatchObject({ version: '2', who: expect.stringMatching(/^deployment /) })
    expect((await newest())?.challenger).toBeUndefined()
    const { checks } = (await rig.json(`${bad.runUri}/watch-0.json`)) as {
      checks: { name: string; passed: boolean }[]
    }
    expect(checks.filter(({ passed }) => !passed).map(({ name }) => name)).toContain('performance')
    expect(await locks.readLock(project.id)).toBeUndefined()
  })

  test('waits for one that is on its way; of two at once, one comes after the other', async () => {
    const other = { owner: 'anotherrun000000', version: '9', expiresAt: '9999-01-01T00:00:00.000Z' }
    await locks.takeLock(project.id, other, '')
    const prepare = doorOf(import('../../functions/rollout/prepare.handler.ts'))
    const asked = { version: '1', strategy: 'canary', share: 0.1, watchSeconds: 0, project: project.id }
    const refused = prepare({ ...asked, runId: 'athirdrun0000000', projectUri, runUri: projectUri })
    await expect(refused).rejects.toMatchObject({ name: 'RolloutInProgress' })
    const before = (await ledger.readLedger(project.id)).length
    const both = [{ version: '1' }, { version: '2', strategy: 'linear' as const, share: 0.3 }].map((each) =>
      rig.deploy(project, projectUri, each),
    )
    await locks.releaseLock(project.id, other.owner)
    for (const { error, cause } of await Promise.all(both))
      expect([undefined, 'DeploymentTakenBack'], cause).toContain(error)
    expect(await locks.readLock(project.id)).toBeUndefined()
    const entries = (await ledger.readLedger(project.id)).slice(0, -before).reverse()
    const runs = entries.map(({ decision }) => decision.split(' ')[1])
    expect(runs.filter((run, at) => run !== runs[at - 1])).toHaveLength(new Set(runs).size)
    expect(runs.length).toBeGreaterThan(0)
    // Whichever came last: what follows counts on the second version.
    const byHand = { version: '2', who: 'test', why: 'test', decision: 'by hand' }
    await ledger.promote(project.id, { ...byHand, when: new Date().toISOString() })
    expect(await newest()).toMatchObject({ version: '2' })
  }, 60_000)

  test('of a version that somebody rejects meanwhile, or whose artifact changes, is taken back', async () => {
    const { putBytes, getBytes } = await import('../../functions/object-store.ts')
    const watch = doorOf(import('../../functions/rollout/watch.handler.ts'))
    const { checksumOf } = await import('../../functions/rollout/versions-store.ts')
    const runUri = `s3://regimen-dev-000000000000-us-east-1/adherence/deployments/watchedbyhand000`
    const asked = {
      projectUri,
      runUri,
      runId: 'watchedbyhand000',
      project: project.id,
      champion: '2',
      step: 0,
    }
    const look = { ...asked, version: '1', checksum: await checksumOf(project.id, '1') }
    const failedOf = async () => ((await watch(look)) as { failed: string[] }).failed
    const calm = await failedOf()
    expect(calm).not.toContain('approval')
    expect(calm).not.toContain('artifact')
    await registry.approveModel({ project: project.id, version: '1', decision: 'Rejected', reason: 'test' })
    expect(await failedOf()).toEqual(['approval', ...calm])
    await approve('1')
    const { modelUri } = await registry.getModel(project.id, '1')
    const sound = await getBytes({ uri: modelUri })
    await putBytes(modelUri, 'no model')
    expect(await failedOf()).toEqual(['artifact', 'answers'])
    await putBytes(modelUri, sound)
    expect(await failedOf()).toEqual(calm)
  })

  test('is judged on the newest batch once its labels have arrived', async () => {
    const later = [...rehearsal.generate({ seed: 29, rows: 1_500 })].join('')
    const scored = await rig.infer(
      project,
      projectUri,
      await rig.put('adherence/inbox/later/batch.csv', later),
    )
    expect(scored.status, scored.cause).toBe('SUCCEEDED')
    await runs.putRun({
      runId: scored.runId,
      project: project.id,
      pipeline: 'inference',
      requestedBy: 'test',
      status: 'SUCCEEDED',
      progress: 1,
      startedAt: new Date().toISOString(),
      runUri: scored.runUri,
    })
    const lines = (await rig.read(`${scored.runUri}/predictions/part-00000.jsonl`)).trim().split('\n')
    const made = lines.map((line) => JSON.parse(line) as { exampleKey: string })
    const reasonOf = async (version: string, champion: string) => {
      const { gatherEvidence } = await import('../../functions/rollout/evidence-store.ts')
      const { judge } = await import('../../functions/rollout/judge.ts')
      const evidence = await gatherEvidence({ project, projectUri, champion, challenger: version })
      return judge(evidence!).find(({ name }) => name === 'performance')?.reason
    }
    expect(await reasonOf('1', '2')).toMatch(/rows of the champion's test side/)
    const { keepDelivery } = await import('../../functions/drift/labels-store.ts')
    const half = made.filter((_, row) => row % 2 === 0)
    await keepDelivery(
      scored.runUri,
      half.map(({ exampleKey }, row) => [exampleKey, row % 3 === 0 ? 1 : 0]),
      new Date().toISOString(),
    )
    expect(await reasonOf('1', '2')).toContain(
      `on ${half.length} rows of the newest batch with known outcomes`,
    )
  })

  test('of a version whose artifact is gone never gets traffic', async () => {
    const before = await newest()
    const { modelUri } = await registry.getModel(project.id, '1')
    await rig.remove(modelUri)
    const refused = await rig.deploy(project, projectUri, { version: '1' })
    expect(refused.status).toBe('FAILED')
    expect(await newest()).toEqual(before)
    expect(await locks.readLock(project.id)).toBeUndefined()
  })

  test('that ends in the middle is taken back by its event, once', async () => {
    const runId = 'midwaythrough000'
    await locks.takeLock(
      project.id,
      { owner: runId, version: '3', expiresAt: '9999-01-01T00:00:00.000Z' },
      '',
    )
    await shift({ runId, project: project.id, version: '3', champion: '2', step: 0, share: 0.1 })
    expect(await newest()).toMatchObject({ version: '2', challenger: { version: '3' } })
    expect(await end(ended(runId))).toEqual({ version: '2', takenBack: true })
    expect((await newest())?.challenger).toBeUndefined()
    expect(await end(ended(runId))).toEqual({ version: '2', takenBack: false })
    expect(await locks.readLock(project.id)).toBeUndefined()
  })

  test('whose lease has run out is taken back by the next one', async () => {
    const runId = 'withoutaword0000'
    await locks.takeLock(
      project.id,
      { owner: runId, version: '3', expiresAt: '2020-01-01T00:00:00.000Z' },
      '',
    )
    await shift({ runId, project: project.id, version: '3', champion: '2', step: 0, share: 0.1 })
    await approve('2')
    const done = await rig.deploy(project, projectUri, { version: '2' })
    expect(done.status, done.cause).toBe('SUCCEEDED')
    expect(await newest()).toMatchObject({ version: '2' })
    expect((await newest())?.challenger).toBeUndefined()
  })

  test('gives way to whoever rolls back in the middle of it', async () => {
    const runId = 'rolledbackbyhand'
    await locks.takeLock(
      project.id,
      { owner: runId, version: '3', expiresAt: '9999-01-01T00:00:00.000Z' },
      '',
    )
    const step = { runId, project: project.id, version: '3', champion: '2' }
    await shift({ ...step, step: 0, share: 0.1 })
    await ledger.rollBack(project.id, { who: 'operator', why: 'it hurts', now: new Date().toISOString() })
    const before = await newest()
    await expect(shift({ ...step, step: 1, share: 1 })).rejects.toMatchObject({ name: 'RolloutOvertaken' })
    expect(await end(ended(runId))).toEqual({ version: '2', takenBack: false })
    expect(await newest()).toEqual(before)
    expect(await locks.readLock(project.id)).toBeUndefined()
  })

  test('steps that are told twice are taken once', async () => {
    const runId = 'toldtwice0000000'
    await locks.takeLock(
      project.id,
      { owner: runId, version: '3', expiresAt: '9999-01-01T00:00:00.000Z' },
      '',
    )
    const step = { runId, project: project.id, version: '3', champion: '2', step: 0, share: 0.1 }
    const first = await shift(step)
    expect(await shift(step)).toEqual(first)
    await end(ended(runId))
  })

  test('of a sound version is not kept out by a champion that cannot be loaded', async () => {
    const { putBytes } = await import('../../functions/object-store.ts')
    await putBytes((await registry.getModel(project.id, '2')).modelUri, 'no model')
    const done = await rig.deploy(project, projectUri, { version: '3', strategy: 'canary', share: 0.5 })
    expect(done.status, done.cause).toBe('SUCCEEDED')
    expect(await newest()).toMatchObject({ version: '3' })
  })
})

type Door = (input: object) => Promise<unknown>
const doorOf =
  (module: Promise<unknown>): Door =>
  async (input) => {
    const { handler } = (await module) as { handler: (event: object, context: object) => Promise<unknown> }
    return await handler(input, lambdaContext)
  }
const shift: Door = (step) =>
  doorOf(import('../../functions/rollout/shift.handler.ts'))({ requestedBy: 'test', reason: 'test', ...step })
const end: Door = (input) => doorOf(import('../../functions/rollout/end.handler.ts'))(input)

/** EventBridge's event of an execution that was stopped. */
const ended = (name: string) => ({
  detail: {
    executionArn: `arn:aws:states:us-east-1:000000000000:execution:regimen-dev-adherence-deployment:${name}`,
    stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:regimen-dev-adherence-deployment',
    name,
    status: 'ABORTED',
    startDate: 0,
  },
})
