/** The first use case through the real state machines, on generated tables of many seeds. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluationSchema } from '../../functions/evaluation/evaluation.ts'
import { stepMetricsSchema } from '../../functions/experiments/step-metrics.ts'
import { parseProject } from '../../functions/project.ts'
import { type Ended, type Rig, startRig } from '../../local/rig/rig.ts'
import { brands } from '../../projects/adherence/columns.ts'
import { generate } from '../../projects/adherence/generate.ts'
import { project as adherence } from '../../projects/adherence/project.ts'

/** The use case as it is, but for sizes: small tables have no minimum of rows or quality. */
const project = parseProject({
  ...adherence,
  quality: { ...adherence.quality, minRows: 50 },
  gates: [],
  split: { train: 0.25, validation: 0.25, calibration: 0.25, test: 0.25, seed: 7 },
  hyperparameters: { ...adherence.hyperparameters, num_round: 12, max_depth: 3, early_stopping_rounds: 5 },
})

let rig: Rig
let projectUri: string
beforeAll(async () => {
  rig = await startRig()
  await rig.platform.group(project.id)
  projectUri = await rig.use(project)
})
afterAll(() => rig.stop())

interface Batch {
  readonly text: string
  /** Encounters that can be readmitted × their brands. */
  readonly pairs: ReadonlyMap<string, readonly string[]>
}

/** A batch of encounters without outcome, and what must be predicted for it; `first` as the generator has it. */
function batchOf(seed: number, encounters: number, first = 0): Batch {
  const [header = '', ...lines] = [...generate({ seed, encounters, first })].map((line) => line.trimEnd())
  const names = header.split(',')
  const at = (name: string) => names.indexOf(name)
  const pairs = new Map<string, string[]>()
  for (const cells of lines.map((line) => line.split(','))) {
    if (cells[at('discharge_disposition_id')] === '11') continue
    const taken = brands.filter((brand) => cells[at(brand)] !== 'No')
    if (taken.length > 0) pairs.set(cells[at('encounter_id')] ?? '', taken)
  }
  const undecided = [header, ...lines].map((line) => line.slice(0, line.lastIndexOf(',')))
  return { text: `${undecided.join('\n')}\n`, pairs }
}

/** Batches that follow each other in one file: no encounter of one is an encounter of another. */
function joined(draws: readonly { seed: number; rows: number }[]): Batch {
  let first = 0
  const batches = draws.map(({ seed, rows }) => {
    const batch = batchOf(seed, rows, first)
    first += rows
    return batch
  })
  const [header = ''] = batches[0]?.text.split('\n') ?? []
  return {
    text: [`${header}\n`, ...batches.map(({ text }) => text.slice(header.length + 1))].join(''),
    pairs: new Map(batches.flatMap(({ pairs }) => [...pairs])),
  }
}

const drawn = (rows: fc.IntegerConstraints) =>
  fc.record({ seed: fc.integer({ min: 1, max: 1_000_000 }), rows: fc.integer(rows) })

const trainOn = async (seed: number, encounters: number): Promise<Ended> =>
  rig.train(
    project,
    projectUri,
    await rig.put(
      `adherence/datasets/table/v${seed}-${encounters}/data/table.csv`,
      [...generate({ seed, encounters })].join(''),
    ),
  )

interface Prediction {
  readonly exampleKey: string
  readonly patientId: string
  readonly medicationBrand: string
  readonly nonAdherenceProbability: number
  readonly confidenceScore: number
  readonly riskFactors: readonly { factorName: string; importance: number; description: string }[]
  readonly modelVersion: string
  readonly predictionTimestamp: string
}

async function predictionsOf(ended: Ended): Promise<Prediction[]> {
  const manifest = (await rig.json(`${ended.runUri}/manifest.json`)) as { written: { predictions: string[] } }
  const texts = await Promise.all(manifest.written.predictions.map((uri) => rig.read(uri)))
  return texts
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Prediction)
}

