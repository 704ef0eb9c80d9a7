/** The rows that a new version is tried on: the newest batch as it came, and the champion's test side with its outcomes. */
import { z } from 'zod'
import { evaluationSchema } from '../evaluation/evaluation.ts'
import { readExamples, readExamplesParquet } from '../features/example-store.ts'
import type { Examples } from '../features/examples.ts'
import { inferenceRun, trainingRun } from '../layout.ts'
import { getJson, list } from '../object-store.ts'
import type { Project } from '../project.ts'
import { getModel } from '../registry/model-store.ts'
import { pickExamples } from '../scoring/pick-examples.ts'
import { part } from '../stages.ts'
import { listRuns } from '../starter/run-store.ts'
import type { Evidence, LabelledAnswers } from './judge.ts'
import { answersOf, loadVersion } from './versions-store.ts'

/** Beyond, the figures do not change any more. */
const mostRows = 20_000
/** Runs that are looked through for the newest batch. */
const recentRuns = 50

export interface Contenders {
  readonly project: Project
  readonly projectUri: string
  readonly champion: string
  readonly challenger: string
}

/** @throws what the challenger fails with; whatever else is missing leaves its part of the evidence out. */
export async function gatherEvidence(contenders: Contenders): Promise<Evidence> {
  const { project, projectUri } = contenders
  const [championModel, challengerModel] = await Promise.all([
    getModel(project.id, contenders.champion),
    getModel(project.id, contenders.challenger),
  ])
  const champion = await loadVersion(project.id, projectUri, contenders.champion)
  const challenger = await loadVersion(project.id, projectUri, contenders.challenger)
  const [batch, tested] = [await newestBatch(project), await testSide(championModel.evaluationUri, project)]
  return {
    task: project.task,
    engines: { champion: championModel.engine, challenger: challengerModel.engine },
    live: batch === undefined ? undefined : answersOf(champion, challenger, batch),
    labelled:
      tested === undefined ? undefined : withLabels(tested, answersOf(champion, challenger, tested), project),
    evaluations: {
      champion: evaluationSchema.parse(await getJson(championModel.evaluationUri)),
      challenger: evaluationSchema.parse(await getJson(challengerModel.evaluationUri)),
    },
    seed: project.split.seed,
  }
}

/** Rows that a version can be tried on before it has any traffic; `undefined` where no run has left any. */
export async function trialRows(project: Project, version: string): Promise<Examples | undefined> {
  const { evaluationUri } = await getModel(project.id, version)
  return (await testSide(evaluationUri, project)) ?? (await newestBatch(project))
}

const withLabels = (
  examples: Examples,
  answers: Omit<LabelledAnswers, 'labels' | 'groups'>,
  project: Project,
) => ({
  ...answers,
  labels: examples.labels,
  groups: Object.fromEntries(project.groups.map((column) => [column, examples.extra[column] ?? []])),
})

async function newestBatch(project: Project): Promise<Examples | undefined> {
  const runs = await listRuns(project.id, recentRuns)
  const newest = runs.find(({ pipeline, status }) => pipeline === 'inference' && status === 'SUCCEEDED')
  if (newest?.runUri === undefined) return undefined
  const [first] = z.array(part).parse(await getJson(inferenceRun.plan(newest.runUri)))
  if (first === undefined) return undefined
  try {
    return some(await readExamples(first, project))
  } catch (error) {
    // A batch may be gone by its retention, or made for an earlier contract.
    if (error instanceof Error && unreadable.has(error.name)) return undefined
    throw error
  }
}

const unreadable = new Set([
  'DatasetChanged',
  'DatasetUnreadable',
  'DatasetSchemaMismatch',
  'FeatureContractBroken',
])

async function testSide(evaluationUri: string, project: Project): Promise<Examples | undefined> {
  const runUri = evaluationUri.slice(0, evaluationUri.lastIndexOf('/'))
  const first = trainingRun.examplesPart(runUri, 'test', 0)
  const [part] = await list(first.slice(0, first.lastIndexOf('/') + 1))
  return part === undefined ? undefined : some(await readExamplesParquet(part.uri, project), isLabelled)
}

const isLabelled = (examples: Examples, row: number) => !Number.isNaN(examples.labels[row])

/** Rows evenly spread; `undefined` for none. */
function some(examples: Examples, keep: (examples: Examples, row: number) => boolean = () => true) {
  const rows = Array.from({ length: examples.rows }, (_, row) => row).filter((row) => keep(examples, row))
  if (rows.length === 0) return undefined
  const step = Math.ceil(rows.length / mostRows)
  return pickExamples(
    examples,
    rows.filter((_, at) => at % step === 0),
  )
}
