import { expect, test } from 'vitest'
import { functionDefinitions } from '../../infra/functions.ts'
import { keptTypes } from '../../infra/kept-types.ts'
import { evaluate, statements } from './record-program.ts'

const dev = await evaluate('dev')
const prod = await evaluate('prod')

const account = '123456789012'
const arn = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:${account}:${resource}`
const key = arn('kms', 'key/key-id')
const functionNames = Object.keys(functionDefinitions)

test('registers exactly these resources', () => {
  const counts: Record<string, number> = {}
  for (const { type } of prod.resources) if (type.startsWith('aws:')) counts[type] = (counts[type] ?? 0) + 1
  expect(counts).toEqual({
    'aws:cloudtrail/trail:Trail': 1,
    'aws:cloudwatch/dashboard:Dashboard': 1,
    'aws:cloudwatch/eventRule:EventRule': 6,
    'aws:cloudwatch/eventTarget:EventTarget': 6,
    'aws:cloudwatch/logGroup:LogGroup': 44,
    'aws:cloudwatch/metricAlarm:MetricAlarm': 28,
    'aws:dynamodb/table:Table': 1,
    'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup': 1,
    'aws:ec2/flowLog:FlowLog': 1,
    'aws:ec2/routeTable:RouteTable': 1,
    'aws:ec2/routeTableAssociation:RouteTableAssociation': 2,
    'aws:ec2/securityGroup:SecurityGroup': 3,
    'aws:ec2/subnet:Subnet': 2,
    'aws:ec2/vpc:Vpc': 1,
    'aws:ec2/vpcEndpoint:VpcEndpoint': 7,
    'aws:iam/policy:Policy': 53,
    'aws:iam/role:Role': 52,
    'aws:iam/rolePolicyAttachment:RolePolicyAttachment': 52,
    'aws:kms/alias:Alias': 1,
    'aws:kms/key:Key': 2,
    'aws:lambda/alias:Alias': 37,
    'aws:lambda/function:Function': 37,
    'aws:lambda/layerVersion:LayerVersion': 1,
    'aws:lambda/permission:Permission': 6,
    'aws:s3/bucket:Bucket': 3,
    'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': 3,
    'aws:s3/bucketLogging:BucketLogging': 2,
    'aws:s3/bucketNotification:BucketNotification': 1,
    'aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration': 1,
    'aws:s3/bucketObjectv2:BucketObjectv2': 5,
    'aws:s3/bucketOwnershipControls:BucketOwnershipControls': 3,
    'aws:s3/bucketPolicy:BucketPolicy': 3,
    'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': 3,
    'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': 3,
    'aws:s3/bucketVersioning:BucketVersioning': 3,
    'aws:sagemaker/featureGroup:FeatureGroup': 1,
    'aws:sagemaker/modelPackageGroup:ModelPackageGroup': 1,
    'aws:scheduler/schedule:Schedule': 1,
    'aws:sfn/stateMachine:StateMachine': 5,
    'aws:sns/topic:Topic': 1,
    'aws:sns/topicPolicy:TopicPolicy': 1,
    'aws:sqs/queue:Queue': 1,
    'aws:sqs/queuePolicy:QueuePolicy': 1,
    'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': 4,
    'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': 1,
  })
})

test('environments hold the same resources under the same logical names, but for what configuration adds', () => {
  const shape = (program: typeof dev) =>
    program.resources
      .map(({ type, name }) => `${type} ${name.replace(/[0-9a-f]{12}$/, '')}`)
      .filter(
        (each) =>
          !/regimen-(audit|people|network)|regimen:infra:Network|-overdue|adherence-features/.test(each),
      )
      .sort()
  expect(shape(dev)).toEqual(shape(prod))
})

test('no environment names a resource of another', () => {
  expect(JSON.stringify(dev.resources)).not.toContain('regimen-prod')
  expect(JSON.stringify(prod.resources)).not.toContain('regimen-dev')
})

test('the queues of a project are looked at by the clock', () => {
  const { inputs } = dev.one('aws:scheduler/schedule:Schedule', 'adherence-turns-schedule')
  expect(inputs).toMatchObject({
    scheduleExpression: 'rate(15 minutes)',
    target: {
      arn: `arn:aws:lambda:eu-central-1:${account}:function:regimen-dev-start-run:live`,
      input: JSON.stringify({ sweep: 'adherence' }),
    },
  })
})

test('what cannot be made again is protected and retained, in an engineer’s environment too; nothing else is protected', () => {
  for (const program of [dev, prod]) {
    const stateful = program.resources.filter(({ type }) => keptTypes.has(type))
    const lasting = program.resources.filter(
      ({ options }) => options.protect && options.retainOnDelete === true,
    )
    expect(stateful.length).toBeGreaterThanOrEqual(5)
    expect(lasting.map(({ urn }) => urn).sort()).toEqual(stateful.map(({ urn }) => urn).sort())
    expect(program.resources.filter(({ options }) => options.protect)).toEqual(lasting)
  }
})

test('environments differ by their configuration alone', () => {
  expect(dev.one('aws:cloudwatch/logGroup:LogGroup', 'plan-parts-logs').inputs.retentionInDays).toBe(365)
  expect(prod.one('aws:cloudwatch/logGroup:LogGroup', 'plan-parts-logs').inputs.retentionInDays).toBe(2192)
  const definition = (program: typeof dev) =>
    String(program.one('aws:sfn/stateMachine:StateMachine', 'adherence-training-machine').inputs.definition)
  expect(definition(dev)).toContain("'partBytes': 4000000")
  expect(definition(prod)).toContain("'partBytes': 64000000")
})

test.each(functionNames)('%s is a published bundle with its own role, logs and alias', (name) => {
  const physical = `regimen-dev-${name}`
  const { inputs } = dev.one('aws:lambda/function:Function', `${name}-function`)
  expect(inputs).toMatchObject({
    name: physical,
    role: `arn:aws:iam::${account}:role/${physical}`,
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    architectures: ['arm64'],
    publish: true,
    kmsKeyArn: key,
    tracingConfig: { mode: 'Active' },
    loggingConfig: { logFormat: 'JSON', logGroup: `/aws/lambda/${physical}` },
    environment: { variables: { POWERTOOLS_SERVICE_NAME: name } },
  })
  expect(dev.one('aws:cloudwatch/logGroup:LogGroup', `${name}-logs`).inputs).toMatchObject({
    name: `/aws/lambda/${physical}`,
    kmsKeyId: key,
  })
  expect(dev.one('aws:lambda/alias:Alias', `${name}-live`).inputs).toEqual({
    name: 'live',
    functionName: physical,
    functionVersion: '1',
  })
  expect(
    JSON.parse(String(dev.one('aws:iam/role:Role', `${name}-role-role`).inputs.assumeRolePolicy)),
  ).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': account } },
      },
    ],
  })
})

test('planning parts reads what was uploaded and writes plans, nothing else', () => {
  const bucket = 'arn:aws:s3:::regimen-dev-123456789012-eu-central-1'
  expect(dev.policyOf('plan-parts-role')).toEqual([
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: [arn('logs', 'log-group:/aws/lambda/regimen-dev-plan-parts:*')],
    },
    { Effect: 'Allow', Action: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], Resource: ['*'] },
    { Effect: 'Allow', Action: ['kms:Decrypt'], Resource: [key] },
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:GetObjectVersion'],
      Resource: ['batches/*', 'datasets/*', 'inbox/*', 'project/*.json'].map((key) => `${bucket}/*/${key}`),
    },
    {
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:AbortMultipartUpload'],
      Resource: ['imports', 'inference', 'runs'].map((kind) => `${bucket}/*/${kind}/*/plan.json`),
    },
    { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: [key] },
    {
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: [bucket],
      Condition: { StringLike: { 's3:prefix': ['*/datasets/*', '*/batches/*', '*/inbox/*'] } },
    },
  ])
})

test('only the starter may start executions, only registration may add versions, none may approve', () => {
  const mayDo = (action: string) =>
    functionNames.filter((name) => dev.policyOf(`${name}-role`).some(({ Action }) => Action.includes(action)))
  expect(mayDo('states:StartExecution')).toEqual([
    'promote-model',
    'start-deployment',
    'start-monitoring',
    'start-run',
  ])
  expect(mayDo('sagemaker:CreateModelPackage')).toEqual(['register-model', 'import-model'])
  expect(mayDo('sagemaker:UpdateModelPackage')).toEqual([])
  expect(mayDo('cloudwatch:PutMetricData')).toEqual(['detect-drift', 'join-labels', 'compare-predictions'])
  expect(mayDo('sns:Publish')).toEqual(['record-outcome', 'observe-windows'])
})

test('a function receives the names that it works with and no others', () => {
  const variables = (name: string) =>
    dev.one('aws:lambda/function:Function', `${name}-function`).inputs.environment
  expect(variables('start-run')).toEqual({
    variables: {
      POWERTOOLS_SERVICE_NAME: 'start-run',
      POWERTOOLS_METRICS_NAMESPACE: 'Regimen',
      POWERTOOLS_LOG_LEVEL: 'INFO',
      BUCKET: 'regimen-dev-123456789012-eu-central-1',
      TABLE: 'regimen-dev',
      ENVIRONMENT: 'dev',
      STATE_MACHINE_PREFIX: arn('states', 'stateMachine:regimen-dev-'),
      PROJECT_URIS: JSON.stringify(dev.outputs.projectUris),
      RUN_LIMITS: JSON.stringify({ adherence: { training: 4 } }),
    },
  })
})

test('whoever is called by events has somewhere for those that fail', () => {
  const queue = arn('sqs', 'regimen-dev-undelivered')
  const withQueue = functionNames.filter(
    (name) =>
      dev.one('aws:lambda/function:Function', `${name}-function`).inputs.deadLetterConfig !== undefined,
  )
  expect(withQueue).toEqual([
    'promote-model',
    'end-deployment',
    'record-outcome',
    'start-monitoring',
    'start-run',
  ])
  for (const { inputs } of dev.of('aws:cloudwatch/eventTarget:EventTarget'))
    expect(inputs).toMatchObject({
      deadLetterConfig: { arn: queue },
      retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 },
    })
})

test("the training machine's role may do what its states do and no more", () => {
  const bucket = 'arn:aws:s3:::regimen-dev-123456789012-eu-central-1'
  const policy = dev.policyOf('adherence-training-role')
  const of = (action: string) => policy.filter(({ Action }) => Action.includes(action)).map((s) => s.Resource)
  expect(of('lambda:InvokeFunction')).toEqual([
    [
      'evaluate-part',
      'fit-encoder',
      'merge-evaluation',
      'merge-profile',
      'plan-parts',
      'plan-training',
      'profile-part',
      'record-run',
      'record-trials',
      'register-model',
      'resolve-model',
      'transform-part',
      'write-report',
    ].map((name) => arn('lambda', `function:regimen-dev-${name}:1`)),
  ])
  expect(of('sagemaker:CreateTrainingJob')).toEqual([[arn('sagemaker', 'training-job/adherence-*-*-*')]])
  expect(of('s3:GetObject')).toEqual([[`${bucket}/adherence/runs/*/plan.json`]])
  expect(of('iam:PassRole')).toEqual([[`arn:aws:iam::${account}:role/regimen-dev-adherence-sagemaker`]])
  expect(of('states:StartExecution')).toEqual([
    [arn('states', 'stateMachine:regimen-dev-adherence-training')],
  ])
  expect(policy).toHaveLength(14)
})

test("the inference machine's role starts no training job", () => {
  const actions = dev.policyOf('adherence-inference-role').flatMap(({ Action }) => Action)
  expect(actions.filter((action) => action.startsWith('sagemaker:'))).toEqual([])
  expect(actions).toContain('lambda:InvokeFunction')
})

test('training jobs can make nothing unencrypted', () => {
  const denied = dev.policyOf('adherence-training-sagemaker').filter(({ Effect }) => Effect === 'Deny')
  expect(denied.map(({ Action, Condition }) => [Action, Condition])).toEqual([
    [['sagemaker:CreateTrainingJob'], { Null: { 'sagemaker:VolumeKmsKey': 'true' } }],
    [['sagemaker:CreateTrainingJob'], { Null: { 'sagemaker:OutputKmsKey': 'true' } }],
    [['sagemaker:CreateTrainingJob'], { Bool: { 'sagemaker:NetworkIsolation': 'false' } }],
    [['sagemaker:CreateTrainingJob'], { Bool: { 'sagemaker:InterContainerTrafficEncryption': 'false' } }],
  ])
})

test('definitions name published versions, the exact image and the key', () => {
  const definition = String(
    dev.one('aws:sfn/stateMachine:StateMachine', 'adherence-training-machine').inputs.definition,
  )
  expect(definition).toContain('sagemaker-xgboost:3.0-5')
  expect(definition).toContain(arn('lambda', 'function:regimen-dev-plan-parts:1'))
  expect(definition).toContain(key)
  expect(definition).not.toMatch(/\$\{[a-zA-Z]/)
})

test('what becomes of an execution reaches the recorder, an approval the promotion', () => {
  const pattern = (name: string) =>
    JSON.parse(String(dev.one('aws:cloudwatch/eventRule:EventRule', name).inputs.eventPattern))
  expect(pattern('adherence-outcome-rule')).toEqual({
    source: ['aws.states'],
    'detail-type': ['Step Functions Execution Status Change'],
    detail: {
      stateMachineArn: [
        arn('states', 'stateMachine:regimen-dev-adherence-training'),
        arn('states', 'stateMachine:regimen-dev-adherence-inference'),
        arn('states', 'stateMachine:regimen-dev-adherence-dataset-import'),
        arn('states', 'stateMachine:regimen-dev-adherence-deployment'),
        arn('states', 'stateMachine:regimen-dev-adherence-monitoring'),
      ],
    },
  })
  expect(pattern('adherence-approval-rule')).toEqual({
    source: ['aws.sagemaker'],
    'detail-type': ['SageMaker Model Package State Change'],
    detail: {
      ModelPackageGroupName: ['regimen-dev-adherence'],
      ModelApprovalStatus: ['Approved', 'Rejected'],
    },
  })
  const target = (name: string) => dev.one('aws:cloudwatch/eventTarget:EventTarget', name).inputs.arn
  expect(target('adherence-outcome-target')).toBe(arn('lambda', 'function:regimen-dev-record-outcome:live'))
  expect(pattern('adherence-dataset-import-inbox-rule')).toEqual({
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: {
      bucket: { name: ['regimen-dev-123456789012-eu-central-1'] },
      object: { key: [{ prefix: 'adherence/inbox/' }] },
    },
  })
  expect(target('adherence-dataset-import-inbox-target')).toBe(
    arn('lambda', 'function:regimen-dev-start-run:live'),
  )
  expect(target('adherence-approval-target')).toBe(arn('lambda', 'function:regimen-dev-promote-model:live'))
})

test('drift raises an alarm that tells people in every state', () => {
  const topic = arn('sns', 'regimen-dev-alerts')
  expect(dev.one('aws:cloudwatch/metricAlarm:MetricAlarm', 'adherence-drift-alarm').inputs).toMatchObject({
    name: 'regimen-dev-adherence-drift',
    namespace: 'Regimen',
    metricName: 'DriftAlarm',
    dimensions: { Project: 'adherence', Environment: 'dev' },
    threshold: 1,
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    treatMissingData: 'ignore',
    alarmActions: [topic],
    okActions: [topic],
    insufficientDataActions: [topic],
  })
})

test('the topic and the key let alarms and rules of this environment publish', () => {
  const policy = statements(dev.one('aws:sns/topicPolicy:TopicPolicy', 'regimen-alerts-policy').inputs.policy)
  expect(policy.map(({ Sid, Principal }) => [Sid, Principal])).toEqual([
    ['TlsOnly', '*'],
    ['Alarms', { Service: 'cloudwatch.amazonaws.com' }],
    ['Rules', { Service: 'events.amazonaws.com' }],
  ])
  const keyPolicy = statements(dev.one('aws:kms/key:Key', 'regimen-key').inputs.policy)
  expect(keyPolicy.map(({ Principal }) => Principal)).toEqual([
    { AWS: `arn:aws:iam::${account}:root` },
    { Service: 'cloudwatch.amazonaws.com' },
    { Service: 'events.amazonaws.com' },
    { Service: 'logs.eu-central-1.amazonaws.com' },
  ])
})

test('the project is an object named by its content, and every output says where things are', () => {
  const [object] = dev.of('aws:s3/bucketObjectv2:BucketObjectv2')
  expect(object?.inputs.key).toMatch(/^adherence\/project\/[0-9a-f]{12}\.json$/)
  expect(JSON.parse(String(object?.inputs.content))).toMatchObject({ id: 'adherence' })
  expect(dev.outputs).toMatchObject({
    bucket: 'regimen-dev-123456789012-eu-central-1',
    table: 'regimen-dev',
    topic: arn('sns', 'regimen-dev-alerts'),
    starter: arn('lambda', 'function:regimen-dev-start-run:live'),
    projectUris: { adherence: `s3://regimen-dev-123456789012-eu-central-1/${object?.inputs.key}` },
    stateMachines: {
      adherence: {
        training: arn('states', 'stateMachine:regimen-dev-adherence-training'),
        inference: arn('states', 'stateMachine:regimen-dev-adherence-inference'),
        'dataset-import': arn('states', 'stateMachine:regimen-dev-adherence-dataset-import'),
        deployment: arn('states', 'stateMachine:regimen-dev-adherence-deployment'),
      },
    },
    modelPackageGroups: { adherence: 'regimen-dev-adherence' },
    release: expect.stringMatching(/^[0-9a-f]{12}$/),
  })
})

test('evaluating again gives the same resources with the same inputs and the same release', async () => {
  const again = await evaluate('dev')
  const text = (program: typeof dev) => program.resources.map((resource) => JSON.stringify(resource)).sort()
  expect(text(again)).toEqual(text(dev))
  expect(again.outputs.release).toBe(dev.outputs.release)
})

test('a configuration error stops the program before anything is registered', async () => {
  await expect(evaluate('dev', { 'regimen:partBytes': 'many' })).rejects.toThrow(
    'regimen:partBytes: got many; expected a whole number of bytes from 65536 to 1000000000; correct it in Pulumi.dev.yaml',
  )
})