async function promote(version: string): Promise<void> {
  const { promote: append } = await import('../../functions/deployment/ledger-store.ts')
  await append(project.id, {
    version,
    who: 'arn:aws:iam::000000000000:user/approver',
    why: 'test',
    when: new Date().toISOString(),
    decision: `approval of ${version}`,
  })
}

/** Runs that the first property made, for what else must hold of every training. */
const trainings: Ended[] = []

describe('the adherence use case', () => {
  // Feature: mlops-platform, Property 1: Training pipeline completion
  // Feature: mlops-platform, Property 49: Medication adherence training completion
  it('trains on any valid table: preprocessed, trained, evaluated, registered', async () => {
    // Four at a time: while one waits for its statements, another reads.
    const tables = fc.array(drawn({ min: 500, max: 700 }), { minLength: 4, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(tables, async (draws) => {
        for (const ended of await Promise.all(draws.map(({ seed, rows }) => trainOn(seed, rows)))) {
          expect(ended.status, ended.cause).toBe('SUCCEEDED')
          const evaluation = evaluationSchema.parse(await rig.json(`${ended.runUri}/evaluation.json`))
          expect(evaluation.rows).toBeGreaterThan(0)
          expect(evaluation.metrics.rocAuc).toBeGreaterThanOrEqual(0)
          trainings.push(ended)
        }
      }),
      { numRuns: 25, endOnFailure: true },
    )
    expect(trainings).toHaveLength(100)
  })

  // Feature: mlops-platform, Property 11: Experiment tracking completeness
  it('has every training on record: parameters, metrics, metrics by step, artifacts', async () => {
    const { getExperimentRun } = await import('../../functions/experiments/run-record-store.ts')
    expect(trainings.length).toBeGreaterThanOrEqual(100)
    for (const { runId, runUri } of trainings) {
      const run = await getExperimentRun(runId)
      const evaluation = evaluationSchema.parse(await rig.json(`${runUri}/evaluation.json`))
      const measured = Object.entries(evaluation.metrics).filter(([, value]) => value !== null)
      expect(run?.metrics).toEqual(Object.fromEntries(measured))
      expect(run).toMatchObject({
        datasetName: 'table',
        datasetVersion: '0123456789abcdef',
        algorithm: 'xgboost',
        gate: 'passed',
        environment: 'dev',
        code: expect.any(String),
        params: { num_round: '12', max_depth: '3', objective: 'binary:logistic' },
      })
      const { steps = '', ...artifacts } = run?.artifacts ?? {}
      const { series } = stepMetricsSchema.parse(await rig.json(steps))
      expect(series['validation-auc']?.length).toBeGreaterThan(0)
      for (const uri of Object.values(artifacts)) expect((await rig.read(uri)).length).toBeGreaterThan(0)
    }
  })

  // Feature: mlops-platform, Property 5: Inference pipeline completion
  // Feature: mlops-platform, Property 8: Inference results storage
  // Feature: mlops-platform, Property 50: Adherence prediction probability range
  // Feature: mlops-platform, Property 52: Multi-brand prediction generation
  // Feature: mlops-platform, Property 53: Adherence prediction output completeness
  it('gives every patient one complete prediction per prescribed brand, on any batch', async () => {
    const trained = await trainOn(5, 2_000)
    expect(trained.status, trained.cause).toBe('SUCCEEDED')
    const { modelVersion } = trained.output as { modelVersion: string }
    await promote(modelVersion)
    let at = 0
    // A run predicts five batches that follow each other, each of which must come out whole.
    const batches = fc.array(drawn({ min: 1, max: 120 }), { minLength: 5, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(batches, async (draws) => {
        const batch = joined(draws)
        const inputUri = await rig.put(`adherence/inbox/${at++}/batch.csv`, batch.text)
        const ended = await rig.infer(project, projectUri, inputUri)
        expect(ended.status, ended.cause).toBe('SUCCEEDED')
        const predictions = await predictionsOf(ended)

        const got = new Map<string, string[]>()
        for (const { exampleKey, medicationBrand } of predictions) {
          const encounter = exampleKey.split(':')[0] ?? ''
          got.set(encounter, [...(got.get(encounter) ?? []), medicationBrand])
        }
        const sorted = (pairs: ReadonlyMap<string, readonly string[]>) =>
          [...pairs]
            .map(([key, taken]) => [key, [...taken].sort()] as const)
            .sort(([a], [b]) => a.localeCompare(b))
        expect(sorted(got)).toEqual(sorted(batch.pairs))

        for (const prediction of predictions) {
          expect(prediction.nonAdherenceProbability).toBeGreaterThanOrEqual(0)
          expect(prediction.nonAdherenceProbability).toBeLessThanOrEqual(1)
          expect(prediction.confidenceScore).toBeGreaterThanOrEqual(0)
          expect(prediction.confidenceScore).toBeLessThanOrEqual(1)
          expect(prediction.riskFactors.length).toBeGreaterThan(0)
          expect(prediction).toMatchObject({ modelVersion, patientId: expect.any(String) })
          for (const factor of prediction.riskFactors)
            expect(factor).toMatchObject({
              factorName: expect.any(String),
              importance: expect.any(Number),
              description: expect.any(String),
            })
        }
        const manifest = await rig.json(`${ended.runUri}/manifest.json`)
        expect(manifest).toMatchObject({
          modelVersion,
          predictionCount: predictions.length,
          finishedAt: expect.any(String),
        })
      }),
      // One patient alone is a file as well.
      { numRuns: 21, endOnFailure: true, examples: [[[{ seed: 1, rows: 1 }]]] },
    )
  })

  // Feature: mlops-platform, Property 51: Brand-specific feature incorporation
  it('uses the brand: what it says of a patient on insulin falls when the brand becomes metformin', async () => {
    const full = parseProject({ ...adherence, gates: [] })
    const fullUri = await rig.use(full)
    const table = [...generate({ seed: 77, encounters: 8_000 })].join('')
    const trained = await rig.train(
      full,
      fullUri,
      await rig.put('adherence/datasets/table/full/data/table.csv', table),
    )
    expect(trained.status, trained.cause).toBe('SUCCEEDED')
    await promote((trained.output as { modelVersion: string }).modelVersion)
    const evaluation = evaluationSchema.parse(await rig.json(`${trained.runUri}/evaluation.json`))
    expect(evaluation.importance.find(({ feature }) => feature === 'brand')?.meanAbsShap).toBeGreaterThan(0)

    const [header = '', ...lines] = batchOf(78, 1_500).text.trimEnd().split('\n')
    const [insulin, metformin] = [
      header.split(',').indexOf('insulin'),
      header.split(',').indexOf('metformin'),
    ]
    const onInsulin = lines
      .map((line) => line.split(','))
      .filter((cells) => cells[insulin] === 'Steady' && cells[metformin] === 'No')
    const swapped = onInsulin.map((cells) => cells.with(insulin, 'No').with(metformin, 'Steady'))
    const mean = async (name: string, rows: string[][]) => {
      const inputUri = await rig.put(
        `adherence/inbox/${name}/batch.csv`,
        `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`,
      )
      const ended = await rig.infer(full, fullUri, inputUri)
      expect(ended.status, ended.cause).toBe('SUCCEEDED')
      const predictions = (await predictionsOf(ended)).filter(
        ({ medicationBrand }) => medicationBrand === name,
      )
      return predictions.reduce((sum, each) => sum + each.nonAdherenceProbability, 0) / predictions.length
    }
    expect(await mean('metformin', swapped)).toBeLessThan((await mean('insulin', onInsulin)) - 0.01)
  })
})
