/** The training jobs of a tuning job, as SageMaker tells of them. */
import {
  paginateListTrainingJobsForHyperParameterTuningJob,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { namedFault } from '../service-fault.ts'

const client = new SageMakerClient({})

export interface Trial {
  /** Of the training job. */
  readonly name: string
  readonly status: 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'RUNNING'
  readonly startedAt: string
  readonly endedAt?: string
  readonly tuned: Readonly<Record<string, string>>
  readonly objective?: { readonly name: string; readonly value: number }
}

const statuses: Readonly<Record<string, Trial['status']>> = {
  Completed: 'SUCCEEDED',
  Failed: 'FAILED',
  Stopped: 'ABORTED',
}

/** In the order in which they were begun. @throws RegimenError `ServiceUnavailable` */
export async function listTrials(tuningJobName: string): Promise<Trial[]> {
  const trials: Trial[] = []
  const asked = {
    HyperParameterTuningJobName: tuningJobName,
    MaxResults: 100,
    SortBy: 'CreationTime',
  } as const
  try {
    const pages = paginateListTrainingJobsForHyperParameterTuningJob(
      { client },
      { ...asked, SortOrder: 'Ascending' },
    )
    for await (const { TrainingJobSummaries: summaries = [] } of pages)
      for (const each of summaries) {
        const { MetricName: name, Value: value } = each.FinalHyperParameterTuningJobObjectiveMetric ?? {}
        trials.push({
          name: each.TrainingJobName ?? '',
          status: statuses[each.TrainingJobStatus ?? ''] ?? 'RUNNING',
          startedAt: (each.TrainingStartTime ?? each.CreationTime ?? new Date(0)).toISOString(),
          ...(each.TrainingEndTime === undefined ? {} : { endedAt: each.TrainingEndTime.toISOString() }),
          tuned: each.TunedHyperParameters ?? {},
          ...(name === undefined || value === undefined ? {} : { objective: { name, value } }),
        })
      }
  } catch (error) {
    throw namedFault(error, 'the trials of a tuning job could not be listed')
  }
  return trials
}
