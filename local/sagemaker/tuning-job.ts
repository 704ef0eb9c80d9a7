/** A hyperparameter tuning job: what is asked of it, what is kept of it, and how the API describes it. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import type { DurableCollection } from '../durable-collection.ts'
import { AwsError, type Call, type Json } from '../service.ts'
import { refuseUnassumable } from './execution-role.ts'
import { listPage } from './listing.ts'
import { hasEnded, type TrainingJob } from './training-job.ts'

const numeric = z.looseObject({
  Name: z.string(),
  MinValue: z.string(),
  MaxValue: z.string(),
  ScalingType: z.enum(['Auto', 'Linear', 'Logarithmic', 'ReverseLogarithmic']).default('Auto'),
})
export type NumericRange = z.output<typeof numeric>

const request = z.looseObject({
  HyperParameterTuningJobName: z
    .string()
    .max(32)
    .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}$/),
  HyperParameterTuningJobConfig: z.looseObject({
    // Grid and Hyperband promise a certain order, which the stand-in does not keep.
    Strategy: z.enum(['Bayesian', 'Random']),
    HyperParameterTuningJobObjective: z.looseObject({
      Type: z.enum(['Maximize', 'Minimize']),
      MetricName: z.string(),
    }),
    ResourceLimits: z.looseObject({
      MaxNumberOfTrainingJobs: z.int().min(1).max(750),
      MaxParallelTrainingJobs: z.int().min(1),
    }),
    ParameterRanges: z.looseObject({
      IntegerParameterRanges: z.array(numeric).default([]),
      ContinuousParameterRanges: z.array(numeric).default([]),
      CategoricalParameterRanges: z
        .array(z.looseObject({ Name: z.string(), Values: z.array(z.string()).min(1) }))
        .default([]),
    }),
    RandomSeed: z.int().min(0).optional(),
    TrainingJobEarlyStoppingType: z.enum(['Off', 'Auto']).optional(),
  }),
  TrainingJobDefinition: z.looseObject({
    StaticHyperParameters: z.record(z.string(), z.string()).default({}),
    AlgorithmSpecification: z.looseObject({ TrainingImage: z.string().optional() }),
    RoleArn: z.string(),
  }),
})
export type TuningRequest = z.output<typeof request>

export const tuningJobSchema = z.object({
  name: z.string(),
  arn: z.string(),
  request,
  status: z.enum(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']),
  /** Names of the training jobs that were begun, in order. */
  trainings: z.array(z.string()),
  failureReason: z.string().optional(),
  createdAt: z.string(),
  endedAt: z.string().optional(),
  modifiedAt: z.string(),
})
export type TuningJob = z.output<typeof tuningJobSchema>
export type TuningJobs = DurableCollection<TuningJob>

export function createTuningJob(input: Json, { cloud }: Call, jobs: TuningJobs): TuningJob {
  const accepted = acceptInput(request, input)
  const name = accepted.HyperParameterTuningJobName
  const arn = cloud.arn('sagemaker', `hyper-parameter-tuning-job/${name}`)
  if (jobs.has(name)) {
    throw new AwsError(
      'ResourceInUse',
      `Hyperparameter tuning job names must be unique within an AWS account and region, and a job with this name already exists (${arn})`,
    )
  }
  refuseUnassumable(cloud, accepted.TrainingJobDefinition.RoleArn, arn)
  const now = cloud.now().toISOString()
  const job: TuningJob = {
    name,
    arn,
    request: accepted,
    status: 'InProgress',
    trainings: [],
    createdAt: now,
    modifiedAt: now,
  }
  jobs.put(name, job)
  return job
}

/** @throws AwsError ResourceNotFound */
export function findTuningJob(name: unknown, jobs: TuningJobs): TuningJob {
  const found = typeof name === 'string' ? jobs.get(name) : undefined
  if (found === undefined) throw new AwsError('ResourceNotFound', 'Requested resource not found.')
  return found
}

/** The objective of a finished training job; undefined when it has none. */
export function objectiveOf({ request: asked }: TuningJob, training: TrainingJob): number | undefined {
  const { MetricName } = asked.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective
  return training.status === 'Completed'
    ? training.metrics.find((metric) => metric.MetricName === MetricName)?.Value
    : undefined
}

