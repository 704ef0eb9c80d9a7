/** A training's objective round by round, as SageMaker has it: read from what the job prints. */
import * as z from 'zod'
import { readStepMetrics } from '../../functions/experiments/step-metrics.ts'
import { trainingLogGroup } from '../../functions/experiments/training-log-group.ts'
import { ownerPrincipal } from '../owner-principal.ts'
import type { Cloud } from '../service.ts'

const answer = z.object({ events: z.array(z.object({ message: z.string() })) })

/** @param metric `validation:auc`. @returns one value per round that was printed; none before the first */
export async function objectiveCurve(cloud: Cloud, training: string, metric: string): Promise<number[]> {
  const asked = { logGroupName: trainingLogGroup, logStreamNamePrefix: `${training}/` }
  const { events } = answer.parse(await cloud.call('logs', 'FilterLogEvents', asked, ownerPrincipal(cloud)))
  const { series } = readStepMetrics(events.map(({ message }) => message))
  return (series[metric.replace(':', '-')] ?? []).filter((value) => value !== null)
}
