/** SageMaker: training jobs and the model registry. */
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  CreateModelPackageCommand,
  type CreateModelPackageCommandInput,
  CreateModelPackageGroupCommand,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DeleteModelPackageCommand,
  DeleteModelPackageGroupCommand,
  DescribeModelPackageCommand,
  DescribeModelPackageGroupCommand,
  DescribeTrainingJobCommand,
  ListModelPackageGroupsCommand,
  ListModelPackagesCommand,
  type ListModelPackagesCommandInput,
  ListTrainingJobsCommand,
  type ListTrainingJobsCommandInput,
  SageMakerClient,
  StopTrainingJobCommand,
  UpdateModelPackageCommand,
  type UpdateModelPackageCommandInput,
} from '@aws-sdk/client-sagemaker'
import { expect } from 'vitest'
import { contract, refusal, type Server, unique } from './contract.ts'

const documented = (action: string) =>
  `https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_${action}.html`
const image = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5'
const RoleArn = 'arn:aws:iam::000000000000:role/training'
const rows = (from: number) =>
  Array.from({ length: 40 }, (_, at) => `${(at + from) % 2},${at},${(at * 7) % 11}`).join('\n')

async function open({ client }: Server) {
  const sagemaker = new SageMakerClient(client)
  const s3 = new S3Client({ ...client, forcePathStyle: true })
  const Bucket = unique('training')
  await s3.send(new CreateBucketCommand({ Bucket }))
  for (const [at, channel] of ['train', 'validation'].entries())
    await s3.send(new PutObjectCommand({ Bucket, Key: `${channel}/part.csv`, Body: rows(at) }))
  const prefix = unique('c')
  const channel = (ChannelName: string) => ({
    ChannelName,
    ContentType: 'text/csv',
    DataSource: {
      S3DataSource: {
        S3DataType: 'S3Prefix' as const,
        S3Uri: `s3://${Bucket}/${ChannelName}/`,
        S3DataDistributionType: 'FullyReplicated' as const,
      },
    },
  })
  const request = (name: string) => ({
    TrainingJobName: `${prefix}-${name}`,
    RoleArn,
    AlgorithmSpecification: { TrainingImage: image, TrainingInputMode: 'File' as const },
    HyperParameters: { num_round: '3', objective: 'binary:logistic', eval_metric: 'auc' },
    InputDataConfig: [channel('train'), channel('validation')],
    OutputDataConfig: { S3OutputPath: `s3://${Bucket}/model` },
    ResourceConfig: { InstanceType: 'ml.m5.xlarge' as const, InstanceCount: 1, VolumeSizeInGB: 10 },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
  })
  const group = async (name: string) => {
    const ModelPackageGroupName = `${prefix}-${name}`
    await sagemaker.send(
      new CreateModelPackageGroupCommand({ ModelPackageGroupName, ModelPackageGroupDescription: 'models' }),
    )
    return ModelPackageGroupName
  }
  return {
    sagemaker,
    prefix,
    request,
    train: async (name: string, more: Partial<CreateTrainingJobCommandInput> = {}) =>
      await sagemaker.send(new CreateTrainingJobCommand({ ...request(name), ...more })),
    job: async (TrainingJobName: string) =>
      await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName })),
    jobs: async (more: ListTrainingJobsCommandInput) =>
      await sagemaker.send(new ListTrainingJobsCommand(more)),
    group,
    async register(ModelPackageGroupName: string, more: Partial<CreateModelPackageCommandInput> = {}) {
      const { ModelPackageArn } = await sagemaker.send(
        new CreateModelPackageCommand({
          ModelPackageGroupName,
          InferenceSpecification: {
            Containers: [{ Image: image, ModelDataUrl: `s3://${Bucket}/model/model.tar.gz` }],
            SupportedContentTypes: ['text/csv'],
            SupportedResponseMIMETypes: ['text/csv'],
          },
          ModelApprovalStatus: 'PendingManualApproval',
          ...more,
        }),
      )
      return ModelPackageArn ?? ''
    },
    model: async (ModelPackageName: string) =>
      await sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName })),
    models: async (more: ListModelPackagesCommandInput) =>
      (await sagemaker.send(new ListModelPackagesCommand(more))).ModelPackageSummaryList ?? [],
  }
}

