import { describe, expect, test } from 'vitest'
import { policyForDefinition } from '../../infra/definition-policy.ts'

const context = {
  partition: 'aws-cn',
  region: 'cn-north-1',
  accountId: '123456789012',
  stateMachineName: 'regimen-dev-demo-training',
  itemKeys: ['demo/runs/*/plan.json'],
  dataKeyArn: 'arn:aws-cn:kms:cn-north-1:123456789012:key/k',
}
const here = (service: string, resource: string) =>
  `arn:aws-cn:${service}:cn-north-1:123456789012:${resource}`
const task = (resource: string, args: object) => ({
  Type: 'Task',
  Resource: `arn:aws-cn:states:::${resource}`,
  Arguments: args,
  End: true,
})
const flow = (...states: object[]) => ({
  StartAt: 'S0',
  States: Object.fromEntries(states.map((state, at) => [`S${at}`, state])),
})
const allow = (Action: string[], Resource: string[], Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition === undefined ? {} : { Condition }),
})
const derive = (...states: object[]) => policyForDefinition(flow(...states), context)
const managedRule = (name: string) =>
  allow(
    ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
    [here('events', `rule/StepFunctionsGetEventsFor${name}`)],
  )

test('a Lambda task may invoke exactly the version that it names', () => {
  const version = here('lambda', 'function:f:7')
  expect(derive(task('lambda:invoke', { FunctionName: version, Payload: {} }))).toEqual([
    allow(['lambda:InvokeFunction'], [version]),
  ])
})

describe('SageMaker jobs', () => {
  const roleArn = 'arn:aws-cn:iam::123456789012:role/jobs'
  const pass = allow(['iam:PassRole'], [roleArn], {
    StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
  })

  test('a .sync training job may be made, tagged, watched and stopped, and its role passed to SageMaker alone', () => {
    const job = here('sagemaker', 'training-job/demo-*')
    expect(
      derive(
        task('sagemaker:createTrainingJob.sync', {
          TrainingJobName: "{% 'demo-' & $id %}",
          RoleArn: roleArn,
        }),
      ),
    ).toEqual([
      allow(['sagemaker:CreateTrainingJob', 'sagemaker:AddTags'], [job]),
      allow(['sagemaker:DescribeTrainingJob', 'sagemaker:StopTrainingJob'], [job]),
      managedRule('SageMakerTrainingJobsRule'),
      pass,
    ])
  })

  test('a job that is only asked for is not watched', () => {
    expect(
      derive(task('sagemaker:createTrainingJob', { TrainingJobName: 'once', RoleArn: roleArn })),
    ).toEqual([
      allow(['sagemaker:CreateTrainingJob', 'sagemaker:AddTags'], [here('sagemaker', 'training-job/once')]),
      pass,
    ])
  })

  test.each([
    ['createTransformJob', 'TransformJobName', 'transform-job', 'SageMakerTransformJobsRule'],
    [
      'createHyperParameterTuningJob',
      'HyperParameterTuningJobName',
      'hyper-parameter-tuning-job',
      'SageMakerTuningJobsRule',
    ],
    ['createProcessingJob', 'ProcessingJobName', 'processing-job', 'SageMakerProcessingJobsRule'],
  ])('%s.sync uses its own managed rule', (action, key, kind, rule) => {
    const job = here('sagemaker', `${kind}/j-*`)
    const noun = action.replace('create', '')
    expect(derive(task(`sagemaker:${action}.sync`, { [key]: "{% 'j-' & $id %}" }))).toEqual([
      allow([`sagemaker:Create${noun}`, 'sagemaker:AddTags'], [job]),
      allow([`sagemaker:Describe${noun}`, `sagemaker:Stop${noun}`], [job]),
      managedRule(rule),
    ])
  })

  test('a computed role cannot be passed', () => {
    expect(() =>
      derive(task('sagemaker:createTrainingJob.sync', { TrainingJobName: 'x', RoleArn: '{% $role %}' })),
    ).toThrow('state S0: RoleArn of a task must be a literal ARN, so that the role can name it')
  })
})

