/** What every state machine must be, and what its tasks must ask of SageMaker. */
import { type TaskState, tasksOf } from './definition-tasks.ts'
import { at, isText, list } from './graph.ts'
import { type Finding, type Rule, unless } from './rule.ts'

const types = ['aws:sfn/stateMachine:StateMachine']

/** An argument that is there: a literal or an expression. */
const isSet = (value: unknown) => value !== undefined && value !== null && value !== '' && value !== false

function forTasks(of: RegExp, check: (task: TaskState) => readonly Finding[]): Rule['check'] {
  return ({ inputs }) =>
    tasksOf(inputs.definition)
      .filter(({ resource }) => of.test(resource))
      .flatMap((task) =>
        check(task).map(({ message }) => ({ message: `state ${task.name}: ${message}`, detail: task.name })),
      )
}

/** A tuning job holds the definition of the training jobs that it starts. */
const trainingOf = ({ args }: TaskState): unknown => at(args, 'TrainingJobDefinition') ?? args
const training = /sagemaker:create(TrainingJob|HyperParameterTuningJob)/

const needs = (args: unknown, ...paths: readonly (readonly string[])[]): readonly Finding[] =>
  paths.flatMap((path) => unless(isSet(at(args, ...path)), `no ${path.join('.')}`))

export const stateMachineRules: readonly Rule[] = [
  {
    id: 'machine-logged',
    title: 'A state machine logs every event, and none of the data',
    refs: ['StepFunctions.1', 'CKV_AWS_285'],
    types,
    check: ({ inputs }) => {
      const { level, includeExecutionData, logDestination } = loggingOf(inputs.loggingConfiguration)
      return [
        ...unless(
          level === 'ALL' || level === 'ERROR',
          'loggingConfiguration.level is neither ALL nor ERROR',
        ),
        ...unless(includeExecutionData === false, 'includeExecutionData is not false'),
        ...unless(logDestination !== undefined, 'no logDestination'),
      ]
    },
  },
  {
    id: 'machine-traced',
    title: 'A state machine is traced',
    refs: ['CKV_AWS_284'],
    types,
    check: ({ inputs }) =>
      unless(at(inputs, 'tracingConfiguration', 'enabled') === true, 'tracingConfiguration is not enabled'),
  },
  {
    id: 'machine-encrypted',
    title: "A state machine's definition and history are encrypted under a customer managed key",
    refs: ['CMK for history (AWS feature)'],
    types,
    check: ({ inputs }) =>
      unless(
        at(inputs, 'encryptionConfiguration', 'type') === 'CUSTOMER_MANAGED_KMS_KEY' &&
          isSet(at(inputs, 'encryptionConfiguration', 'kmsKeyId')),
        'encryptionConfiguration names no customer managed key',
      ),
  },
  {
    id: 'task-bounded',
    title: 'A task ends in a stated time and is retried for what passes; what is caught goes on',
    refs: ['regimen'],
    types,
    check: forTasks(/./, ({ state, resource, siblings }) => [
      ...unless(isSet(at(state, 'TimeoutSeconds')), 'no TimeoutSeconds'),
      ...unless(
        resource.endsWith('.waitForTaskToken') || list(at(state, 'Retry')).length > 0,
        'no Retry for transient errors',
      ),
      ...list(at(state, 'Catch')).flatMap((each) =>
        unless(
          at(siblings, String(at(each, 'Next')), 'Type') !== 'Fail',
          `a Catch leads to the Fail state ${String(at(each, 'Next'))}: a caught failure cannot be redriven`,
        ),
      ),
    ]),
  },
  {
    id: 'training-job-protected',
    title: 'A training job is encrypted, isolated and bounded',
    refs: ['CKV_AWS_367', 'CKV_AWS_368', 'CKV_AWS_369', 'SageMaker.9'],
    types,
    check: forTasks(training, (task) =>
      needs(
        trainingOf(task),
        ['OutputDataConfig', 'KmsKeyId'],
        [
          at(trainingOf(task), 'HyperParameterTuningResourceConfig') === undefined
            ? 'ResourceConfig'
            : 'HyperParameterTuningResourceConfig',
          'VolumeKmsKeyId',
        ],
        ['EnableNetworkIsolation'],
        ['EnableInterContainerTrafficEncryption'],
        ['StoppingCondition', 'MaxRuntimeInSeconds'],
      ),
    ),
  },
  {
    id: 'training-job-in-network',
    title: 'A training job runs in private subnets',
    refs: ['SageMaker.10', 'CKV_AWS_370'],
    types,
    check: forTasks(training, (task) =>
      needs(trainingOf(task), ['VpcConfig', 'Subnets'], ['VpcConfig', 'SecurityGroupIds']),
    ),
  },
  {
    id: 'transform-job-encrypted',
    title: 'A transform job is encrypted under a customer managed key',
    refs: ['regimen'],
    types,
    check: forTasks(/sagemaker:createTransformJob/, ({ args }) =>
      needs(args, ['TransformOutput', 'KmsKeyId'], ['TransformResources', 'VolumeKmsKeyId']),
    ),
  },
]

function loggingOf(value: unknown) {
  return {
    level: at(value, 'level'),
    includeExecutionData: at(value, 'includeExecutionData') ?? false,
    logDestination: isText(at(value, 'logDestination')) ? at(value, 'logDestination') : undefined,
  }
}
