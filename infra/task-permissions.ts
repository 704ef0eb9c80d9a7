/** What each service integration of a Task asks of the state machine's role: exact actions on exact resources. */
import * as z from 'zod'
import { literalPattern } from './literal-pattern.ts'
import { allow, type Statement } from './policy-document.ts'

/** Where the machine runs; ARNs are built from it. */
export interface DefinitionContext {
  readonly partition: string
  readonly region: string
  readonly accountId: string
  readonly stateMachineName: string
  /** Keys (patterns) that item readers may read when the definition computes the key. */
  readonly itemKeys: readonly string[]
  /** The key that encrypts what item readers read and result writers write. */
  readonly dataKeyArn: string
}

const record = z.record(z.string(), z.unknown())

export type Arguments = Readonly<Record<string, unknown>>
type Pattern = 'RequestResponse' | 'sync' | 'waitForTaskToken'
type Permissions = (args: Arguments, context: DefinitionContext, pattern: Pattern) => readonly Statement[]

export function serviceArn(context: DefinitionContext, service: string, resource: string): string {
  return `arn:${context.partition}:${service}:${context.region}:${context.accountId}:${resource}`
}

/** The EventBridge rule by which Step Functions learns that a job has ended; AWS makes and names it. */
function managedRule(context: DefinitionContext, name: string): Statement {
  return allow(
    ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
    [serviceArn(context, 'events', `rule/StepFunctionsGetEventsFor${name}`)],
  )
}

/** @throws Error when the definition computes an ARN: a role cannot be derived from it. */
function literalArn(args: Arguments, key: string): string {
  const value = args[key]
  if (typeof value === 'string' && value.startsWith('arn:')) return value
  throw new Error(`${key} of a task must be a literal ARN, so that the role can name it`)
}

interface SageMakerJob {
  readonly kind: string
  readonly nameKey: string
  readonly create: string
  readonly describe: string
  readonly stop: string
  readonly rule: string
}

function sageMakerJob(job: SageMakerJob): Permissions {
  return (args, context, pattern) => {
    const resource = serviceArn(context, 'sagemaker', `${job.kind}/${literalPattern(args[job.nameKey])}`)
    // The role of a tuning job stands with the trainings that it begins.
    const definition = record.catch({}).parse(args.TrainingJobDefinition)
    const roles = [args, definition].filter(({ RoleArn }) => typeof RoleArn === 'string')
    return [
      // Every job carries tags, and CreateX with tags is judged as AddTags too.
      allow([`sagemaker:${job.create}`, 'sagemaker:AddTags'], [resource]),
      ...(pattern === 'sync'
        ? [
            allow([`sagemaker:${job.describe}`, `sagemaker:${job.stop}`], [resource]),
            managedRule(context, job.rule),
          ]
        : []),
      ...roles.map((given) =>
        allow(['iam:PassRole'], [literalArn(given, 'RoleArn')], {
          StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
        }),
      ),
    ]
  }
}

const startExecution: Permissions = (args, context, pattern) => {
  const machine = literalArn(args, 'StateMachineArn')
  const execution = `${machine.replace(':stateMachine:', ':execution:')}:*`
  return [
    allow(['states:StartExecution'], [machine]),
    ...(pattern === 'sync'
      ? [
          allow(['states:DescribeExecution', 'states:StopExecution'], [execution]),
          managedRule(context, 'StepFunctionsExecutionRule'),
        ]
      : []),
  ]
}

const onTable =
  (action: string): Permissions =>
  (args, context) => [
    allow(
      [`dynamodb:${action}`],
      [serviceArn(context, 'dynamodb', `table/${literalPattern(args.TableName)}`)],
    ),
  ]

/** Integration (`lambda:invoke`) to what it asks for; one that is not here is refused. */
const integrations: Readonly<Record<string, Permissions>> = {
  'lambda:invoke': (args) => [allow(['lambda:InvokeFunction'], [literalArn(args, 'FunctionName')])],
  'sagemaker:createTrainingJob': sageMakerJob({
    kind: 'training-job',
    nameKey: 'TrainingJobName',
    create: 'CreateTrainingJob',
    describe: 'DescribeTrainingJob',
    stop: 'StopTrainingJob',
    rule: 'SageMakerTrainingJobsRule',
  }),
  'sagemaker:createTransformJob': sageMakerJob({
    kind: 'transform-job',
    nameKey: 'TransformJobName',
    create: 'CreateTransformJob',
    describe: 'DescribeTransformJob',
    stop: 'StopTransformJob',
    rule: 'SageMakerTransformJobsRule',
  }),
  'sagemaker:createHyperParameterTuningJob': sageMakerJob({
    kind: 'hyper-parameter-tuning-job',
    nameKey: 'HyperParameterTuningJobName',
    create: 'CreateHyperParameterTuningJob',
    describe: 'DescribeHyperParameterTuningJob',
    stop: 'StopHyperParameterTuningJob',
    rule: 'SageMakerTuningJobsRule',
  }),
  'sagemaker:createProcessingJob': sageMakerJob({
    kind: 'processing-job',
    nameKey: 'ProcessingJobName',
    create: 'CreateProcessingJob',
    describe: 'DescribeProcessingJob',
    stop: 'StopProcessingJob',
    rule: 'SageMakerProcessingJobsRule',
  }),
  'states:startExecution': startExecution,
  'dynamodb:getItem': onTable('GetItem'),
  'dynamodb:putItem': onTable('PutItem'),
  'dynamodb:updateItem': onTable('UpdateItem'),
  'sns:publish': (args) => [allow(['sns:Publish'], [literalArn(args, 'TopicArn')])],
}

/**
 * @param resource the Task's `Resource`: `arn:<partition>:states:::sagemaker:createTrainingJob.sync`
 * @throws Error when the integration is not known, or a role cannot be derived from its arguments.
 */
export function taskPermissions(
  resource: string,
  args: Arguments,
  context: DefinitionContext,
): readonly Statement[] {
  const [, name = '', suffix = ''] = /^arn:[a-z-]+:states:::(\w+:\w+)(?:\.([\w:]+))?$/.exec(resource) ?? []
  const permissions = integrations[name]
  if (permissions === undefined)
    throw new Error(
      `unknown service integration: ${resource}; expected one of ${Object.keys(integrations).join(', ')}`,
    )
  return permissions(args, context, patternOf(resource, suffix))
}

function patternOf(resource: string, suffix: string): Pattern {
  if (suffix === '') return 'RequestResponse'
  if (suffix === 'sync' || suffix === 'sync:2') return 'sync'
  if (suffix === 'waitForTaskToken') return 'waitForTaskToken'
  throw new Error(`unknown integration pattern: ${resource}; expected .sync, .sync:2 or .waitForTaskToken`)
}
