/** The experiment part of a run's item in the table: added to while the run goes on, read for lists and searches. */
import * as z from 'zod'
import { getItem, queryItems, tableKeys, updateItem } from '../table-store.ts'
import {
  type ExperimentRun,
  experimentRunSchema,
  type MlflowState,
  type RecordedFacts,
} from './experiment-run.ts'

/** Tags are attributes of their own, so that two writers of two tags do not meet. */
const tagPrefix = 'tag.'

const runItem = z.looseObject({ pipeline: z.string() }).transform((item): unknown => ({
  ...item,
  tags: Object.fromEntries(
    Object.entries(item).flatMap(([name, text]) =>
      name.startsWith(tagPrefix) ? [[name.slice(tagPrefix.length), text]] : [],
    ),
  ),
}))
const trainingItem = runItem.pipe(experimentRunSchema)
const anyItem = z.looseObject({ pipeline: z.string() })

export interface RunRecord {
  readonly runId: string
  readonly project: string
  readonly startedAt: string
  readonly facts: RecordedFacts & { readonly code: string; readonly environment: string }
}

/**
 * Adds what is known by now; what is given again replaces what was given before, so that a retry changes nothing.
 * An execution that was started by hand has no item yet: it gets one, unattributed.
 */
export async function recordFacts({ runId, project, startedAt, facts }: RunRecord): Promise<void> {
  await updateItem(tableKeys.run(runId), {
    set: { ...facts },
    setIfAbsent: {
      runId,
      project,
      startedAt,
      pipeline: 'training',
      requestedBy: 'unattributed',
      status: 'RUNNING',
      progress: -1,
      gsi1pk: tableKeys.runs(project),
      gsi1sk: startedAt,
    },
  })
}

export type TrialRecord = Omit<ExperimentRun, 'tags' | 'mlflow'> & { readonly parentRun: string }

/** A trial of a search is a run of its own; told again, it is as it was told last. */
export async function putTrial({ runId, ...facts }: TrialRecord): Promise<void> {
  await updateItem(tableKeys.run(runId), {
    set: {
      ...facts,
      runId,
      pipeline: 'training',
      progress: 1,
      gsi1pk: tableKeys.runs(facts.project),
      gsi1sk: facts.startedAt,
    },
  })
}

/** `false` when there is no such run. */
export const recordMlflow = (runId: string, mlflow: MlflowState): Promise<boolean> =>
  updateItem(tableKeys.run(runId), { set: { mlflow }, condition: 'attribute_exists(pk)' })

/** `false` when there is no such run. */
export async function tagRun(runId: string, name: string, text: string): Promise<boolean> {
  return await updateItem(tableKeys.run(runId), {
    set: { [`${tagPrefix}${name}`]: text },
    condition: 'attribute_exists(pk)',
  })
}

export async function getExperimentRun(runId: string): Promise<ExperimentRun | undefined> {
  return await getItem(tableKeys.run(runId), trainingItem)
}

/** The trainings of a project, newest first, as they are read. */
export async function* trainingRuns(project: string): AsyncGenerator<ExperimentRun> {
  for await (const item of queryItems(tableKeys.runs(project), anyItem, { index: 'gsi1' }))
    if (item.pipeline === 'training') yield trainingItem.parse(item)
}