describe('maps', () => {
  const child = flow(task('lambda:invoke', { FunctionName: here('lambda', 'function:f:1') }))
  const distributed = { Type: 'Map', ItemProcessor: { ...child, ProcessorConfig: { Mode: 'DISTRIBUTED' } } }
  const self = [
    allow(['states:StartExecution'], [here('states', 'stateMachine:regimen-dev-demo-training')]),
    allow(
      ['states:DescribeExecution', 'states:StopExecution'],
      [here('states', 'execution:regimen-dev-demo-training:*')],
    ),
    allow(['states:RedriveExecution'], [here('states', 'execution:regimen-dev-demo-training/*')]),
  ]
  const invoke = allow(['lambda:InvokeFunction'], [here('lambda', 'function:f:1')])
  const decrypt = allow(['kms:Decrypt'], [context.dataKeyArn])
  const reader = (Key: string) => ({
    ItemReader: { Resource: 'arn:aws-cn:states:::s3:getObject', Arguments: { Bucket: 'b', Key } },
  })

  test('an inline map needs what its states need', () => {
    expect(derive({ Type: 'Map', ItemProcessor: { ...child, ProcessorConfig: { Mode: 'INLINE' } } })).toEqual(
      [invoke],
    )
  })

  test('a distributed map may start, watch, stop and redrive executions of its own machine', () => {
    expect(derive(distributed)).toEqual([...self, invoke])
  })

  test('an item reader may read the object that it names', () => {
    expect(derive({ ...distributed, ...reader('items.json') })).toEqual([
      ...self,
      allow(['s3:GetObject'], ['arn:aws-cn:s3:::b/items.json']),
      decrypt,
      invoke,
    ])
  })

  test('an item reader whose key is computed may read the keys that the machine was given', () => {
    expect(derive({ ...distributed, ...reader("{% $substringAfter($planUri, 's3://b/') %}") })[3]).toEqual(
      allow(['s3:GetObject'], ['arn:aws-cn:s3:::b/demo/runs/*/plan.json']),
    )
  })

  test('a listing reader may list below its prefix', () => {
    const ItemReader = {
      Resource: 'arn:aws-cn:states:::s3:listObjectsV2',
      Arguments: { Bucket: 'b', Prefix: 'in/' },
    }
    expect(derive({ ...distributed, ItemReader })[3]).toEqual(
      allow(['s3:ListBucket'], ['arn:aws-cn:s3:::b'], { StringLike: { 's3:prefix': ['in/*'] } }),
    )
  })

  test('a result writer may write and complete below its prefix', () => {
    const ResultWriter = {
      Resource: 'arn:aws-cn:states:::s3:putObject',
      Arguments: { Bucket: 'b', Prefix: "{% 'out/' & $id %}" },
    }
    expect(derive({ ...distributed, ResultWriter }).slice(3, 5)).toEqual([
      allow(
        ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
        ['arn:aws-cn:s3:::b/out/*'],
      ),
      allow(['kms:Decrypt', 'kms:GenerateDataKey'], [context.dataKeyArn]),
    ])
  })

  test('a computed bucket is refused, with the state', () => {
    const ItemReader = {
      Resource: 'arn:aws-cn:states:::s3:getObject',
      Arguments: { Bucket: '{% $bucket %}', Key: 'k' },
    }
    expect(() => derive({ ...distributed, ItemReader })).toThrow(
      'state S0: Bucket must be a literal name, so that the role can name it',
    )
  })
})

test('branches of a parallel state count, and states without tasks need nothing', () => {
  const f = here('lambda', 'function:f:1')
  const parallel = {
    Type: 'Parallel',
    Branches: [flow(task('lambda:invoke', { FunctionName: f })), flow({ Type: 'Pass' })],
  }
  expect(derive({ Type: 'Pass' }, parallel, { Type: 'Succeed' })).toEqual([
    allow(['lambda:InvokeFunction'], [f]),
  ])
})

test('an execution of another machine that is waited for may be watched and stopped', () => {
  const machine = here('states', 'stateMachine:other')
  expect(derive(task('states:startExecution.sync:2', { StateMachineArn: machine }))).toEqual([
    allow(['states:StartExecution'], [machine]),
    allow(['states:DescribeExecution', 'states:StopExecution'], [here('states', 'execution:other:*')]),
    managedRule('StepFunctionsExecutionRule'),
  ])
})

test('a table and a topic are named exactly', () => {
  const topic = here('sns', 'alerts')
  expect(
    derive(task('dynamodb:putItem', { TableName: 'runs' }), task('sns:publish', { TopicArn: topic })),
  ).toEqual([allow(['dynamodb:PutItem'], [here('dynamodb', 'table/runs')]), allow(['sns:Publish'], [topic])])
})

test('an integration that is not known is refused', () => {
  expect(() => derive(task('glue:startJobRun.sync', {}))).toThrow(
    'state S0: unknown service integration: arn:aws-cn:states:::glue:startJobRun.sync; expected one of lambda:invoke, ',
  )
})

test('an integration pattern that is not known is refused', () => {
  expect(() => derive(task('lambda:invoke.async', { FunctionName: here('lambda', 'function:f:1') }))).toThrow(
    'state S0: unknown integration pattern: arn:aws-cn:states:::lambda:invoke.async; expected .sync, .sync:2 or .waitForTaskToken',
  )
})
