/** CreateTrainingJob: the checks that AWS makes before it answers. */
import * as z from 'zod'
import { parseS3Uri } from '../../functions/layout.ts'
import { acceptInput } from '../accept-input.ts'
import type { DurableCollection } from '../durable-collection.ts'
import { AwsError, type Call, type Json } from '../service.ts'
import { refuseUnassumable } from './execution-role.ts'
import { enter, type TrainingJob } from './training-job.ts'

const s3Uri = z.string().regex(/^s3:\/\/([^/]+)\/(.*)$/)

const request = z.looseObject({
  TrainingJobName: z
    .string()
    .max(63)
    .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/),
  RoleArn: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/),
  AlgorithmSpecification: z.looseObject({
    TrainingImage: z.string().max(255),
    TrainingInputMode: z.enum(['Pipe', 'File', 'FastFile']),
  }),
  HyperParameters: z
    .record(z.string().max(256), z.string().max(2500))
    .refine(
      (values) => Object.keys(values).length <= 100,
      'Member must have length less than or equal to 100',
    )
    .optional(),
  InputDataConfig: z
    .array(
      z.looseObject({
        ChannelName: z
          .string()
          .max(64)
          .regex(/^[A-Za-z0-9.\-_]+$/),
        ContentType: z.string().max(256).optional(),
        DataSource: z.looseObject({
          S3DataSource: z.looseObject({
            S3DataType: z.enum(['ManifestFile', 'S3Prefix', 'AugmentedManifestFile', 'Converse']),
            S3Uri: s3Uri,
          }),
        }),
      }),
    )
    .min(1)
    .max(20)
    .optional(),
  OutputDataConfig: z.looseObject({ S3OutputPath: s3Uri }),
  ResourceConfig: z.looseObject({
    InstanceType: z.string(),
    InstanceCount: z.int().min(0),
    VolumeSizeInGB: z.int().min(0),
  }),
  StoppingCondition: z.looseObject({
    MaxRuntimeInSeconds: z.int().min(1).default(86_400),
    MaxWaitTimeInSeconds: z.int().min(1).optional(),
  }),
})
export type TrainingRequest = z.output<typeof request>

/** What the runner reads of a stored request. */
export const parseTrainingRequest = (stored: unknown): TrainingRequest => request.parse(stored)

export async function createTrainingJob(
  input: Json,
  call: Call,
  jobs: DurableCollection<TrainingJob>,
): Promise<TrainingJob> {
  const accepted = acceptInput(request, input)
  const { cloud } = call
  const name = accepted.TrainingJobName
  const arn = cloud.arn('sagemaker', `training-job/${name}`)
  refuseUsedName(jobs, name, arn)
  refuseUnassumable(cloud, accepted.RoleArn, arn)
  refuseSpotWithoutWait(accepted)
  await refuseEmptyChannels(accepted, call)
  // A second request of the same name may have passed the checks while this one listed the bucket.
  refuseUsedName(jobs, name, arn)
  const now = cloud.now().toISOString()
  const job: TrainingJob = {
    name,
    arn,
    roleArn: accepted.RoleArn,
    request: { ...accepted },
    status: 'InProgress',
    secondaryStatus: '',
    transitions: [],
    createdAt: now,
    modifiedAt: now,
    metrics: [],
    attempts: 0,
  }
  const started = enter(job, 'Starting', cloud.now())
  jobs.put(name, started)
  return started
}

function refuseUsedName(jobs: DurableCollection<TrainingJob>, name: string, arn: string): void {
  if (jobs.has(name))
    throw new AwsError(
      'ResourceInUse',
      `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
    )
}

function refuseSpotWithoutWait({
  EnableManagedSpotTraining: spot,
  StoppingCondition: stop,
}: TrainingRequest) {
  if (spot !== true) return
  if (stop.MaxWaitTimeInSeconds === undefined || stop.MaxWaitTimeInSeconds < stop.MaxRuntimeInSeconds)
    throw new AwsError(
      'ValidationException',
      `Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds`,
    )
}

async function refuseEmptyChannels(
  { InputDataConfig: channels, RoleArn: role }: TrainingRequest,
  call: Call,
) {
  const { principal } = call.cloud.credentials(role)
  for (const { DataSource } of channels ?? []) {
    const { S3Uri: uri } = DataSource.S3DataSource
    const { bucket, key } = parseS3Uri(uri)
    const listed = await call.cloud.call(
      's3',
      'ListObjectsV2',
      { Bucket: bucket, Prefix: key, MaxKeys: 1 },
      principal,
    )
    if (!Array.isArray(listed.Contents) || listed.Contents.length === 0)
      throw new AwsError(
        'ValidationException',
        `No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure that the bucket exists in the selected region (${call.cloud.region}), that objects exist under that S3 prefix, and that the role "${role}" has "s3:ListBucket" permissions on bucket "${bucket}".`,
      )
  }
}
