/** Door: reads the source once and writes `plan.json`, the parts that every later state maps over. */
import { door } from '../door.ts'
import { inferenceRun, trainingRun } from '../layout.ts'
import { putJson } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { planSource } from './plan-store.ts'

export const handler = door({
  ...contracts.planParts,
  async run({ projectUri, runUri, purpose, sourceUri, partBytes }, logger) {
    const project = await loadProject(projectUri)
    const plan = await planSource(sourceUri, project.source, purpose, partBytes)
    if (plan.ignored.length > 0)
      logger.warn('columns outside the schema contract are ignored', { columns: plan.ignored })
    const planUri = (purpose === 'training' ? trainingRun : inferenceRun).plan(runUri)
    await putJson(planUri, plan.parts)
    logger.info('planned', { parts: plan.parts.length, rows: plan.rows, bytes: plan.bytes })
    return { planUri, parts: plan.parts.length, bytes: plan.bytes }
  },
})
