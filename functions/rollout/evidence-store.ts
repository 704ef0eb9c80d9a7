/** The rows that a new version is tried on: the newest batch as it came, and rows whose outcomes are known. */
import * as z from 'zod'
import { part } from '../dataset/part.ts'
import { readLedger } from '../deployment/ledger-store.ts'
import { labelsOf } from '../drift/label-examples.ts'
import { readDeliveries } from '../drift/labels-store.ts'
import { evaluationSchema } from '../evaluation/evaluation.ts'
import { readExamples, readExamplesParquet } from '../features/example-store.ts'
import type { Examples } from '../features/examples.ts'
import { inferenceRun, trainingRun } from '../layout.ts'
import { getJson, list } from '../object-store.ts'
import type { Project } from '../project.ts'
import { getModel } from '../registry/model-store.ts'
import { noCounts } from '../scoring/online-counts.ts'
import { readCounts } from '../scoring/online-counts-store.ts'
import { pickExamples } from '../scoring/pick-examples.ts'
import { listRuns } from '../starter/run-store.ts'
import type { Evidence, LabelledAnswers } from './judge.ts'
import type { OnlineEvidence } from './online-checks.ts'
import { answersOf, loadVersion } from './versions-store.ts'

/** Beyond, the figures do not change any more. */
const mostRows = 20_000
/** Fewer labels, or fewer of a class, tell nothing of a version. */
const leastLabels = 100
const leastOfClass = 10
/** Runs that are looked through for the newest batch. */
const recentRuns = 50

export interface Contenders {
  readonly project: Project
  readonly projectUri: string
  readonly champion: string
  readonly challenger: string
}

/**
 * Whatever is missing leaves its part of the evidence out.
 * @returns `undefined` when the version in production cannot be loaded: it is no reason to keep another one out
 * @throws what the challenger fails with
 */
export async function gatherEvidence(contenders: Contenders): Promise<Evidence | undefined> {
  const { project, projectUri } = contenders
  const [championModel, challengerModel] = await Promise.all([
    getModel(project.id, contenders.champion),
    getModel(project.id, contenders.challenger),
  ])
  const challenger = await loadVersion(project.id, projectUri, contenders.challenger)
  const champion = await loadVersion(project.id, projectUri, contenders.champion).catch(unlessUnreadable)
  if (champion === undefined) return undefined
  const batch = await newestBatch(project)
  const recent = await newestLabelled(project)
  const tested = recent ?? (await testSide(championModel.evaluationUri, project))
  return {
    task: project.task,
    engines: { champion: championModel.engine, challenger: challengerModel.engine },
    live: batch === undefined ? undefined : answersOf(champion, challenger, batch),
    labelled:
      tested === undefined
        ? undefined
        : withLabels(
            tested,
            { ...answersOf(champion, challenger, tested), recent: recent !== undefined },
            project,
          ),
    online: await onlineCounts(project.id, contenders),
    evaluations: {
      champion: evaluationSchema.parse(await getJson(championModel.evaluationUri)),
      challenger: evaluationSchema.parse(await getJson(challengerModel.evaluationUri)),
    },
    seed: project.split.seed,
  }
}

/** Of the entry that is live; `undefined` where the two do not share the entities. */
async function onlineCounts(
  project: string,
  { champion, challenger }: Contenders,
): Promise<OnlineEvidence | undefined> {
  const [newest] = await readLedger(project)
  if (newest?.challenger?.version !== challenger) return undefined
  const counts = await readCounts(project, newest.sequence)
  return { champion: counts.get(champion) ?? noCounts, challenger: counts.get(challenger) ?? noCounts }
}

/** Rows that a version can be tried on before it has any traffic; `undefined` where no run has left any. */
export async function trialRows(project: Project, version: string): Promise<Examples | undefined> {
  const { evaluationUri } = await getModel(project.id, version)
  return (await testSide(evaluationUri, project)) ?? (await newestBatch(project))
}

/** A service that does not answer is asked again; an artifact that is damaged or gone stays so. */
function unlessUnreadable(error: unknown): undefined {
  if (
    error instanceof Error &&
    ['ModelUnreadable', 'NoSuchKey', 'NotFound', 'SyntaxError'].includes(error.name)
  )
    return undefined
  throw error
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
  const [newest] = await batches(project)
  return newest === undefined ? undefined : await examplesOf(newest, project)
}

/** The newest batch of which enough labels have arrived to tell two versions apart. */
async function newestLabelled(project: Project): Promise<Examples | undefined> {
  for (const runUri of await batches(project)) {
    const deliveries = await readDeliveries(runUri)
    if (deliveries.length === 0) continue
    const examples = await examplesOf(runUri, project)
    if (examples === undefined) continue
    const known = labelsOf(examples, deliveries)
    const labels = Float64Array.from(examples.exampleKeys, (key) => known.get(key) ?? Number.NaN)
    const labelled = some({ ...examples, labels }, isLabelled)
    if (labelled !== undefined && isEnough(labelled.labels, project.task)) return labelled
  }
  return undefined
}

function isEnough(labels: Float64Array, task: Project['task']): boolean {
  const cases = labels.reduce((sum, label) => sum + (label > 0.5 ? 1 : 0), 0)
  return (
    labels.length >= leastLabels &&
    (task === 'regression' || Math.min(cases, labels.length - cases) >= leastOfClass)
  )
}

/** Newest first. */
async function batches(project: Project): Promise<string[]> {
  const runs = await listRuns(project.id, recentRuns)
  return runs.flatMap(({ pipeline, status, runUri }) =>
    pipeline === 'inference' && status === 'SUCCEEDED' && runUri !== undefined ? [runUri] : [],
  )
}

async function examplesOf(runUri: string, project: Project): Promise<Examples | undefined> {
  const [first] = z.array(part).parse(await getJson(inferenceRun.plan(runUri)))
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
  'NoSuchKey',
  'NotFound',
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
