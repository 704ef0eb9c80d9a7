/** ListTrainingJobs: filtered, sorted, in pages. */
import * as z from 'zod'
import { acceptInput, timestamp } from '../accept-input.ts'
import { nextPage } from '../next-page.ts'
import type { Json } from '../service.ts'
import type { TrainingJob } from './training-job.ts'

const request = z.object({
  CreationTimeAfter: timestamp.optional(),
  CreationTimeBefore: timestamp.optional(),
  LastModifiedTimeAfter: timestamp.optional(),
  LastModifiedTimeBefore: timestamp.optional(),
  NameContains: z.string().max(63).optional(),
  StatusEquals: z.enum(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']).optional(),
  SortBy: z.enum(['Name', 'CreationTime', 'Status']).default('CreationTime'),
  SortOrder: z.enum(['Ascending', 'Descending']).default('Descending'),
  MaxResults: z.int().min(1).max(100).default(10),
  NextToken: z.string().optional(),
})

const sortKey = {
  Name: (job: TrainingJob) => job.name,
  CreationTime: (job: TrainingJob) => `${job.createdAt} ${job.name}`,
  Status: (job: TrainingJob) => `${job.status} ${job.name}`,
}

export function listTrainingJobs(input: Json, all: readonly TrainingJob[]): Json {
  const filter = acceptInput(request, input)
  const inside = (at: string, after: Date | undefined, before: Date | undefined) =>
    (after === undefined || Date.parse(at) >= after.getTime()) &&
    (before === undefined || Date.parse(at) <= before.getTime())
  const key = sortKey[filter.SortBy]
  const direction = filter.SortOrder === 'Ascending' ? 1 : -1
  const found = all
    .filter(
      (job) =>
        (filter.NameContains === undefined || job.name.includes(filter.NameContains)) &&
        (filter.StatusEquals === undefined || job.status === filter.StatusEquals) &&
        inside(job.createdAt, filter.CreationTimeAfter, filter.CreationTimeBefore) &&
        inside(job.modifiedAt, filter.LastModifiedTimeAfter, filter.LastModifiedTimeBefore),
    )
    .sort((a, b) => direction * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
  const { page, ...more } = nextPage(found, filter.MaxResults, filter.NextToken)
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