contract('SageMaker', open, (agree) => {
  agree('trains, and says with what and where the model is', async ({ train, job, request }) => {
    const wanted = request('trained')
    const { TrainingJobArn } = await train('trained')
    expect(TrainingJobArn).toBe(
      `arn:aws:sagemaker:us-east-1:000000000000:training-job/${wanted.TrainingJobName}`,
    )
    await expect
      .poll(async () => (await job(wanted.TrainingJobName)).TrainingJobStatus, {
        timeout: 30_000,
        interval: 200,
      })
      .toBe('Completed')
    const found = await job(wanted.TrainingJobName)
    expect(found).toMatchObject({ ...wanted, TrainingJobArn, SecondaryStatus: 'Completed' })
    expect(found.ModelArtifacts?.S3ModelArtifacts).toBe(
      `${wanted.OutputDataConfig.S3OutputPath}/${wanted.TrainingJobName}/output/model.tar.gz`,
    )
    for (const time of [
      found.CreationTime,
      found.TrainingStartTime,
      found.TrainingEndTime,
      found.LastModifiedTime,
    ])
      expect(time).toBeInstanceOf(Date)
    expect(found.SecondaryStatusTransitions?.map(({ Status }) => Status)).toContain('Starting')
  })

  agree(
    'never uses the name of a job twice',
    { moto: 'replaces the first job', documented: documented('CreateTrainingJob') },
    async ({ train }) => {
      await train('twice')
      expect(await refusal(train('twice'))).toEqual({ name: 'ResourceInUse', status: 400 })
    },
  )

  agree(
    'refuses a job without a required field, or with a name that is not valid',
    { moto: 'looks at neither', documented: documented('CreateTrainingJob') },
    async ({ sagemaker, request, train }) => {
      const { RoleArn: _role, ...rest } = request('incomplete')
      const incomplete = Object.assign({ RoleArn: undefined }, rest)
      const call = sagemaker.send(new CreateTrainingJobCommand(incomplete))
      expect((await refusal(call)).status).toBe(400)
      expect(await refusal(train('bad', { TrainingJobName: 'not_valid' }))).toEqual({
        name: 'ValidationException',
        status: 400,
      })
    },
  )

  agree(
    'refuses a channel in which nothing lies',
    { moto: 'does not look', documented: documented('CreateTrainingJob') },
    async ({ train, request }) => {
      const [channel] = request('empty').InputDataConfig
      const source = {
        ...channel!.DataSource.S3DataSource,
        S3Uri: `${channel!.DataSource.S3DataSource.S3Uri}none/`,
      }
      const InputDataConfig = [{ ...channel!, DataSource: { S3DataSource: source } }]
      expect((await refusal(train('empty', { InputDataConfig }))).name).toBe('ValidationException')
    },
  )

  agree('says which job is not there', async ({ job }) => {
    expect(await refusal(job('absent'))).toEqual({ name: 'ValidationException', status: 400 })
  })

  agree(
    'lists jobs by name, sorted, in pages',
    {
      moto: 'looks for names within a page instead of paging what it found',
      documented: documented('ListTrainingJobs'),
    },
    async ({ train, jobs, prefix }) => {
      for (const name of ['list-2', 'list-1', 'list-3']) await train(name)
      const filter = {
        NameContains: `${prefix}-list`,
        SortBy: 'Name',
        SortOrder: 'Ascending',
        MaxResults: 2,
      } as const
      const first = await jobs(filter)
      expect(first.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName)).toEqual([
        `${prefix}-list-1`,
        `${prefix}-list-2`,
      ])
      const second = await jobs({ ...filter, NextToken: first.NextToken })
      expect(second.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName)).toEqual([
        `${prefix}-list-3`,
      ])
      expect(second.NextToken).toBeUndefined()
      expect(first.TrainingJobSummaries?.[0]?.CreationTime).toBeInstanceOf(Date)
    },
  )

  agree(
    'stops a job that is running, and none that has ended',
    { moto: 'ends a job as it makes it', documented: documented('StopTrainingJob') },
    async ({ sagemaker, train, job, prefix }) => {
      const TrainingJobName = `${prefix}-stopped`
      await train('stopped', { HyperParameters: { num_round: '100000', objective: 'reg:squarederror' } })
      await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }))
      await expect
        .poll(async () => (await job(TrainingJobName)).TrainingJobStatus, { timeout: 30_000, interval: 200 })
        .toBe('Stopped')
      const again = sagemaker.send(new StopTrainingJobCommand({ TrainingJobName }))
      expect((await refusal(again)).name).toBe('ValidationException')
    },
  )

  agree('describes a group of models', async ({ sagemaker, group }) => {
    const ModelPackageGroupName = await group('described')
    const found = await sagemaker.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName }))
    expect(found).toMatchObject({
      ModelPackageGroupName,
      ModelPackageGroupArn: `arn:aws:sagemaker:us-east-1:000000000000:model-package-group/${ModelPackageGroupName}`,
      ModelPackageGroupDescription: 'models',
      ModelPackageGroupStatus: 'Completed',
    })
    expect(found.CreationTime).toBeInstanceOf(Date)
  })

  agree('says which group is not there', async ({ sagemaker, register }) => {
    const call = sagemaker.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: 'absent' }))
    expect(await refusal(call)).toEqual({ name: 'ValidationException', status: 400 })
    expect((await refusal(register('absent'))).name).toBe('ValidationException')
  })

  agree('lists groups by name, in pages', async ({ sagemaker, group, prefix }) => {
    for (const name of ['pages-b', 'pages-a', 'pages-c']) await group(name)
    const filter = {
      NameContains: `${prefix}-pages`,
      SortBy: 'Name',
      SortOrder: 'Ascending',
      MaxResults: 2,
    } as const
    const list = async (more = {}) =>
      await sagemaker.send(new ListModelPackageGroupsCommand({ ...filter, ...more }))
    const first = await list()
    const second = await list({ NextToken: first.NextToken })
    const names = [first, second].map(({ ModelPackageGroupSummaryList: page }) =>
      page?.map((found) => found.ModelPackageGroupName?.replace(`${prefix}-`, '')),
    )
    expect(names).toEqual([['pages-a', 'pages-b'], ['pages-c']])
  })

  agree('numbers the versions of a group', async ({ group, register, model }) => {
    const name = await group('numbered')
    const arns = [await register(name), await register(name)]
    const base = `arn:aws:sagemaker:us-east-1:000000000000:model-package/${name}`
    expect(arns).toEqual([`${base}/1`, `${base}/2`])
    expect((await model(arns[1] ?? '')).ModelPackageVersion).toBe(2)
  })

  agree('describes a version as it was registered', async ({ group, register, model }) => {
    const name = await group('whole')
    const more = {
      ModelPackageDescription: 'first',
      CustomerMetadataProperties: { runId: 'abc', auc: '0.67' },
      ModelMetrics: {
        ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: 's3://b/evaluation.json' } },
      },
    }
    const ModelPackageArn = await register(name, more)
    const found = await model(ModelPackageArn)
    expect(found).toMatchObject({
      ...more,
      ModelPackageArn,
      ModelPackageGroupName: name,
      ModelPackageVersion: 1,
      ModelPackageStatus: 'Completed',
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: { Containers: [{ Image: image }], SupportedContentTypes: ['text/csv'] },
    })
    expect(found.CreationTime).toBeInstanceOf(Date)
  })

  agree(
    'registers once per client token',
    { moto: 'ignores the token', documented: documented('CreateModelPackage') },
    async ({ group, register, models }) => {
      const ModelPackageGroupName = await group('token')
      const first = await register(ModelPackageGroupName, { ClientToken: 'run-1' })
      expect(await register(ModelPackageGroupName, { ClientToken: 'run-1' })).toBe(first)
      expect(await models({ ModelPackageGroupName })).toHaveLength(1)
    },
  )

  agree('approves a version, with words', async ({ sagemaker, group, register, model }) => {
    const ModelPackageArn = await register(await group('approved'))
    const decision = { ModelApprovalStatus: 'Approved', ApprovalDescription: 'looked at it' } as const
    await sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ...decision }))
    expect(await model(ModelPackageArn)).toMatchObject(decision)
  })

  agree(
    'adds, replaces and removes metadata, and leaves the rest',
    { moto: 'forgets the rest', documented: documented('UpdateModelPackage') },
    async ({ sagemaker, group, register, model }) => {
      const CustomerMetadataProperties = { a: '1', b: '2', c: '3' }
      const ModelPackageArn = await register(await group('metadata'), { CustomerMetadataProperties })
      await sagemaker.send(
        new UpdateModelPackageCommand({
          ModelPackageArn,
          CustomerMetadataProperties: { c: '4', d: '5' },
          CustomerMetadataPropertiesToRemove: ['a'],
        }),
      )
      expect((await model(ModelPackageArn)).CustomerMetadataProperties).toEqual({ b: '2', c: '4', d: '5' })
    },
  )

  agree('refuses an approval that does not exist', async ({ sagemaker, group, register }) => {
    const ModelPackageArn = await register(await group('unknown'))
    const change: UpdateModelPackageCommandInput = JSON.parse(
      JSON.stringify({ ModelPackageArn, ModelApprovalStatus: 'Perhaps' }),
    )
    const call = sagemaker.send(new UpdateModelPackageCommand(change))
    expect(await refusal(call)).toEqual({ name: 'ValidationException', status: 400 })
  })

  agree('lists versions by approval and in order', async ({ sagemaker, group, register, models }) => {
    const ModelPackageGroupName = await group('versions')
    const arns = [
      await register(ModelPackageGroupName),
      await register(ModelPackageGroupName),
      await register(ModelPackageGroupName),
    ]
    await sagemaker.send(
      new UpdateModelPackageCommand({ ModelPackageArn: arns[1], ModelApprovalStatus: 'Approved' }),
    )
    const found = async (more = {}) =>
      (await models({ ModelPackageGroupName, SortBy: 'CreationTime', ...more })).map(
        ({ ModelPackageVersion }) => ModelPackageVersion,
      )
    expect(await found({ SortOrder: 'Ascending' })).toEqual([1, 2, 3])
    expect(await found({ SortOrder: 'Descending' })).toEqual([3, 2, 1])
    expect(await found({ ModelApprovalStatus: 'Approved' })).toEqual([2])
  })

  agree(
    'deletes a version without giving its number again, and a group once it is empty',
    { moto: 'has no DeleteModelPackage', documented: documented('DeleteModelPackage') },
    async ({ sagemaker, group, register, model }) => {
      const ModelPackageGroupName = await group('deleted')
      const arn = await register(ModelPackageGroupName)
      const early = sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName }))
      expect((await refusal(early)).name).toBe('ConflictException')
      await sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: arn }))
      expect((await refusal(model(arn))).name).toBe('ValidationException')
      const next = await register(ModelPackageGroupName)
      expect(next.endsWith('/2')).toBe(true)
      await sagemaker.send(new DeleteModelPackageCommand({ ModelPackageName: next }))
      await sagemaker.send(new DeleteModelPackageGroupCommand({ ModelPackageGroupName }))
      const gone = sagemaker.send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName }))
      expect((await refusal(gone)).name).toBe('ValidationException')
    },
  )
})
