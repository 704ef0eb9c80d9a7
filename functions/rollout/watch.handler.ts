/** watch-deployment: whether a new version may go on, by its answers beside those of the version before. */
import { z } from 'zod'
import { door } from '../door.ts'
import { deployment } from '../layout.ts'
import { putJson } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { runContext } from '../stages.ts'
import { gatherEvidence } from './evidence-store.ts'
import { type Check, judge } from './judge.ts'

export const handler = door({
  input: runContext.extend({
    project: z.string(),
    version: z.string(),
    champion: z.string().nullable(),
    step: z.int().min(0),
  }),
  output: z.object({
    passed: z.boolean(),
    /** Names of the checks that failed. */
    failed: z.array(z.string()),
    evidenceUri: z.string(),
  }),
  async run({ project: id, projectUri, runUri, version, champion, step }, logger) {
    const project = await loadProject(projectUri)
    const checks =
      champion === null ? [] : await compare({ project, projectUri, champion, challenger: version })
    const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name)
    const evidenceUri = deployment.watch(runUri, step)
    await putJson(evidenceUri, { version, champion, step, at: new Date().toISOString(), checks })
    logger.info('watched', { project: id, version, champion, step, failed })
    return { passed: failed.length === 0, failed, evidenceUri }
  },
})

/** A version that cannot answer is judged by that alone. */
async function compare(contenders: Parameters<typeof gatherEvidence>[0]): Promise<Check[]> {
  try {
    return judge(await gatherEvidence(contenders))
  } catch (error) {
    const name = error instanceof Error ? error.name : 'Error'
    if (['ServiceUnavailable', 'Conflict'].includes(name)) throw error
    const reason = `the two versions could not be compared: ${name}`
    return [{ name: 'answers', passed: false, value: null, limit: 0, reason }]
  }
}
