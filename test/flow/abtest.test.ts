/** An A/B test from its start to its end by outcomes, through the real machines: scored batches, late labels, the ledger. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseProject } from '../../functions/project.ts'
import { type Rig, startRig } from '../../local/rig/rig.ts'
import { project as adherence } from '../../projects/adherence/project.ts'
import { rehearsal } from '../../projects/adherence/rehearsal.ts'

const project = parseProject({
  ...adherence,
  gates: [],
  hyperparameters: { ...adherence.hyperparameters, num_round: 20, max_depth: 3, early_stopping_rounds: 5 },
})

interface Standing {
  readonly runs: number
  readonly units: { readonly champion: number; readonly challenger: number }
  readonly challengerBetter: number
  readonly challengerWorse: number
  readonly decision: string
  readonly entry?: { readonly version: string }
}

let rig: Rig
let projectUri: string
let ledger: typeof import('../../functions/deployment/ledger-store.ts')
let registry: typeof import('../../functions/registry/model-store.ts')

const table = (seed: number, rows: number, opposite = false) =>
  [...rehearsal.generate({ seed, rows, opposite })].join('')

async function train(name: string, text: string): Promise<string> {
  const uri = await rig.put(`adherence/datasets/table/${name}/data/table.csv`, text)
  const trained = await rig.train(project, projectUri, uri)
  expect(trained.status, trained.cause).toBe('SUCCEEDED')
  return (trained.output as { modelVersion: string }).modelVersion
}

const ask = async (action: string, more: object = {}) =>
  (await rig.door('compare-variants', {
    project: project.id,
    action,
    requestedBy: 'arn:aws:iam::000000000000:user/ada',
    ...more,
  })) as Standing

/** Scores a batch and brings its outcomes, as the generator says. @returns brings them again */
async function batchWithLabels(seed: number): Promise<() => Promise<unknown>> {
  const text = table(seed, 3_000)
  const inputUri = await rig.put(`adherence/batches/${seed}.csv`, text)
  const scored = await rig.infer(project, projectUri, inputUri)
  expect(scored.status, scored.cause).toBe('SUCCEEDED')
  const { putRun } = await import('../../functions/starter/run-store.ts')
  const startedAt = new Date().toISOString()
  await putRun({
    ...{ runId: scored.runId, project: project.id, pipeline: 'inference', requestedBy: 'ada' },
    ...{ status: 'SUCCEEDED', progress: 1, startedAt, runUri: scored.runUri, projectUri },
  })
  const [header = '', ...lines] = text.trimEnd().split('\n')
  const names = header.split(',')
  const outcome = new Map(
    lines.map((line) => {
      const cells = line.split(',')
      return [cells[names.indexOf('encounter_id')], cells[names.indexOf('readmitted')] === '<30' ? 1 : 0]
    }),
  )
  const keys = (await rig.read(`${scored.runUri}/predictions/part-00000.jsonl`))
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { exampleKey: string }).exampleKey)
  const labels = keys.map((key) => `${key},${outcome.get(key.split(/[^0-9]/)[0]) ?? 0}`)
  const labelsUri = await rig.put(
    `adherence/inbox/labels-${seed}.csv`,
    `example_key,label\n${labels.join('\n')}\n`,
  )
  const deliver = () => rig.door('join-labels', { runUri: scored.runUri, labelsUri })
  await deliver()
  return deliver
}

beforeAll(async () => {
  rig = await startRig()
  await rig.platform.group(project.id)
  projectUri = await rig.use(project)
  process.env.PROJECT_URIS = JSON.stringify({ [project.id]: projectUri })
  ledger = await import('../../functions/deployment/ledger-store.ts')
  registry = await import('../../functions/registry/model-store.ts')
  expect(await train('first', table(21, 3_000))).toBe('1')
  expect(await train('opposite', table(23, 3_000, true))).toBe('2')
  for (const version of ['1', '2'])
    await registry.approveModel({ project: project.id, version, decision: 'Approved', reason: 'test' })
  await ledger.promote(project.id, {
    version: '1',
    who: 'ada',
    why: 'first',
    when: new Date().toISOString(),
    decision: 'first',
  })
}, 120_000)
afterAll(() => rig.stop())

describe('an A/B test', () => {
  test('is started once, with its rule in the ledger', async () => {
    await expect(ask('status')).rejects.toMatchObject({ name: 'InvalidRequest' })
    await ask('start', { version: '2', share: 0.5 })
    const [newest] = await ledger.readLedger(project.id)
    expect(newest).toMatchObject({
      version: '1',
      challenger: { version: '2', share: 0.5 },
      decision: 'ab-test after entry 1, alpha 0.05, least gain 0',
    })
    // Asked again after an answer was lost.
    expect(await ask('start', { version: '2', share: 0.5 })).toEqual({ started: true, sequence: 2 })
    expect(await ledger.readLedger(project.id)).toHaveLength(2)
    await expect(ask('start', { version: '2', share: 0.4 })).rejects.toMatchObject({ name: 'InvalidRequest' })
  })

  test('goes on without outcomes', async () => {
    expect(await ask('decide')).toMatchObject({
      runs: 0,
      units: { champion: 0, challenger: 0 },
      decision: 'continue',
    })
    expect(await ledger.readLedger(project.id)).toHaveLength(2)
  })

  test('stops for a version that loses more, and the one before is alone again', async () => {
    let found = await ask('status')
    for (let seed = 31; seed < 36 && found.decision === 'continue'; seed += 1) {
      const deliver = await batchWithLabels(seed)
      found = await ask('status')
      // Neither looking nor the same labels once more change anything.
      await deliver()
      expect(await ask('status')).toEqual(found)
    }
    expect(found).toMatchObject({ decision: 'stop' })
    expect(found.units.champion + found.units.challenger).toBeGreaterThan(500)
    expect(found.challengerWorse).toBeGreaterThanOrEqual(20)
    const decided = await ask('decide')
    expect(decided.entry).toMatchObject({ version: '1' })
    const [newest] = await ledger.readLedger(project.id)
    expect(newest).toMatchObject({ version: '1', sequence: 3 })
    expect(newest?.challenger).toBeUndefined()
    expect(await ask('decide')).toMatchObject({ ended: true, version: '1', sequence: 3 })
    expect(await ledger.readLedger(project.id)).toHaveLength(3)
  }, 120_000)

  test('promotes a version that loses less', async () => {
    // The other way round: the opposite one is in production.
    await ledger.promote(project.id, {
      version: '2',
      who: 'ada',
      why: 'turned round',
      when: new Date().toISOString(),
      decision: 'turned round',
    })
    await ask('start', { version: '1', share: 0.5 })
    let found = await ask('status')
    for (let seed = 41; seed < 46 && found.decision === 'continue'; seed += 1) {
      await batchWithLabels(seed)
      found = await ask('decide')
    }
    expect(found).toMatchObject({ decision: 'promote', entry: { version: '1' } })
    expect((await ledger.readLedger(project.id))[0]).toMatchObject({ version: '1' })
  }, 120_000)
})
