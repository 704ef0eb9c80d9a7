/** A training job: what is kept of it, how its status moves, and how the API describes it. */
import * as z from 'zod'
import type { Json } from '../service.ts'

export const trainingJobSchema = z.object({
  name: z.string(),
  arn: z.string(),
  roleArn: z.string(),
  /** The CreateTrainingJob input as it came; DescribeTrainingJob echoes it. */
  request: z.record(z.string(), z.unknown()),
  status: z.enum(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']),
  secondaryStatus: z.string(),
  transitions: z.array(
    z.object({
      Status: z.string(),
      StartTime: z.string(),
      EndTime: z.string().optional(),
      StatusMessage: z.string(),
    }),
  ),
  createdAt: z.string(),
  trainingStartedAt: z.string().optional(),
  trainingEndedAt: z.string().optional(),
  modifiedAt: z.string(),
  failureReason: z.string().optional(),
  artifacts: z.string().optional(),
  metrics: z
    .array(z.object({ MetricName: z.string(), Value: z.number(), Timestamp: z.string() }))
    .default([]),
  /** How often the training process was started; one restart is allowed. */
  attempts: z.int(),
  /** A pid alone may have been given to another process meanwhile; with its start time it is one process. */
  process: z.object({ pid: z.int(), startTime: z.string() }).optional(),
})
export type TrainingJob = z.output<typeof trainingJobSchema>

/** The messages of SecondaryStatusTransitions. */
const messages: Readonly<Record<string, string>> = {
  Starting: 'Starting the training job',
  Pending: 'Waiting for a free place: the local cloud limits the training jobs that run at once',
  Downloading: 'Downloading input data',
  Training: 'Training image download completed. Training in progress.',
  Uploading: 'Uploading generated training model',
  Completed: 'Training job completed',
  Stopping: 'Stopping the training job',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Training job runtime exceeded MaxRuntimeInSeconds provided',
  Failed: 'Training job failed',
}

const finalStatus: Readonly<Record<string, TrainingJob['status']>> = {
  Completed: 'Completed',
  Failed: 'Failed',
  Stopped: 'Stopped',
  MaxRuntimeExceeded: 'Stopped',
  Stopping: 'Stopping',
}

/** The job after it entered a secondary status; the primary status follows from it. */
export function enter(job: TrainingJob, secondaryStatus: string, now: Date): TrainingJob {
  if (job.secondaryStatus === secondaryStatus) return job
  const at = now.toISOString()
  const status = finalStatus[secondaryStatus] ?? 'InProgress'
  const ended = status !== 'InProgress' && status !== 'Stopping'
  const earlier = job.transitions.map((step) =>
    step.EndTime === undefined ? { ...step, EndTime: at } : step,
  )
  return {
    ...job,
    status,
    secondaryStatus,
    modifiedAt: at,
    ...(secondaryStatus === 'Downloading' && job.trainingStartedAt === undefined
      ? { trainingStartedAt: at }
      : {}),
    ...(ended && job.trainingStartedAt !== undefined ? { trainingEndedAt: at } : {}),
    transitions: [
      ...earlier,
      {
        Status: secondaryStatus,
        StartTime: at,
        ...(ended ? { EndTime: at } : {}),
        StatusMessage: messages[secondaryStatus] ?? secondaryStatus,
      },
    ],
  }
}

export const hasEnded = (job: TrainingJob) => job.status !== 'InProgress' && job.status !== 'Stopping'

/** Whole seconds from the start of the download to the end; absent before the start. */
export function trainingSeconds(job: TrainingJob): number | undefined {
  if (job.trainingStartedAt === undefined || job.trainingEndedAt === undefined) return undefined
  return Math.max(1, Math.ceil((Date.parse(job.trainingEndedAt) - Date.parse(job.trainingStartedAt)) / 1000))
}

/** The DescribeTrainingJob answer; absent fields are left out, as AWS does. */
export function describeTrainingJob(job: TrainingJob): Json {
  const { Tags: _, ...request } = job.request
  const seconds = trainingSeconds(job)
  return {
    ...request,
    TrainingJobArn: job.arn,
    TrainingJobStatus: job.status,
    SecondaryStatus: job.secondaryStatus,
    CreationTime: new Date(job.createdAt),
    LastModifiedTime: new Date(job.modifiedAt),
    SecondaryStatusTransitions: job.transitions.map((step) => ({
      Status: step.Status,
      StartTime: new Date(step.StartTime),
      ...(step.EndTime === undefined ? {} : { EndTime: new Date(step.EndTime) }),
      StatusMessage: step.StatusMessage,
    })),
    ...(job.artifacts === undefined ? {} : { ModelArtifacts: { S3ModelArtifacts: job.artifacts } }),
    ...(job.failureReason === undefined ? {} : { FailureReason: job.failureReason }),
    ...(job.trainingStartedAt === undefined ? {} : { TrainingStartTime: new Date(job.trainingStartedAt) }),
    ...(job.trainingEndedAt === undefined ? {} : { TrainingEndTime: new Date(job.trainingEndedAt) }),
    ...(seconds === undefined ? {} : { TrainingTimeInSeconds: seconds, BillableTimeInSeconds: seconds }),
    ...(job.metrics.length === 0
      ? {}
      : {
          FinalMetricDataList: job.metrics.map((metric) => ({
            ...metric,
            Timestamp: new Date(metric.Timestamp),
          })),
        }),
  }
}

/** The `detail` of "SageMaker Training Job State Change": the description, with times in epoch milliseconds. */
export function trainingJobEvent(job: TrainingJob): Json {
  const millis = (value: unknown): unknown => {
    if (value instanceof Date) return value.getTime()
    if (Array.isArray(value)) return value.map(millis)
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, millis(inner)]))
    return value
  }
  return Object.fromEntries(
    Object.entries(describeTrainingJob(job)).map(([key, value]) => [key, millis(value)]),
  )
}
