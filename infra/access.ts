/** Turns what the environment's components hand out into the grants that the table of functions speaks of. */
import { trainingLogGroup } from '../functions/experiments/training-log-group.ts'
import { pipelines } from '../functions/starter/pipeline.ts'
import { type Account, arn } from './account.ts'
import type { Access } from './functions/definition.ts'
import type { Names } from './names.ts'
import { allow } from './policy-document.ts'
import type { Storage } from './storage.ts'
import type { Table } from './table.ts'
import type { Topic } from './topic.ts'

export interface AccessArgs {
  readonly names: Names
  readonly account: Account
  readonly storage: Storage
  readonly table: Table
  readonly topic: Topic
  /** Ids of the deployed projects. */
  readonly projects: readonly string[]
}

export function access({ names, account, storage, table, topic, projects }: AccessArgs): Access {
  const groups = projects.map((project) => names.modelPackageGroup(project))
  const machines = projects.flatMap((project) => pipelines.map((flow) => names.stateMachine(project, flow)))
  const of = (service: string, kind: string, among: readonly string[], suffix = '') =>
    among.map((name) => arn(account, service, `${kind}${name}${suffix}`))
  const groupArns = of('sagemaker', 'model-package-group/', groups)
  const packageArns = of('sagemaker', 'model-package/', groups, '/*')
  return {
    read: (...keys) => storage.read(keys),
    write: (...keys) => storage.write(keys),
    list: (...prefixes) => storage.list(prefixes),
    items: (...actions) => table.items(actions),
    queryIndex: () => table.queryIndex(),
    publishAlerts: () => topic.publish(),
    // PutMetricData knows no resource; the namespace is what can be restricted.
    publishMetrics: () => [
      allow(['cloudwatch:PutMetricData'], ['*'], { StringEquals: { 'cloudwatch:namespace': 'Regimen' } }),
    ],
    readTrainingLogs: () => [
      allow(
        ['logs:FilterLogEvents'],
        ['', ':*'].map((suffix) => arn(account, 'logs', `log-group:${trainingLogGroup}${suffix}`)),
      ),
    ],
    lookAtExecutions: () => [allow(['states:DescribeExecution'], of('states', 'execution:', machines, ':*'))],
    startExecutions: () => [allow(['states:StartExecution'], of('states', 'stateMachine:', machines))],
    listTrials: () => [
      allow(
        ['sagemaker:ListTrainingJobsForHyperParameterTuningJob'],
        [arn(account, 'sagemaker', 'hyper-parameter-tuning-job/rgm-*')],
      ),
    ],
    readModels: () => [allow(['sagemaker:DescribeModelPackage'], packageArns)],
    // A listing is judged on the group; AWS's own examples of shared registries name it on the versions.
    listModels: () => [allow(['sagemaker:ListModelPackages'], [...groupArns, ...packageArns])],
    // Creating a version is judged on the group and on the version.
    registerModels: () => [allow(['sagemaker:CreateModelPackage'], [...groupArns, ...packageArns])],
  }
}
