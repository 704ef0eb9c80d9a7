import { describe, expect, test } from 'vitest'
import { Names } from '../../infra/names.ts'
import { boundaryStatements, type Persona, personaStatements, personas } from '../../infra/personas.ts'
import { policyDocument, policyParts } from '../../infra/policy-document.ts'
import { evaluate } from '../../local/iam/evaluate.ts'
import { policyDocument as parsed } from '../../local/iam/policy-document.ts'

const account = { accountId: '123456789012', region: 'eu-central-1', partition: 'aws' }
const names = new Names('prod')
const dataKeyArn = 'arn:aws:kms:eu-central-1:123456789012:key/data'
const context = { names, account, projects: ['adherence'], dataKeyArn }
const read = (statements: Parameters<typeof policyDocument>[0]) =>
  parsed.parse(JSON.parse(policyDocument(statements)))

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:123456789012:${resource}`
const bucket = 'arn:aws:s3:::regimen-prod-123456789012-eu-central-1'
const version = arn('sagemaker', 'model-package/regimen-prod-adherence/3')

/** What somebody tries: action, resource, and what the service tells IAM of the call. */
const attempts = {
  'read a report': ['s3:GetObject', `${bucket}/adherence/runs/r1/report.html`, {}],
  'read a source table': ['s3:GetObject', `${bucket}/adherence/datasets/d/1/data/a.csv`, {}],
  'bring data': ['s3:PutObject', `${bucket}/adherence/inbox/new.csv`, {}],
  'upload a dataset': ['s3:PutObject', `${bucket}/adherence/datasets/d/1/data/a.csv`, {}],
  'rewrite a manifest': ['s3:PutObject', `${bucket}/adherence/datasets/d/1/manifest.json`, {}],
  'review a dataset': [
    'lambda:InvokeFunction',
    arn('lambda', 'function:regimen-prod-review-dataset:live'),
    {},
  ],
  'overwrite a model': ['s3:PutObject', `${bucket}/adherence/runs/r1/model/model.tar.gz`, {}],
  'read the audit bucket': ['s3:GetObject', `${bucket}-audit/AWSLogs/123456789012/x.json.gz`, {}],
  'delete from the audit bucket': ['s3:DeleteObject', `${bucket}-audit/AWSLogs/123456789012/x.json.gz`, {}],
  'start training': ['lambda:InvokeFunction', arn('lambda', 'function:regimen-prod-start-run:live'), {}],
  deploy: ['lambda:InvokeFunction', arn('lambda', 'function:regimen-prod-start-deployment:live'), {}],
  'predict a row': ['lambda:InvokeFunction', arn('lambda', 'function:regimen-prod-predict:live'), {}],
  'ask the endpoint': ['sagemaker:InvokeEndpoint', arn('sagemaker', 'endpoint/regimen-prod-adherence'), {}],
  'start past the starter': [
    'states:StartExecution',
    arn('states', 'stateMachine:regimen-prod-adherence-training'),
    {},
  ],
  'stop a run': ['states:StopExecution', arn('states', 'execution:regimen-prod-adherence-training:e1'), {}],
  'watch a run': [
    'states:GetExecutionHistory',
    arn('states', 'execution:regimen-prod-adherence-training:e1'),
    {},
  ],
  approve: ['sagemaker:UpdateModelPackage', version, { 'sagemaker:ModelApprovalStatus': 'Approved' }],
  reject: ['sagemaker:UpdateModelPackage', version, { 'sagemaker:ModelApprovalStatus': 'Rejected' }],
  'rewrite a version': ['sagemaker:UpdateModelPackage', version, {}],
  'put into production': ['dynamodb:PutItem', arn('dynamodb', 'table/regimen-prod'), {}],
  'read the ledger': ['dynamodb:Query', arn('dynamodb', 'table/regimen-prod'), {}],
  'read the events of a day': [
    'dynamodb:Query',
    arn('dynamodb', 'table/regimen-prod/index/gsi1'),
    { 'dynamodb:LeadingKeys': 'AUDIT-DAY#2026-01-31' },
  ],
  'read a chain of events': [
    'dynamodb:Query',
    arn('dynamodb', 'table/regimen-prod'),
    { 'dynamodb:LeadingKeys': 'AUDIT#start-run/2026-01/x' },
  ],
  'record an event': [
    'dynamodb:PutItem',
    arn('dynamodb', 'table/regimen-prod'),
    { 'dynamodb:LeadingKeys': 'AUDIT#regimen/2026-01/x' },
  ],
  'edit an event': [
    'dynamodb:UpdateItem',
    arn('dynamodb', 'table/regimen-prod'),
    { 'dynamodb:LeadingKeys': 'AUDIT#regimen/2026-01/x' },
  ],
  'put an anchor': [
    'dynamodb:PutItem',
    arn('dynamodb', 'table/regimen-prod'),
    { 'dynamodb:LeadingKeys': 'AUDIT-ANCHOR' },
  ],
  'read another environment': [
    's3:GetObject',
    'arn:aws:s3:::regimen-dev-123456789012-eu-central-1/adherence/runs/a',
    {},
  ],
  'make a role': ['iam:CreateRole', 'arn:aws:iam::123456789012:role/mine', {}],
} as const
type Attempt = keyof typeof attempts

/** Whatever is not here is denied. */
const allowed: Readonly<Record<Persona, readonly Attempt[]>> = {
  'data-scientist': [
    'read a report',
    'read a source table',
    'bring data',
    'upload a dataset',
    'start training',
    'predict a row',
    'watch a run',
    'read the ledger',
  ],
  'ml-engineer': [
    'read a report',
    'read a source table',
    'bring data',
    'upload a dataset',
    'start training',
    'predict a row',
    'ask the endpoint',
    'deploy',
    'stop a run',
    'watch a run',
    'put into production',
    'read the ledger',
    'record an event',
  ],
  approver: [
    'read a report',
    'read a source table',
    'watch a run',
    'approve',
    'reject',
    'review a dataset',
    'read the ledger',
  ],
  operator: ['stop a run', 'watch a run'],
  auditor: [
    'read the audit bucket',
    'watch a run',
    'read the ledger',
    'read the events of a day',
    'read a chain of events',
  ],
}

const request = (persona: Persona, attempt: Attempt) => {
  const [action, resource, given] = attempts[attempt]
  return {
    principal: `arn:aws:sts::123456789012:assumed-role/regimen-prod-${persona}/someone`,
    action,
    resource,
    context: given,
  }
}

describe.each(personas)('%s', (persona) => {
  const policies = [read(personaStatements(persona, context))]
  test.each(Object.keys(attempts) as Attempt[])('%s', (attempt) => {
    expect(evaluate(request(persona, attempt), policies).allowed).toBe(allowed[persona].includes(attempt))
  })

  test('can do all of that within the boundary', () => {
    const boundary = [read(boundaryStatements(context))]
    for (const attempt of allowed[persona])
      expect([attempt, evaluate(request(persona, attempt), boundary).allowed]).toEqual([attempt, true])
  })
})

test('whoever may start a run may not approve, and the other way round', () => {
  const can = (persona: Persona, attempt: Attempt) =>
    evaluate(request(persona, attempt), [read(personaStatements(persona, context))]).allowed
  for (const persona of personas)
    expect([persona, can(persona, 'approve') && can(persona, 'start training')]).toEqual([persona, false])
})

test('a policy that allows everything gives nobody what their role denies, nor a way past the boundary', () => {
  const everything = read([{ Effect: 'Allow', Action: ['*'], Resource: ['*'] }])
  const scientist = [read(personaStatements('data-scientist', context)), everything]
  expect(evaluate(request('data-scientist', 'approve'), scientist).reason).toBe(
    'an explicit deny by ApprovesNothing',
  )
  expect(evaluate(request('data-scientist', 'put into production'), scientist).reason).toBe(
    'an explicit deny by DeploysNothing',
  )
  expect(evaluate(request('data-scientist', 'read the audit bucket'), scientist).reason).toBe(
    'an explicit deny by ReadsNoAudit',
  )
  const boundary = [read(boundaryStatements(context))]
  expect(evaluate(request('auditor', 'make a role'), boundary).allowed).toBe(false)
  expect(evaluate(request('auditor', 'delete from the audit bucket'), boundary).allowed).toBe(false)
})

test('every policy fits the 6,144 characters of a managed one, however many projects there are', () => {
  const ids = Array.from({ length: 8 }, (_, at) => `a-project-of-many-${at}`)
  for (const persona of personas)
    for (const projects of [['adherence'], ids]) {
      const statements = personaStatements(persona, {
        ...context,
        names: new Names('environments'),
        projects,
      })
      const parts = policyParts(statements)
      expect(parts.flatMap(([from, to]) => statements.slice(from, to))).toEqual(statements)
      if (projects.length === 1) expect([persona, parts.length]).toEqual([persona, 1])
      // AWS attaches ten to a role.
      expect(parts.length).toBeLessThanOrEqual(10)
      for (const [from, to] of parts)
        expect(policyDocument(statements.slice(from, to)).length, persona).toBeLessThanOrEqual(6_144)
    }
})
