/** A batch transform job: what is asked of it, what is kept of it, and how the API describes it. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import type { DurableCollection } from '../durable-collection.ts'
import { AwsError, type Call, type Json } from '../service.ts'
import { listPage } from './listing.ts'
import { findModel, type Models, modelName } from './model.ts'

const s3Uri = z.string().regex(/^s3:\/\/([^/]+)\/(.*)$/)
const request = z.looseObject({
  TransformJobName: modelName,
  ModelName: modelName,
  TransformInput: z.looseObject({
    DataSource: z.looseObject({
      S3DataSource: z.looseObject({ S3DataType: z.enum(['S3Prefix', 'ManifestFile']), S3Uri: s3Uri }),
    }),
    ContentType: z.string().max(256).optional(),
    CompressionType: z.enum(['None', 'Gzip']).default('None'),
    SplitType: z.enum(['None', 'Line', 'RecordIO', 'TFRecord']).default('None'),
  }),
  TransformOutput: z.looseObject({
    S3OutputPath: s3Uri,
    Accept: z.string().max(256).optional(),
    AssembleWith: z.enum(['None', 'Line']).default('None'),
  }),
  TransformResources: z.looseObject({ InstanceType: z.string(), InstanceCount: z.int().min(1) }),
})

export const transformJobSchema = z.object({
  name: z.string(),
  arn: z.string(),
  request,
  status: z.enum(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']),
  failureReason: z.string().optional(),
  createdAt: z.string(),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  modifiedAt: z.string(),
})
export type TransformJob = z.output<typeof transformJobSchema>
export type TransformJobs = DurableCollection<TransformJob>

export function createTransformJob(
  input: Json,
  call: Call,
  jobs: TransformJobs,
  models: Models,
): TransformJob {
  const accepted = acceptInput(request, input)
  const { cloud } = call
  const name = accepted.TransformJobName
  const arn = cloud.arn('sagemaker', `transform-job/${name}`)
  if (jobs.has(name)) {
    throw new AwsError(
      'ResourceInUse',
      `Job name must be unique within an AWS account and region, and a job with this name already exists (${arn})`,
    )
  }
  findModel(accepted.ModelName, call, models)
  const now = cloud.now().toISOString()
  const job: TransformJob = {
    name,
    arn,
    request: accepted,
    status: 'InProgress',
    createdAt: now,
    modifiedAt: now,
  }
  jobs.put(name, job)
  return job
}

/** @throws AwsError ValidationException as AWS words an absent job */
export function findTransformJob(name: unknown, jobs: TransformJobs): TransformJob {
  const wanted = acceptInput(z.object({ TransformJobName: modelName }), { TransformJobName: name })
  const found = jobs.get(wanted.TransformJobName)
  if (found === undefined) {
    throw new AwsError(
      'ValidationException',
      `Could not find requested job with name: ${wanted.TransformJobName}`,
    )
  }
  return found
}

const date = (name: string, value: string | undefined): Json =>
  value === undefined ? {} : { [name]: new Date(value) }

export function describeTransformJob(job: TransformJob): Json {
  const { Tags: _, ...rest } = job.request
  return {
    ...rest,
    TransformJobArn: job.arn,
    TransformJobStatus: job.status,
    CreationTime: new Date(job.createdAt),
    ...date('TransformStartTime', job.startedAt),
    ...date('TransformEndTime', job.endedAt),
    ...(job.failureReason === undefined ? {} : { FailureReason: job.failureReason }),
  }
}

export function listTransformJobs(input: Json, jobs: TransformJobs): Json {
  const { page, ...more } = listPage(input, jobs.values(), {
    statuses: transformJobSchema.shape.status.options,
  })
  return {
    TransformJobSummaries: page.map((job) => ({
      TransformJobName: job.name,
      TransformJobArn: job.arn,
      TransformJobStatus: job.status,
      CreationTime: new Date(job.createdAt),
      ...date('TransformEndTime', job.endedAt),
      LastModifiedTime: new Date(job.modifiedAt),
      ...(job.failureReason === undefined ? {} : { FailureReason: job.failureReason }),
    })),
    ...more,
  }
}
