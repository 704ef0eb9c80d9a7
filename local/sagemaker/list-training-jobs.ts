import type { Json } from '../service.ts'
import { listPage } from './listing.ts'
import { type TrainingJob, trainingJobSchema } from './training-job.ts'

export function listTrainingJobs(input: Json, all: readonly TrainingJob[]): Json {
  const { page, ...more } = listPage(input, all, { statuses: trainingJobSchema.shape.status.options })
  return {
    TrainingJobSummaries: page.map((job) => ({
      TrainingJobName: job.name,
      TrainingJobArn: job.arn,
      CreationTime: new Date(job.createdAt),
      ...(job.trainingEndedAt === undefined ? {} : { TrainingEndTime: new Date(job.trainingEndedAt) }),
      LastModifiedTime: new Date(job.modifiedAt),
      TrainingJobStatus: job.status,
      SecondaryStatus: job.secondaryStatus,
    })),
    ...more,
  }
}
