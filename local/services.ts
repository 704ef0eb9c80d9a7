/** The services of the local cloud beside its core. */
import { monitoringService } from './cloudwatch/service.ts'
import { ecrService } from './ecr/service.ts'
import { eventsService } from './events/service.ts'
import { sagemakerService } from './sagemaker/service.ts'
import { schedulerService } from './scheduler/service.ts'
import type { LocalService } from './service.ts'
import { serviceQuotasService } from './service-quotas/service.ts'
import { snsService } from './sns/service.ts'
import { statesService } from './states/service.ts'

export function services(): LocalService[] {
  const states = statesService()
  return [
    // Whoever waits for a job looks at once, instead of at the next poll.
    sagemakerService({ changed: () => states.nudge() }),
    monitoringService(),
    eventsService(),
    snsService(),
    states,
    schedulerService(),
    serviceQuotasService(),
    ecrService(),
  ]
}
