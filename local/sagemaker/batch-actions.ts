/** SageMaker API: models, transform jobs and tuning jobs; processing jobs, which need containers, are refused. */
import { join } from 'node:path'
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { DurableCollection } from '../durable-collection.ts'
import { nextPage } from '../next-page.ts'
import { type Action, AwsError, type Cloud } from '../service.ts'
import { createModel, describeModel, findModel, listModels, modelSchema } from './model.ts'
import type { TrainingJob } from './training-job.ts'
import {
  createTransformJob,
  describeTransformJob,
  findTransformJob,
  listTransformJobs,
  transformJobSchema,
} from './transform-job.ts'
import { TransformRunner } from './transform-runner.ts'
import {
  createTuningJob,
  describeTuningJob,
  findTuningJob,
  listTuningJobs,
  summariseTraining,
  tuningJobSchema,
} from './tuning-job.ts'
import { TuningRunner } from './tuning-runner.ts'

/** The records and runners, opened with the cloud. */
export function openBatch(cloud: Cloud, training: (name: string) => TrainingJob | undefined) {
  const directory = cloud.directory('sagemaker')
  const models = new DurableCollection(join(directory, 'models'), modelSchema)
  const transforms = new DurableCollection(join(directory, 'transform-jobs'), transformJobSchema)
  const tunings = new DurableCollection(join(directory, 'tuning-jobs'), tuningJobSchema)
  return {
    models,
    transforms,
    tunings,
    transformer: new TransformRunner(cloud, transforms, models),
    tuner: new TuningRunner(cloud, tunings, training),
  }
}
export type Batch = ReturnType<typeof openBatch>

const ended = (status: string) => status !== 'InProgress' && status !== 'Stopping'
const trainingListing = z.object({
  HyperParameterTuningJobName: z.string(),
  MaxResults: z.int().min(1).max(100).default(10),
  NextToken: z.string().optional(),
})

function refuseStop(kind: string, status: string): never {
  throw new AwsError(
    'ValidationException',
    `The request was rejected because the ${kind} job is in status ${status}.`,
  )
}

export function batchActions(batch: (cloud: Cloud) => Batch): Record<string, Action> {
  return {
    CreateModel: async (input, call) => createModel(input, call, batch(call.cloud).models),
    DescribeModel: async ({ ModelName }, call) =>
      describeModel(findModel(ModelName, call, batch(call.cloud).models)),
    ListModels: async (input, { cloud }) => listModels(input, batch(cloud).models),
    async DeleteModel({ ModelName }, call) {
      const { models } = batch(call.cloud)
      models.delete(findModel(ModelName, call, models).name)
      return {}
    },

    async CreateTransformJob(input, call) {
      const { transforms, models, transformer } = batch(call.cloud)
      const job = createTransformJob(input, call, transforms, models)
      transformer.enqueue(job.name)
      return { TransformJobArn: job.arn }
    },
    DescribeTransformJob: async ({ TransformJobName }, { cloud }) =>
      describeTransformJob(findTransformJob(TransformJobName, batch(cloud).transforms)),
    ListTransformJobs: async (input, { cloud }) => listTransformJobs(input, batch(cloud).transforms),
    async StopTransformJob({ TransformJobName }, { cloud }) {
      const { transforms, transformer } = batch(cloud)
      const { name, status } = findTransformJob(TransformJobName, transforms)
      if (ended(status)) refuseStop('transform', status)
      transformer.stopJob(name)
      return {}
    },

    async CreateHyperParameterTuningJob(input, call) {
      const { tunings, tuner } = batch(call.cloud)
      const job = createTuningJob(input, call, tunings)
      tuner.begin(job.name)
      return { HyperParameterTuningJobArn: job.arn }
    },
    async DescribeHyperParameterTuningJob({ HyperParameterTuningJobName: name }, { cloud }) {
      const { tunings, tuner } = batch(cloud)
      const job = findTuningJob(name, tunings)
      return describeTuningJob(job, tuner.trainings(job))
    },
    ListHyperParameterTuningJobs: async (input, { cloud }) => listTuningJobs(input, batch(cloud).tunings),
    async ListTrainingJobsForHyperParameterTuningJob(input, { cloud }) {
      const { tunings, tuner } = batch(cloud)
      const wanted = acceptInput(trainingListing, input)
      const job = findTuningJob(wanted.HyperParameterTuningJobName, tunings)
      const { page, ...more } = nextPage(tuner.trainings(job), wanted.MaxResults, wanted.NextToken)
      return { TrainingJobSummaries: page.map((training) => summariseTraining(job, training)), ...more }
    },
    async StopHyperParameterTuningJob({ HyperParameterTuningJobName: name }, { cloud }) {
      const { tunings, tuner } = batch(cloud)
      const job = findTuningJob(name, tunings)
      if (ended(job.status)) refuseStop('tuning', job.status)
      await tuner.stopJob(job.name)
      return {}
    },

    async CreateProcessingJob() {
      throw new AwsError(
        'ValidationException',
        'The local cloud runs no containers, which a processing job is: put work of under a minute into a Lambda, or run this on AWS.',
      )
    },
  }
}
