/** watch-deployment: whether a new version may go on, by its answers beside those of the version before. */
import * as z from 'zod'
import { door } from '../door.ts'
import { deployment } from '../layout.ts'
import { putJson } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { getModel } from '../registry/model-store.ts'
import { readPackage } from '../registry/package-store.ts'
import { runContext } from '../stages.ts'
import type { Check } from './check.ts'
import { gatherEvidence } from './evidence-store.ts'
import { judge } from './judge.ts'
import { checksumOf } from './versions-store.ts'

export const handler = door({
  input: runContext.extend({
    project: z.string(),
    version: z.string(),
    champion: z.string().nullable(),
    step: z.int().min(0),
    /** Of model, encoder and decision when the version was tried. */
    checksum: z.string(),
  }),
  output: z.object({
    passed: z.boolean(),
    /** Names of the checks that failed. */
    failed: z.array(z.string()),
    evidenceUri: z.string(),
  }),
  async run({ project: id, projectUri, runUri, version, champion, step, checksum }, logger) {
    const project = await loadProject(projectUri)
    const compared =
      champion === null ? [] : await compare({ project, projectUri, champion, challenger: version })
    const checks = [await stillApproved(id, version), await stillTheSame(id, version, checksum), ...compared]
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
    const evidence = await gatherEvidence(contenders)
    if (evidence !== undefined) return judge(evidence)
    const reason = 'not measured: the version in production cannot be loaded'
    return [{ name: 'comparison', passed: true, value: null, limit: 0, reason }]
  } catch (error) {
    const name = error instanceof Error ? error.name : 'Error'
    if (['ServiceUnavailable', 'Conflict'].includes(name)) throw error
    const reason = `the two versions could not be compared: ${name}`
    return [{ name: 'answers', passed: false, value: null, limit: 0, reason }]
  }
}

/** Whoever thinks better of a version rejects it, and need not know of its deployment. */
async function stillApproved(project: string, version: string): Promise<Check> {
  const { packageArn } = await getModel(project, version)
  const status = (await readPackage(packageArn))?.approval ?? 'missing'
  return fact('approval', status === 'Approved', `the registry says ${status}`)
}

async function stillTheSame(project: string, version: string, tried: string): Promise<Check> {
  const found = await checksumOf(project, version).catch((error: unknown) =>
    error instanceof Error ? error.name : 'Error',
  )
  const isSame = found === tried
  return fact(
    'artifact',
    isSame,
    isSame
      ? 'model, encoder and decision are those that were tried'
      : 'model, encoder or decision is not what was tried, or cannot be read',
  )
}

const fact = (name: string, passed: boolean, reason: string): Check => ({
  name,
  passed,
  value: null,
  limit: 0,
  reason,
})
