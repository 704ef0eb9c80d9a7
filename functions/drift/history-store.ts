/** The lines that each run of a model leaves for the later ones: one object a run, so that none is read and written back. */
import { driftState } from '../layout.ts'
import { getJson, list, putJson } from '../object-store.ts'
import { type DriftHistoryLine, driftHistoryLineSchema } from './drift.ts'

/** Runs that a report shows. */
const mostRuns = 60
const atOnce = 16

/** The newest lines of other runs that started before, oldest first. */
export async function readHistory(
  root: string,
  modelVersion: string,
  own: { readonly runId: string; readonly at: string },
): Promise<DriftHistoryLine[]> {
  const found = await list(driftState.historyPrefix(root, modelVersion))
  const uris = found
    .map(({ uri }) => uri)
    .sort()
    .slice(-mostRuns - 1)
  const lines: DriftHistoryLine[] = []
  for (let start = 0; start < uris.length; start += atOnce) {
    const read = await Promise.all(uris.slice(start, start + atOnce).map(getJson))
    lines.push(...read.map((line) => driftHistoryLineSchema.parse(line)))
  }
  return lines.filter(({ runId, at }) => runId !== own.runId && at <= own.at)
}

export const writeHistory = (root: string, modelVersion: string, runUri: string, line: DriftHistoryLine) =>
  putJson(driftState.history(root, modelVersion, line.at, runUri), line)
