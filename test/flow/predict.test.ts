/** Online prediction over models that the real training state machine made, beside the batch path. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseProject } from '../../functions/project.ts'
import { lambdaContext } from '../../local/rig/platform.ts'
import { type Rig, startRig } from '../../local/rig/rig.ts'
import { generate } from '../../projects/adherence/generate.ts'
import { project as adherence } from '../../projects/adherence/project.ts'

const project = parseProject({
  ...adherence,
  gates: [],
  hyperparameters: { ...adherence.hyperparameters, num_round: 10, max_depth: 3, early_stopping_rounds: 5 },
})
const batch = [...generate({ seed: 22, encounters: 200 })].join('')
const [header = '', ...lines] = batch.trimEnd().split('\n')
const names = header.split(',')
const rows = lines.map((line) =>
  Object.fromEntries(line.split(',').map((cell, at) => [names[at] ?? '', cell])),
)

interface Answer {
  readonly modelVersion: string
  readonly predictions: readonly Record<string, unknown>[]
  readonly fellBack: readonly unknown[]
}

let rig: Rig
let projectUri: string
let predict: (request: object) => Promise<Answer>
let ledger: typeof import('../../functions/deployment/ledger-store.ts')

let decisions = 0
const promote = async (version: string, challenger?: { version: string; share: number }) => {
  decisions += 1
  const appended = await ledger.promote(project.id, {
    version,
    who: 'arn:aws:iam::000000000000:user/approver',
    why: 'test',
    when: new Date().toISOString(),
    decision: `decision ${decisions}`,
    ...(challenger === undefined ? {} : { challenger }),
  })
  expect(appended).toHaveProperty('entry')
}

beforeAll(async () => {
  rig = await startRig()
  await rig.platform.group(project.id)
  projectUri = await rig.use(project)
  process.env.PROJECT_URIS = JSON.stringify({ [project.id]: projectUri })
  ledger = await import('../../functions/deployment/ledger-store.ts')
  const { handler } = await import('../../functions/scoring/predict.handler.ts')
  predict = async (request) =>
    (await handler({ project: project.id, ...request }, lambdaContext)) as unknown as Answer
  for (const seed of [21, 31]) {
    const text = [...generate({ seed, encounters: 1_500 })].join('')
    const uri = await rig.put(`adherence/datasets/table/v${seed}/data/table.csv`, text)
    const trained = await rig.train(project, projectUri, uri)
    expect(trained.status, trained.cause).toBe('SUCCEEDED')
  }
})
afterAll(() => rig.stop())

/** Version to what was counted since the newest entry of the ledger. */
async function counts() {
  const { readCounts } = await import('../../functions/scoring/online-counts-store.ts')
  const [entry] = await ledger.readLedger(project.id)
  return await readCounts(project.id, entry?.sequence ?? 0)
}

/** What a batch says of the same rows, by example; without the time, which differs. */
async function batchPredictions(): Promise<Map<unknown, Record<string, unknown>>> {
  const inputUri = await rig.put(`adherence/inbox/${decisions}/batch.csv`, batch)
  const scored = await rig.infer(project, projectUri, inputUri)
  expect(scored.status, scored.cause).toBe('SUCCEEDED')
  const text = await rig.read(`${scored.runUri}/predictions/part-00000.jsonl`)
  const predictions = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  return new Map(predictions.map((one) => [one.exampleKey, timeless(one)]))
}

const timeless = ({ predictionTimestamp: _time, ...prediction }: Record<string, unknown>) => prediction