/** The training job with the best objective; of equals the earlier one. */
export function bestTraining(job: TuningJob, trainings: readonly TrainingJob[]): TrainingJob | undefined {
  const { Type } = job.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective
  const sign = Type === 'Maximize' ? 1 : -1
  let best: { training: TrainingJob; value: number } | undefined
  for (const training of trainings) {
    const value = objectiveOf(job, training)
    if (value !== undefined && (best === undefined || sign * value > sign * best.value))
      best = { training, value }
  }
  return best?.training
}

export function summariseTraining(job: TuningJob, training: TrainingJob): Json {
  const { Type, MetricName } = job.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective
  const value = objectiveOf(job, training)
  const fixed = job.request.TrainingJobDefinition.StaticHyperParameters
  const given = z.record(z.string(), z.string()).parse(training.request.HyperParameters ?? {})
  const at = (name: string, time: string | undefined): Json =>
    time === undefined ? {} : { [name]: new Date(time) }
  return {
    TrainingJobName: training.name,
    TrainingJobArn: training.arn,
    CreationTime: new Date(training.createdAt),
    ...at('TrainingStartTime', training.trainingStartedAt),
    ...at('TrainingEndTime', training.trainingEndedAt),
    TrainingJobStatus: training.status,
    TunedHyperParameters: Object.fromEntries(
      Object.entries(given).filter(([name]) => !Object.hasOwn(fixed, name) && name !== 'eval_metric'),
    ),
    ...(training.failureReason === undefined ? {} : { FailureReason: training.failureReason }),
    ...(value === undefined
      ? {}
      : { FinalHyperParameterTuningJobObjectiveMetric: { Type, MetricName, Value: value } }),
    ObjectiveStatus: value !== undefined ? 'Succeeded' : hasEnded(training) ? 'Failed' : 'Pending',
  }
}

export function describeTuningJob(job: TuningJob, trainings: readonly TrainingJob[]): Json {
  const { Tags: _, ...rest } = job.request
  const count = (...states: string[]) => trainings.filter(({ status }) => states.includes(status)).length
  const objectives = trainings.map((training) => String(summariseTraining(job, training).ObjectiveStatus))
  const counted = (status: string) => objectives.filter((item) => item === status).length
  const best = bestTraining(job, trainings)
  return {
    ...rest,
    HyperParameterTuningJobArn: job.arn,
    HyperParameterTuningJobStatus: job.status,
    CreationTime: new Date(job.createdAt),
    LastModifiedTime: new Date(job.modifiedAt),
    ...(job.endedAt === undefined ? {} : { HyperParameterTuningEndTime: new Date(job.endedAt) }),
    TrainingJobStatusCounters: {
      Completed: count('Completed'),
      InProgress: count('InProgress', 'Stopping'),
      RetryableError: 0,
      NonRetryableError: count('Failed'),
      Stopped: count('Stopped'),
    },
    ObjectiveStatusCounters: {
      Succeeded: counted('Succeeded'),
      Pending: counted('Pending'),
      Failed: counted('Failed'),
    },
    ...(best === undefined ? {} : { BestTrainingJob: summariseTraining(job, best) }),
    ...(job.failureReason === undefined ? {} : { FailureReason: job.failureReason }),
  }
}

export function listTuningJobs(input: Json, jobs: TuningJobs): Json {
  const { page, ...more } = listPage(input, jobs.values(), { statuses: tuningJobSchema.shape.status.options })
  return {
    HyperParameterTuningJobSummaries: page.map((job) => ({
      HyperParameterTuningJobName: job.name,
      HyperParameterTuningJobArn: job.arn,
      HyperParameterTuningJobStatus: job.status,
      Strategy: job.request.HyperParameterTuningJobConfig.Strategy,
      CreationTime: new Date(job.createdAt),
      LastModifiedTime: new Date(job.modifiedAt),
      TrainingJobStatusCounters: {},
      ObjectiveStatusCounters: {},
    })),
    ...more,
  }
}
