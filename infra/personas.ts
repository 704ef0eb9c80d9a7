/** What each kind of person may do and must not: statements per role, from the environment's names alone. */
import { type Account, arn } from './account.ts'
import type { Names } from './names.ts'
import { allow, type Statement } from './policy-document.ts'

export interface PersonaContext {
  readonly names: Names
  readonly account: Account
  /** Ids of the deployed projects. */
  readonly projects: readonly string[]
  readonly dataKeyArn: string
}

export const personas = ['data-scientist', 'ml-engineer', 'approver', 'operator', 'auditor'] as const
export type Persona = (typeof personas)[number]

export const personaTitles: Readonly<Record<Persona, string>> = {
  'data-scientist': 'Brings data, starts training, reads results; approves, deploys and audits nothing',
  'ml-engineer': 'As a data scientist, and puts approved versions into production',
  approver: 'Approves or rejects versions, and starts no training',
  operator: 'Watches, stops and repeats executions; sees no data',
  auditor: 'Reads who did what; sees no data and changes nothing',
}

const deny = (
  Sid: string,
  actions: readonly string[],
  resources: readonly string[],
  condition?: Statement['Condition'],
): Statement => ({
  Sid,
  Effect: 'Deny',
  Action: actions,
  Resource: resources,
  ...(condition === undefined ? {} : { Condition: condition }),
})

/** @returns the statements of a role; what it must not do is denied even where another policy allows it */
export function personaStatements(persona: Persona, context: PersonaContext): readonly Statement[] {
  const of = building(context)
  switch (persona) {
    case 'data-scientist':
      return [...of.results, ...of.bringData, ...of.startRuns, of.noApproval, of.noDeployment, ...of.noAudit]
    case 'ml-engineer':
      return [
        ...of.results,
        ...of.bringData,
        ...of.startRuns,
        ...of.stopRuns,
        ...of.promote,
        ...of.deploy,
        ...of.tryEndpoint,
        of.noApproval,
        ...of.noAudit,
      ]
    case 'approver':
      return [...of.results, ...of.approve, ...of.noTraining, ...of.noAudit]
    case 'operator':
      return [...of.watch, ...of.stopRuns, ...of.attend, ...of.noData, of.noApproval, ...of.noAudit]
    case 'auditor':
      return [...of.watch, ...of.readAudit, ...of.noData, of.noRuns, of.noApproval, of.noChange]
  }
}

