/** SageMaker's control plane on the laptop: training jobs that really train, endpoints that really score, and the model registry. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { DurableCollection } from '../durable-collection.ts'
import { AwsError, type Call, type Cloud, type Json, type LocalService } from '../service.ts'
import { batchActions, openBatch } from './batch-actions.ts'
import { createModelPackage } from './create-model-package.ts'
import { createTrainingJob } from './create-training-job.ts'
import { endpointActions, openEndpoints } from './endpoint-actions.ts'
import { listModelPackages } from './list-model-packages.ts'
import { listTrainingJobs } from './list-training-jobs.ts'
import { describeModelPackage, findPackage, modelPackageSchema } from './model-package.ts'
import {
  createModelPackageGroup,
  deleteModelPackageGroup,
  describeModelPackageGroup,
  listModelPackageGroups,
  modelPackageGroupSchema,
} from './model-package-group.ts'
import { modelPackageGroupResource } from './model-package-group-resource.ts'
import { answerRuntime } from './runtime-http.ts'
import { describeTrainingJob, hasEnded, trainingJobSchema } from './training-job.ts'
import { type RunnerOptions, TrainingRunner } from './training-runner.ts'
import { updateModelPackage } from './update-model-package.ts'

const trainer = fileURLToPath(new URL('../training/main.ts', import.meta.url))

function open(cloud: Cloud, options: RunnerOptions) {
  const directory = cloud.directory('sagemaker')
  const jobs = new DurableCollection(join(directory, 'training-jobs'), trainingJobSchema)
  const groups = new DurableCollection(join(directory, 'model-package-groups'), modelPackageGroupSchema)
  const packages = new DurableCollection(join(directory, 'model-packages'), modelPackageSchema)
  const batch = openBatch(cloud, (name) => jobs.get(name))
  const hosting = openEndpoints(cloud, batch.models)
  return { jobs, groups, packages, batch, hosting, runner: new TrainingRunner(cloud, jobs, options) }
}

const jobRequest = z.object({ TrainingJobName: z.string().min(1).max(63) })
const packageRequest = z.object({ ModelPackageName: z.string().min(1).max(176) })

export function sagemakerService(options: Partial<RunnerOptions> = {}): LocalService {
  let opened: ReturnType<typeof open> | undefined
  const state = ({ cloud }: { cloud: Cloud }) => {
    opened ??= open(cloud, { trainer, concurrency: 2, graceMillis: 5_000, ...options })
    return opened
  }
  const findJob = (input: Json, call: Call) => {
    const job = state(call).jobs.get(acceptInput(jobRequest, input).TrainingJobName)
    if (job === undefined) throw new AwsError('ValidationException', 'Requested resource not found.')
    return job
  }
  return {
    name: 'sagemaker',
    actions: {
      ...batchActions((cloud) => state({ cloud }).batch),
      ...endpointActions((cloud) => state({ cloud }).hosting),
      async CreateTrainingJob(input, call) {
        const { jobs, runner } = state(call)
        const job = await createTrainingJob(input, call, jobs)
        runner.enqueue(job.name)
        return { TrainingJobArn: job.arn }
      },
      DescribeTrainingJob: async (input, call) => describeTrainingJob(findJob(input, call)),
      ListTrainingJobs: async (input, call) => listTrainingJobs(input, state(call).jobs.values()),
      async StopTrainingJob(input, call) {
        const job = findJob(input, call)
        if (hasEnded(job))
          throw new AwsError(
            'ValidationException',
            `The request was rejected because the training job is in status ${job.status}.`,
          )
        state(call).runner.stopJob(job.name)
        return {}
      },
      CreateModelPackageGroup: async (input, call) =>
        createModelPackageGroup(input, call, state(call).groups),
      DescribeModelPackageGroup: async (input, call) =>
        describeModelPackageGroup(input, call, state(call).groups),
      ListModelPackageGroups: async (input, call) => listModelPackageGroups(input, state(call).groups),
      async DeleteModelPackageGroup(input, call) {
        const { groups, packages } = state(call)
        const holds = (group: string) => packages.values().filter((item) => item.group === group).length
        return deleteModelPackageGroup(input, call, groups, holds)
      },
      async CreateModelPackage(input, call) {
        const { groups, packages } = state(call)
        return createModelPackage(input, call, groups, packages)
      },
      async DescribeModelPackage(input, call) {
        const { ModelPackageName: name } = acceptInput(packageRequest, input)
        return describeModelPackage(findPackage(name, call.cloud, state(call).packages))
      },
      async ListModelPackages(input, call) {
        const { groups, packages } = state(call)
        return listModelPackages(input, call, groups, packages)
      },
      UpdateModelPackage: async (input, call) => updateModelPackage(input, call, state(call).packages),
      async DeleteModelPackage(input, call) {
        const { groups, packages } = state(call)
        const { ModelPackageName: name } = acceptInput(packageRequest, input)
        const { arn, version, group: groupName } = findPackage(name, call.cloud, packages)
        const group = groups.get(groupName)
        if (group !== undefined && version > group.lastVersion)
          groups.put(groupName, { ...group, lastVersion: version })
        packages.delete(arn)
        return {}
      },
    },
    resources: { 'aws:sagemaker/modelPackageGroup:ModelPackageGroup': modelPackageGroupResource },
    http: answerRuntime,
    async start(cloud) {
      const { runner, batch, hosting } = state({ cloud })
      runner.resume()
      batch.transformer.resume()
      batch.tuner.resume()
      hosting.runner.resume()
    },
    async stop() {
      const closing = opened
      // What starts again reads what is on the disk.
      opened = undefined
      await closing?.runner.shutdown()
      await closing?.batch.transformer.shutdown()
      await closing?.batch.tuner.shutdown()
      await closing?.hosting.runner.shutdown()
    },
  }
}
