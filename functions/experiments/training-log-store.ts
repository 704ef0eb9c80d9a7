/** What a training job prints, from CloudWatch Logs: there while the job runs. */
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs'
import { namedFault } from '../service-fault.ts'
import { readStepMetrics, type StepMetrics } from './step-metrics.ts'
import { trainingLogGroup } from './training-log-group.ts'

/** No steps where the job has not printed anything yet. @throws RegimenError `ServiceUnavailable` */
export async function readTrainingSteps(trainingJobName: string): Promise<StepMetrics> {
  const lines: string[] = []
  try {
    const pages = paginateFilterLogEvents(
      { client: new CloudWatchLogsClient({}) },
      { logGroupName: trainingLogGroup, logStreamNamePrefix: `${trainingJobName}/` },
    )
    for await (const { events = [] } of pages) lines.push(...events.map(({ message = '' }) => message))
  } catch (error) {
    // The group comes into being with the account's first job.
    if (!(error instanceof Error && error.name === 'ResourceNotFoundException'))
      throw namedFault(error, 'the log of the training job was not read')
  }
  return readStepMetrics(lines)
}
