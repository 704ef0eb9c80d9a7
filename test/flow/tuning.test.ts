/** A search through the real training state machine: trials on record, the best of them evaluated and registered. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ExperimentRun } from '../../functions/experiments/experiment-run.ts'
import { parseProject } from '../../functions/project.ts'
import { type Rig, startRig } from '../../local/rig/rig.ts'
import { generate } from '../../projects/adherence/generate.ts'
import { project as adherence } from '../../projects/adherence/project.ts'
import { runCommand } from '../builders/run-command.ts'

const project = parseProject({
  ...adherence,
  gates: [],
  hyperparameters: { ...adherence.hyperparameters, num_round: 10, early_stopping_rounds: 5 },
})

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
  await rig.platform.group(project.id)
})
afterAll(() => rig.stop())

test('the best trial goes on, and every trial is a run below the one that searched', async () => {
  const projectUri = await rig.use(project)
  const table = [...generate({ seed: 51, encounters: 1_500 })].join('')
  const uri = await rig.put('adherence/datasets/table/v1/data/table.csv', table)
  const ended = await rig.train(project, projectUri, uri, {
    name: 'table',
    version: 'v1',
    experiment: 'wards',
    tuning: {
      objective: 'validation:auc',
      strategy: 'bayesian',
      maxJobs: 5,
      parallelJobs: 2,
      earlyStopping: false,
      ranges: {
        eta: { min: 0.02, max: 0.5, scale: 'logarithmic' },
        max_depth: { min: 2, max: 5, scale: 'auto' },
      },
    },
  })
  expect(ended.status, ended.cause).toBe('SUCCEEDED')
  const { trainingRuns } = await import('../../functions/experiments/run-record-store.ts')
  const runs: ExperimentRun[] = []
  for await (const run of trainingRuns(project.id)) runs.push(run)
  const trials = runs.filter(({ parentRun }) => parentRun === ended.runId)
  expect(trials.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'SUCCEEDED'))
  expect(new Set(trials.map(({ experiment }) => experiment))).toEqual(new Set(['wards']))
  const objective = (run: ExperimentRun) => run.metrics['validation:auc'] ?? 0
  const best = trials.toSorted((one, other) => objective(other) - objective(one))[0]
  const parent = runs.find(({ runId }) => runId === ended.runId)
  expect(parent?.trainingJobName).toBe(best?.trainingJobName)
  expect(parent?.params).toEqual(best?.params)
  const { listModels } = await import('../../functions/registry/model-store.ts')
  const [model] = await listModels(project.id)
  expect(model?.hyperparameters).toEqual(best?.params)
  expect(model?.modelUri).toContain(best?.trainingJobName)
  const steps = (await rig.json(best?.artifacts.steps ?? '')) as { series: Record<string, number[]> }
  expect(steps.series['validation-auc']?.length).toBeGreaterThan(1)
  const listed = await listedBy('--parent', ended.runId)
  expect(listed.toSorted()).toEqual(trials.map(({ runId }) => runId).toSorted())
  expect(await listedBy('--parent', ended.runId, '--experiment', 'no such one')).toEqual([])
}, 120_000)

/** The runs that `regimen experiments list` names. */
async function listedBy(...options: readonly string[]): Promise<string[]> {
  const { stdout } = await runCommand('experiments', 'list', ...options, '--json')
  return (JSON.parse(stdout) as ExperimentRun[]).map(({ runId }) => runId)
}