function building({ names, account, projects, dataKeyArn }: PersonaContext) {
  const { partition } = account
  const bucket = `arn:${partition}:s3:::${names.bucket(account)}`
  const audit = `arn:${partition}:s3:::${names.auditBucket(account)}`
  const table = arn(account, 'dynamodb', `table/${names.table()}`)
  const machines = arn(account, 'states', `stateMachine:${names.prefix}*`)
  const executions = arn(account, 'states', `execution:${names.prefix}*`)
  const starter = arn(account, 'lambda', `function:${names.of('function', 'start-run')}:live`)
  const deployer = arn(account, 'lambda', `function:${names.of('function', 'start-deployment')}:live`)
  const monitor = arn(account, 'lambda', `function:${names.of('function', 'start-monitoring')}:live`)
  const acknowledger = arn(account, 'lambda', `function:${names.of('function', 'acknowledge-episode')}:live`)
  const comparer = arn(account, 'lambda', `function:${names.of('function', 'compare-variants')}:live`)
  const exporter = arn(account, 'lambda', `function:${names.of('function', 'export-model')}:live`)
  const importer = arn(account, 'lambda', `function:${names.of('function', 'import-model')}:live`)
  const predictor = arn(account, 'lambda', `function:${names.of('function', 'predict')}:live`)
  const reviewer = arn(account, 'lambda', `function:${names.of('function', 'review-dataset')}:live`)
  const groups = projects.map((project) => names.modelPackageGroup(project))
  const versions = groups.map((group) => arn(account, 'sagemaker', `model-package/${group}/*`))
  const under = (...keys: readonly string[]) =>
    projects.flatMap((project) => keys.map((key) => `${bucket}/${project}/${key}`))
  const prefixes = { StringLike: { 's3:prefix': projects.map((project) => `${project}/*`) } }
  const watch = [
    allow(['states:DescribeExecution', 'states:GetExecutionHistory', 'states:ListMapRuns'], [executions]),
    allow(['states:DescribeMapRun'], [arn(account, 'states', `mapRun:${names.prefix}*`)]),
    allow(['states:DescribeStateMachine', 'states:ListExecutions'], [machines]),
    allow(['cloudwatch:DescribeAlarms'], [arn(account, 'cloudwatch', `alarm:${names.prefix}*`)]),
    allow(
      ['cloudwatch:GetDashboard'],
      [`arn:${partition}:cloudwatch::${account.accountId}:dashboard/${names.prefix}*`],
    ),
    allow(
      ['logs:FilterLogEvents', 'logs:GetLogEvents', 'logs:DescribeLogStreams'],
      [arn(account, 'logs', `log-group:/aws/lambda/${names.prefix}*`)],
    ),
  ]
  return {
    watch,
    results: [
      ...watch,
      allow(
        ['s3:GetObject', 's3:GetObjectVersion'],
        under('runs/*', 'inference/*', 'deployments/*', 'datasets/*', 'project/*'),
      ),
      allow(['s3:ListBucket'], [bucket], prefixes),
      allow(['kms:Decrypt'], [dataKeyArn]),
      allow(['dynamodb:GetItem', 'dynamodb:Query'], [table, `${table}/index/gsi1`]),
      allow(['sagemaker:DescribeModelPackage'], versions),
      allow(
        ['sagemaker:ListModelPackages'],
        [...groups.map((group) => arn(account, 'sagemaker', `model-package-group/${group}`)), ...versions],
      ),
    ],
    bringData: [
      allow(['s3:PutObject', 's3:AbortMultipartUpload'], under('inbox/*', 'batches/*', 'datasets/*/data/*')),
      allow(['kms:GenerateDataKey'], [dataKeyArn]),
    ],
    // Whoever starts a run is stamped by the starter: an execution started past it is unattributed.
    startRuns: [allow(['lambda:InvokeFunction'], [starter, predictor, monitor, acknowledger])],
    attend: [allow(['lambda:InvokeFunction'], [monitor, acknowledger])],
    stopRuns: [allow(['states:StopExecution', 'states:RedriveExecution'], [executions])],
    // Out of the environment where it was approved, into the one where it is approved again.
    promote: [
      allow(['lambda:InvokeFunction'], [exporter, importer]),
      allow(['s3:PutObject', 's3:AbortMultipartUpload'], under('transfers/*')),
      allow(['kms:GenerateDataKey'], [dataKeyArn]),
    ],
    deploy: [
      allow(['lambda:InvokeFunction'], [deployer, comparer]),
      allow(['dynamodb:PutItem', 'dynamodb:UpdateItem'], [table]),
    ],
    // Who puts a version behind an endpoint sees what it answers there; everybody else asks `predict`, which keeps a record.
    tryEndpoint: [
      allow(
        ['sagemaker:InvokeEndpoint'],
        projects.map((project) => arn(account, 'sagemaker', `endpoint/${names.of('endpoint', project)}`)),
      ),
    ],
    approve: [
      allow(['lambda:InvokeFunction'], [reviewer]),
      allow(['sagemaker:UpdateModelPackage'], versions, {
        StringEquals: { 'sagemaker:ModelApprovalStatus': ['Approved', 'Rejected'] },
      }),
    ],
    readAudit: [
      allow(['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket'], [audit, `${audit}/*`]),
      allow(
        ['logs:FilterLogEvents', 'logs:GetLogEvents'],
        [arn(account, 'logs', `log-group:/aws/cloudtrail/${names.prefix}*`)],
      ),
      allow(['dynamodb:GetItem', 'dynamodb:Query'], [table, `${table}/index/gsi1`]),
      allow(['kms:Decrypt'], [dataKeyArn]),
    ],
    noApproval: deny(
      'ApprovesNothing',
      ['sagemaker:UpdateModelPackage', 'sagemaker:CreateModelPackage'],
      ['*'],
    ),
    noDeployment: deny(
      'DeploysNothing',
      ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'lambda:UpdateAlias'],
      ['*'],
    ),
    noRuns: deny(
      'StartsNoRun',
      ['states:StartExecution', 'lambda:InvokeFunction', 'sagemaker:CreateTrainingJob'],
      ['*'],
    ),
    // Reviewing a dataset is a call too: what is denied is the call that starts runs.
    noTraining: [
      deny('StartsNoExecution', ['states:StartExecution', 'sagemaker:CreateTrainingJob'], ['*']),
      deny('CallsNoStarter', ['lambda:InvokeFunction'], [starter, starter.replace(/:live$/, '')]),
    ],
    // A prediction is data about a person, and to ask for one is to hold a row.
    noData: [
      deny('SeesNoData', ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'], [`${bucket}/*`]),
      deny('CallsNoPredictor', ['lambda:InvokeFunction'], [predictor, predictor.replace(/:live$/, '')]),
      deny('CallsNoEndpoint', ['sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointAsync'], ['*']),
    ],
    noAudit: [
      deny('ReadsNoAudit', ['s3:*'], [audit, `${audit}/*`]),
      // Events lie in the table, by day in its index. What a person does by hand is told by putting one, and no more.
      deny(
        'ReadsNoEvents',
        ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
        [table, `${table}/index/gsi1`],
        { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['AUDIT*'] } },
      ),
      deny('AnchorsNothing', ['dynamodb:PutItem'], [table], {
        'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['AUDIT-ANCHOR*'] },
      }),
    ],
    noChange: deny(
      'ChangesNothing',
      ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 's3:PutObject', 's3:DeleteObject'],
      ['*'],
    ),
  }
}

/** How far any of these roles can ever reach, whatever is attached to it later. */
export function boundaryStatements({ names, account }: PersonaContext): readonly Statement[] {
  const audit = `arn:${account.partition}:s3:::${names.auditBucket(account)}`
  return [
    allow(
      [
        'cloudwatch:*',
        'dynamodb:*',
        'kms:Decrypt',
        'kms:GenerateDataKey',
        'lambda:InvokeFunction',
        'logs:*',
        's3:*',
        'sagemaker:*',
        'states:*',
      ],
      ['*'],
    ),
    deny(
      'NoWayUp',
      ['iam:*', 'organizations:*', 'sts:AssumeRole', 'kms:ScheduleKeyDeletion', 'kms:PutKeyPolicy'],
      ['*'],
    ),
    deny(
      'EvidenceStays',
      [
        's3:Delete*',
        's3:PutBucketPolicy',
        's3:PutBucketObjectLockConfiguration',
        's3:BypassGovernanceRetention',
      ],
      [audit, `${audit}/*`],
    ),
  ]
}