describe('online prediction', () => {
  test('without a version in production says so', async () => {
    await expect(predict({ rows: rows.slice(0, 1) })).rejects.toMatchObject({ name: 'NoChampion' })
  })

  test('gives the bits of the batch, all rows together or a few of them', async () => {
    await promote('1')
    const expected = await batchPredictions()
    const { predictions, fellBack, modelVersion } = await predict({ rows })
    expect([modelVersion, fellBack]).toEqual(['1', []])
    expect(predictions.length).toBe(expected.size)
    for (const one of predictions) {
      const { lowConfidence, reasons, ...own } = timeless(one)
      const { lowConfidence: batchLow, reasons: batchReasons, ...same } = expected.get(one.exampleKey) ?? {}
      expect(own).toEqual(same)
      // A batch may know of drift beside.
      expect(batchReasons).toEqual(expect.arrayContaining(reasons as unknown[]))
      if (lowConfidence === true) expect(batchLow).toBe(true)
    }
    const few = (await predict({ rows: rows.slice(0, 20) })).predictions
    expect(few.length).toBeGreaterThan(0)
    for (const one of few)
      expect(timeless(one)).toEqual(
        timeless(predictions.find(({ exampleKey }) => exampleKey === one.exampleKey) ?? {}),
      )
  })

  test('shares entities between two versions as the ledger says, and goes back at once', async () => {
    await promote('1', { version: '2', share: 0.5 })
    const { predictions } = await predict({ rows })
    const byEntity = new Map<unknown, Set<unknown>>()
    for (const { patientId, modelVersion } of predictions)
      byEntity.set(patientId, (byEntity.get(patientId) ?? new Set()).add(modelVersion))
    expect(new Set(predictions.map(({ modelVersion }) => modelVersion))).toEqual(new Set(['1', '2']))
    for (const versions of byEntity.values()) expect(versions.size).toBe(1)
    const told = await counts()
    expect([...told.keys()].sort()).toEqual(['1', '2'])
    for (const [version, { calls, failures, rows, milliseconds }] of told) {
      const own = predictions.filter(({ modelVersion }) => modelVersion === version).length
      expect([calls, failures, rows]).toEqual([1, 0, own])
      expect(milliseconds).toBeGreaterThan(0)
    }
    await predict({ rows: rows.slice(0, 40) })
    expect((await counts()).get('2')?.calls).toBe(2)
    await ledger.rollBack(project.id, {
      who: 'arn:aws:iam::000000000000:user/operator',
      why: 'it hurts',
      now: new Date().toISOString(),
    })
    const after = (await predict({ rows })).predictions
    expect(new Set(after.map(({ modelVersion }) => modelVersion))).toEqual(new Set(['1']))
  })

  test('refuses a bad row by column and row, never by its value', async () => {
    const broken = (changes: Record<string, unknown>) => [...rows.slice(0, 2), { ...rows[2], ...changes }]
    const refusal = async (changes: Record<string, unknown>) =>
      await predict({ rows: broken(changes) }).then(
        () => 'accepted',
        (error: Error) => `${error.name}: ${error.message}`,
      )
    expect(await refusal({ num_medications: 'Zubrowka' })).toMatch(
      /^DatasetSchemaMismatch: column "num_medications" has a cell that is no value of its type, row 3/,
    )
    expect(await refusal({ num_medications: 'Zubrowka' })).not.toContain('Zubrowka')
    expect(await refusal({ shoe_size: '44' })).toMatch(/^DatasetSchemaMismatch: column "shoe_size" unknown/)
    const { insulin: _gone, ...without } = rows[0] ?? {}
    await expect(predict({ rows: [without] })).rejects.toMatchObject({
      name: 'DatasetSchemaMismatch',
      message: expect.stringMatching(/column "insulin" missing.*row 1 of the request/),
    })
    await expect(predict({ rows: [] })).rejects.toMatchObject({ name: 'InvalidRequest' })
  })

  test('a version that does not load is stood in for by the one before, and the answer says so', async () => {
    const { getModel } = await import('../../functions/registry/model-store.ts')
    const { putBytes } = await import('../../functions/object-store.ts')
    const third = [...generate({ seed: 41, encounters: 1_500 })].join('')
    const uri = await rig.put('adherence/datasets/table/v41/data/table.csv', third)
    expect((await rig.train(project, projectUri, uri)).status).toBe('SUCCEEDED')
    await promote('3')
    await putBytes((await getModel(project.id, '3')).modelUri, 'no model')
    const { predictions, fellBack } = await predict({ rows: rows.slice(0, 20) })
    expect(fellBack).toEqual([{ version: '3', by: '1', error: 'ModelUnreadable' }])
    expect(predictions.length).toBeGreaterThan(0)
    for (const { modelVersion, reasons } of predictions) {
      expect(modelVersion).toBe('1')
      expect(reasons).toContain('scored by the previous model version, because the current one failed')
    }
    // Nobody decides on the counts of a version that is alone.
    expect(await counts()).toEqual(new Map())
    await promote('1', { version: '3', share: 0.5 })
    await predict({ rows: rows.slice(0, 20) })
    expect((await counts()).get('3')).toEqual({ calls: 1, failures: 1, rows: 0, milliseconds: 0 })
  })
})
