/** `--as`: who somebody is in the role of a person, for the trail and for the rule of two people. */
import {
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openEnvironment } from '../../cli/context.ts'
import { requireTwoPeople } from '../../functions/deployment/separation.ts'
import { services } from '../../local/services.ts'
import { applyTemplate } from '../local/deploy/stack-session.ts'
import { type TestCloud, testCloud } from '../local/running-cloud.ts'

let cloud: TestCloud
beforeAll(async () => {
  cloud = await testCloud({ services: services(), enforce: false })
  vi.stubEnv('AWS_ENDPOINT_URL', cloud.running.endpoint)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('REGIMEN_ENVIRONMENT', 'prod')
  asOwner()
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000000:root' }, Action: 'sts:AssumeRole' },
    ],
  }
  await applyTemplate(
    cloud,
    'prod',
    ['approver', 'data-scientist'].map((role) => ({
      type: 'aws:iam/role:Role',
      name: role,
      inputs: { name: `regimen-prod-${role}`, assumeRolePolicy: JSON.stringify(trust) },
    })),
  )
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await cloud.stop()
})

function asOwner(): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  vi.stubEnv('AWS_SESSION_TOKEN', undefined)
}

/** Goes on in the role, as the rest of a command does. */
async function callerAs(role: string): Promise<string> {
  asOwner()
  return (await openEnvironment({ as: role })).caller
}

test('the registry knows who approved by the session, and whoever trained in it is the same person', async () => {
  const ModelPackageGroupName = 'regimen-prod-demo'
  await new SageMakerClient({}).send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }))
  const { ModelPackageArn } = await new SageMakerClient({}).send(
    new CreateModelPackageCommand({ ModelPackageGroupName, ModelApprovalStatus: 'PendingManualApproval' }),
  )
  const scientist = await callerAs('data-scientist')
  const approver = await callerAs('approver')
  expect(scientist).toMatch(/:assumed-role\/regimen-prod-data-scientist\/data-scientist-[\w+=,.@-]+$/)
  expect(approver).toMatch(/:assumed-role\/regimen-prod-approver\/approver-[\w+=,.@-]+$/)

  const sagemaker = new SageMakerClient({})
  await sagemaker.send(new UpdateModelPackageCommand({ ModelPackageArn, ModelApprovalStatus: 'Approved' }))
  const { LastModifiedBy } = await sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn }),
  )
  const approvedBy = LastModifiedBy?.IamIdentity?.Arn
  expect(approvedBy).toBe(approver)
  const approval = { project: 'demo', version: '1', approvedBy }
  expect(() => requireTwoPeople({ ...approval, trainedBy: scientist }, 'prod')).not.toThrow()
  expect(() => requireTwoPeople({ ...approval, trainedBy: approver }, 'prod')).toThrow(
    'was approved by who trained it',
  )
})
