/** What roles are allowed and nobody sees them call in the life of a model on a laptop: why it is allowed all the same. */

export interface Unseen {
  readonly actions: readonly string[]
  /** Ends of role names. @default every role */
  readonly roles?: readonly string[]
  readonly reason: string
}

const machines = ['-training', '-inference', '-dataset-import', '-deployment', '-monitoring']

export const unseenActions: readonly Unseen[] = [
  {
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    reason: "Lambda and SageMaker write logs in the role's name; the laptop writes a file",
  },
  {
    actions: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    reason: "Lambda and Step Functions send traces in the role's name; the laptop traces nothing",
  },
  {
    actions: ['xray:GetSamplingRules', 'xray:GetSamplingTargets'],
    roles: machines,
    reason: "Step Functions asks how much to trace in the machine's name",
  },
  {
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    reason:
      'S3, DynamoDB, SQS, SNS and Lambda use the key on behalf of whoever calls them; the laptop does not encrypt',
  },
  {
    actions: ['kms:CreateGrant', 'kms:DescribeKey'],
    roles: ['-sagemaker'],
    reason: "SageMaker attaches a job's encrypted volume by a grant; the laptop has no volumes",
  },
  {
    actions: [
      'cloudwatch:PutMetricData',
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:GetAuthorizationToken',
      'ecr:GetDownloadUrlForLayer',
      'logs:CreateLogGroup',
      'logs:DescribeLogStreams',
    ],
    roles: ['-sagemaker'],
    reason: "SageMaker pulls the image and reports in the job's name; the laptop's trainer is no image",
  },
  {
    actions: ['states:DescribeExecution'],
    roles: ['start-run', 'observe-windows'],
    reason: 'called when a run holds a place longer than its lease; none did',
  },
  {
    actions: ['lambda:InvokeFunction'],
    roles: ['-turns-schedule'],
    reason: 'called every 15 minutes; no life on a laptop lasts that long',
  },
  {
    actions: ['s3:AbortMultipartUpload'],
    reason: 'called when an upload in parts fails, which none did',
  },
  {
    actions: ['s3:GetObjectVersion'],
    reason:
      'whoever may read an object may read it as it was when a manifest named it; these keys are written once',
  },
  {
    actions: [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
    roles: machines,
    reason: "Step Functions sets up its log delivery in the machine's name; the laptop needs no set-up",
  },
  {
    actions: [
      'states:DescribeExecution',
      'states:RedriveExecution',
      'states:StartExecution',
      'states:StopExecution',
    ],
    roles: ['-training', '-inference', '-dataset-import', '-monitoring'],
    reason:
      'the items of a Distributed Map are executions of the machine itself; the laptop runs them inside it',
  },
  {
    actions: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
    roles: ['-training'],
    reason: 'Step Functions learns by a rule that it makes that a job has ended; the laptop is told at once',
  },
  {
    actions: ['sagemaker:StopTrainingJob'],
    roles: ['-training'],
    reason: 'called when an execution is stopped while its job runs; test/local/states stops one',
  },
  {
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    roles: [
      'review-dataset',
      'import-model',
      'export-model',
      'compare-variants',
      'join-labels',
      'note-retraining',
      'acknowledge-episode',
    ],
    reason:
      'this life reviews no dataset, has one environment, no labels and no episode: the door is not called',
  },
  {
    actions: ['dynamodb:GetItem'],
    roles: [
      'fetch-dataset',
      'record-run',
      'promote-model',
      'end-deployment',
      'record-outcome',
      'start-monitoring',
    ],
    reason: 'an item is read when one is there already, as after a repeated event; nothing came twice',
  },
  {
    actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
    roles: ['fetch-dataset'],
    reason: 'kept of what it downloads; a file of the laptop was uploaded by the command',
  },
  {
    actions: ['dynamodb:UpdateItem'],
    roles: ['predict'],
    reason: 'single predictions are counted while two versions share them; this life asks while one answers',
  },
  {
    actions: ['dynamodb:Query'],
    roles: ['register-dataset', 'start-run'],
    reason: 'looks through what waits or went before; every table is new and every run goes at once',
  },
  {
    actions: ['dynamodb:PutItem'],
    roles: ['prepare-deployment', 'observe-windows'],
    reason: 'written when a deployment is refused or an episode opens; neither happens',
  },
  {
    actions: ['sqs:SendMessage'],
    reason: 'Lambda sends what a function failed to take for good; none did',
  },
  {
    actions: ['s3:ListBucket'],
    roles: ['compare-predictions', 'detect-drift', 'fetch-dataset', 'join-labels', 'plan-parts', 'start-run'],
    reason:
      'called where there is a history, a prefix or an inbox to look through; this life has one file of each',
  },
  {
    actions: ['s3:PutObject'],
    roles: ['fetch-dataset'],
    reason: 'called for what it downloads; a file of the laptop was uploaded by the command',
  },
  {
    actions: ['cloudwatch:PutMetricData', 's3:GetObject', 's3:PutObject'],
    roles: ['join-labels'],
    reason: 'labels come weeks after a batch; test/functions/drift joins them',
  },
  {
    actions: ['sagemaker:DescribeModelPackage', 'sagemaker:ListModelPackages'],
    roles: [
      'predict',
      'prepare-deployment',
      'resolve-model',
      'start-deployment',
      'watch-deployment',
      'shift-traffic',
    ],
    reason: 'the registry is asked for a version that the table has lost; it lost none',
  },
  {
    actions: ['s3:GetObject'],
    roles: ['register-model'],
    reason: 'the registry looks at the artifacts on behalf of who registers them',
  },
  {
    actions: ['states:StartExecution'],
    roles: ['promote-model'],
    reason: 'called where an approval starts a deployment (regimen:onApproval canary or linear)',
  },
  {
    actions: ['s3:GetObject'],
    roles: ['record-run'],
    reason: 'the model is read where runs are sent to an MLflow server; test/mlflow sends some',
  },
  {
    actions: ['sagemaker:StopHyperParameterTuningJob'],
    roles: ['-training'],
    reason: 'called when an execution is stopped while it searches; test/local/states stops one',
  },
  {
    actions: [
      's3:GetObject',
      's3:ListBucket',
      's3:PutObject',
      'sagemaker:CreateModelPackage',
      'sagemaker:DescribeModelPackage',
      'sagemaker:ListModelPackages',
    ],
    roles: ['export-model', 'import-model'],
    reason: 'this life has one environment; test/flow/promotion.test.ts carries a version into another',
  },
  {
    actions: [
      's3:GetObject',
      's3:ListBucket',
      'sagemaker:DescribeModelPackage',
      'sagemaker:ListModelPackages',
    ],
    roles: ['compare-variants'],
    reason: 'two versions are told apart by labels that come weeks later; test/flow/abtest.test.ts has them',
  },
  {
    actions: ['sagemaker:DescribeModelPackage', 'sns:Publish'],
    roles: ['observe-windows'],
    reason:
      'called where an episode opens, which test/flow/simulation.test.ts has, or the table has lost a version',
  },
]
