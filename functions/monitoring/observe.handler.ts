/** observe-windows: looks at the windows of the version in production, tells people, and asks for a challenger. */
import * as z from 'zod'
import { door } from '../door.ts'
import { driftState } from '../layout.ts'
import { loadProject } from '../project-store.ts'
import { repairModels } from '../registry/model-store.ts'
import { requiredVariable } from '../required-variable.ts'
import { runContext } from '../stages.ts'
import { advance, phaseOf } from './advance.ts'
import { isRetrainingOver, readCandidates, readWindows, versionInProduction } from './evidence-store.ts'
import { noticeKinds } from './monitor-state.ts'
import { changeMonitor } from './monitor-store.ts'
import { takeNotices } from './notices.ts'
import { tellNotices } from './notices-store.ts'
import { decideRetraining, releaseRetraining } from './retraining.ts'

export const handler = door({
  input: runContext.extend({ project: z.string(), at: z.iso.datetime() }),
  output: z.object({
    modelVersion: z.string().nullable(),
    phase: z.enum(['quiet', 'violated', 'alerting', 'recovering']),
    episode: z.string().nullable(),
    /** What people were told now. */
    notices: z.array(z.enum(noticeKinds)),
    /** A training that is to be started under this key. */
    retraining: z
      .object({
        key: z.string(),
        dataset: z.object({ name: z.string(), version: z.string(), uri: z.string() }),
      })
      .nullable(),
    reason: z.string(),
  }),
  async run({ project: id, projectUri, runId, runUri, at }, logger) {
    const { monitoring: rule } = await loadProject(projectUri)
    const root = driftState.rootOf(runUri)
    const repaired = await repairModels(id)
    if (repaired.length > 0) logger.warn('versions that the table did not know', { project: id, repaired })
    let reason = ''
    // Everything is read after the state that it is held against: a look that was overtaken does not bring an old version back.
    const state = await changeMonitor(id, async (before) => {
      const modelVersion = await versionInProduction(id)
      if (modelVersion === undefined) return before
      const windows = await readWindows(root, modelVersion, at)
      const candidates = await readCandidates(id, modelVersion, requiredVariable('ENVIRONMENT'))
      const over = await isRetrainingOver(before.retraining, at)
      const looked = advance(before, { at, modelVersion, windows }, rule)
      const decided = decideRetraining(releaseRetraining(looked, over), { at, candidates }, rule)
      reason = decided.reason
      return takeNotices(decided.state, runId, at)
    })
    const { modelVersion } = state
    if (modelVersion === null)
      return {
        modelVersion,
        phase: 'quiet' as const,
        episode: null,
        notices: [],
        retraining: null,
        reason: 'no version is in production',
      }
    const notices = (await tellNotices(state, runId)).map(({ kind }) => kind)
    const { episode, retraining } = state
    const phase = phaseOf(state, rule)
    logger.info('windows', { project: id, modelVersion, phase, notices, reason })
    return {
      modelVersion,
      phase,
      episode: episode?.id ?? null,
      notices,
      // Asked for again until it is known to have begun: the key makes it one.
      retraining:
        retraining === null || retraining.runId !== undefined
          ? null
          : { key: retraining.key, dataset: retraining.dataset },
      reason,
    }
  },
})
