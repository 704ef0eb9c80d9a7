import { describe, expect, test } from 'vitest'
import { functionDefinitions } from '../../infra/functions.ts'
import { calledServices, serviceName } from '../../infra/network-services.ts'
import { evaluate, noCode } from '../stacks/record-program.ts'

const none = await evaluate('dev', {}, noCode)
const vpc = await evaluate('dev', { 'regimen:network': 'vpc' }, noCode)

const functionsOf = (program: typeof vpc) => program.of('aws:lambda/function:Function')
const networkOf = ({ inputs }: { inputs: Record<string, unknown> }) => inputs.vpcConfig
const train = (program: typeof vpc) => {
  const { definition } = program.one('aws:sfn/stateMachine:StateMachine', 'adherence-training-machine').inputs
  const found = /"VpcConfig":(\{[^}]*\})/.exec(String(definition))?.[1]
  return found === undefined ? undefined : JSON.parse(found)
}

test('without a network nothing of it is there, in functions, jobs and roles', () => {
  expect(none.resources.filter(({ type }) => /^aws:(ec2|vpc)\//.test(type))).toEqual([])
  expect(functionsOf(none).filter((each) => networkOf(each) !== undefined)).toEqual([])
  expect(train(none)).toBeUndefined()
  expect(JSON.stringify(none.of('aws:iam/policy:Policy'))).not.toContain('ec2:')
})

describe('in a network', () => {
  const subnets = ['regimen-network-subnet-0-id', 'regimen-network-subnet-1-id']

  test('all functions stand in its two subnets but those that download from elsewhere', () => {
    const outside = functionsOf(vpc).filter((each) => networkOf(each) === undefined)
    expect(outside.map(({ name }) => name)).toEqual(['fetch-dataset-function'])
    for (const each of functionsOf(vpc).filter((one) => !outside.includes(one)))
      expect(networkOf(each)).toEqual({
        subnetIds: subnets,
        securityGroupIds: ['regimen-network-functions-id'],
      })
  })

  test('training jobs stand in them too, in a group of their own', () => {
    expect(train(vpc)).toEqual({ Subnets: subnets, SecurityGroupIds: ['regimen-network-jobs-id'] })
  })

  test('the subnets are in two zones, and nothing leads to the internet', () => {
    const zones = vpc.of('aws:ec2/subnet:Subnet').map(({ inputs }) => inputs.availabilityZone)
    expect(zones).toEqual(['eu-central-1a', 'eu-central-1b'])
    const types = vpc.resources.map(({ type }) => type)
    for (const type of types) expect(type).not.toMatch(/Gateway:|aws:ec2\/(route:|eip)/)
  })

  test('there is an endpoint for each service that a function calls, and for no other', () => {
    const made = vpc.of('aws:ec2/vpcEndpoint:VpcEndpoint').map(({ inputs }) => inputs.serviceName)
    expect(made.sort()).toEqual(
      calledServices()
        .map((service) => serviceName(service, 'eu-central-1'))
        .sort(),
    )
    // Two ways to the same: what the roles may call, less what services do on a function's behalf.
    const byPrefix: Readonly<Record<string, string>> = {
      s3: 's3',
      dynamodb: 'dynamodb',
      sns: 'sns',
      states: 'states',
      cloudwatch: 'monitoring',
      sagemaker: 'sagemaker.api',
    }
    const inside = Object.keys(functionDefinitions).filter((name) => name !== 'fetch-dataset')
    const allowed = inside.flatMap((name) =>
      vpc
        .policyOf(`${name}-role`)
        .filter(({ Effect }) => Effect === 'Allow')
        .flatMap(({ Action }) => Action),
    )
    const wanted = new Set(
      allowed.flatMap((action) => {
        if (action === 'logs:FilterLogEvents') return ['logs']
        return byPrefix[action.split(':')[0] ?? ''] ?? []
      }),
    )
    expect(new Set(calledServices())).toEqual(wanted)
  })

  test("a function's code may not use what Lambda attaches it with", () => {
    const statements = vpc.policyOf('plan-parts-role').filter(({ Action }) => Action[0]?.startsWith('ec2:'))
    expect(statements.map(({ Effect, Condition }) => [Effect, Condition])).toEqual([
      ['Allow', undefined],
      [
        'Deny',
        {
          ArnEquals: {
            'lambda:SourceFunctionArn': [
              'arn:aws:lambda:eu-central-1:123456789012:function:regimen-dev-plan-parts',
            ],
          },
        },
      ],
    ])
    expect(statements[0]?.Action).toEqual(statements[1]?.Action)
    expect(JSON.stringify(vpc.policyOf('fetch-dataset-role'))).not.toContain('ec2:')
  })

  test('its flows are recorded under the key, for as long as every log', () => {
    const group = vpc.one('aws:cloudwatch/logGroup:LogGroup', 'regimen-network-flows')
    expect(group.inputs).toMatchObject({
      name: '/aws/vendedlogs/vpc/regimen-dev-flows',
      kmsKeyId: 'arn:aws:kms:eu-central-1:123456789012:key/key-id',
      retentionInDays: 365,
    })
    expect(String(vpc.one('aws:kms/key:Key', 'regimen-key').inputs.policy)).toContain(
      'log-group:/aws/vendedlogs/vpc/regimen-dev-*',
    )
  })
})

test('in China interface endpoints have the names that they have there', async () => {
  const china = await evaluate('dev', { 'regimen:network': 'vpc', 'aws:region': 'cn-north-1' }, noCode)
  expect(china.of('aws:ec2/vpcEndpoint:VpcEndpoint').map(({ inputs }) => inputs.serviceName)).toEqual(
    expect.arrayContaining([
      'com.amazonaws.cn-north-1.s3',
      'com.amazonaws.cn-north-1.sns',
      'cn.com.amazonaws.cn-north-1.sagemaker.api',
      'cn.com.amazonaws.cn-north-1.states',
    ]),
  )
})
