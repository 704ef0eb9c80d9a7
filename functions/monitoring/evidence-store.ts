/** What monitoring looks at: the windows of the version in production, and the data that a challenger could learn from. */
import { listDatasets } from '../dataset/dataset-store.ts'
import { statusOf } from '../dataset/review-store.ts'
import { readLedger } from '../deployment/ledger-store.ts'
import { readHistory } from '../drift/history-store.ts'
import { performanceSchema } from '../drift/performance.ts'
import { driftState } from '../layout.ts'
import { getJson, list } from '../object-store.ts'
import { getModel } from '../registry/model-store.ts'
import { isRunning } from '../starter/execution-store.ts'
import { getRun, hasEnded } from '../starter/run-store.ts'
import type { Retraining } from './monitor-state.ts'
import type { Candidate } from './retraining.ts'
import { type Window, windowsOf } from './window.ts'

/** As many as are remembered of each signal. */
const newest = 30

/** `undefined` before the first version. */
export async function versionInProduction(project: string): Promise<string | undefined> {
  return (await readLedger(project))[0]?.version
}

/** @param root `s3://<bucket>/<project>` */
export async function readWindows(root: string, modelVersion: string, at: string): Promise<Window[]> {
  const found = await list(driftState.performancePrefix(root, modelVersion))
  const uris = found
    .map(({ uri }) => uri)
    .sort()
    .slice(-newest)
  const [history, performances] = await Promise.all([
    readHistory(root, modelVersion, { runId: '', at }),
    Promise.all(uris.map(async (uri) => performanceSchema.parse(await getJson(uri)))),
  ])
  return windowsOf(history, performances)
}

/** Versions of the dataset that made the version in production, but the one that did. */
export async function readCandidates(
  project: string,
  modelVersion: string,
  environment: string,
): Promise<Candidate[]> {
  const { datasetName, datasetVersion } = await getModel(project, modelVersion)
  const versions = (await listDatasets(project)).filter(
    ({ name, version }) => name === datasetName && version !== datasetVersion,
  )
  const strict = environment === 'staging' || environment === 'prod'
  const candidates: Candidate[] = []
  for (const item of versions) {
    const status = await statusOf(item)
    if (strict ? status !== 'approved' : status === 'rejected') continue
    const { name, version, uri, rows, createdAt } = item
    candidates.push({ name, version, uri, rows, createdAt })
  }
  return candidates
}

/**
 * Whether the place of a retraining is free again. A lease that is over is not believed but looked at: a training may take
 * longer, or wait for its turn; one that nobody knows of is lost.
 */
export async function isRetrainingOver(retraining: Retraining | null, at: string): Promise<boolean> {
  if (retraining === null) return false
  const { runId, leaseUntil } = retraining
  // One that has no run yet is still to be started, by whoever looks next.
  const run = runId === undefined ? undefined : await getRun(runId)
  if (run !== undefined && hasEnded(run)) return true
  if (at < leaseUntil) return false
  if (run?.status === 'QUEUED') return false
  return run?.executionArn === undefined || !(await isRunning(run.executionArn))
}
