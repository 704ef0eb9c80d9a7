/** The door of training: settles the job's hyperparameters, or refuses before the job is paid for. */
import { door } from '../door.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { planTraining } from './plan-training.ts'

export const handler = door({
  ...contracts.planTraining,
  async run(request, logger) {
    const project = await loadProject(request.projectUri)
    const plan = planTraining({ ...request, project })
    logger.info('training planned', { hyperparameters: Object.keys(plan.hyperparameters) })
    return plan
  },
})
