import { describe, expect, test } from 'vitest'
import { Graph, type GraphResource } from '../../../infra/policy/graph.ts'
import { judge } from '../../../infra/policy/judge.ts'
import { rules } from '../../../infra/policy/rules.ts'
import { exemplary } from './exemplary.ts'

type Path = readonly (string | number)[]
/** A resource's name, the path of an input, and what becomes of it; no value: the input is deleted. */
type Mutation = readonly [rule: string, resource: string, path: Path, value?: unknown]

const isObject = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null

function placed(whole: unknown, [key, ...rest]: Path, value: unknown): void {
  if (!isObject(whole) || key === undefined) throw new Error('the path leads nowhere')
  if (rest.length > 0) placed(whole[key], rest, value)
  else if (value === undefined) delete whole[key]
  else whole[key] = value
}

/** A path that begins with `options` leads to an option, any other to an input. */
function mutated(name: string, path: Path, value: unknown, among = exemplary): GraphResource[] {
  return among.map((resource) => {
    if (resource.name !== name) return resource
    const copy = structuredClone(resource)
    placed(copy, path[0] === 'options' ? path : ['inputs', ...path], value)
    return copy
  })
}

const firing = (resources: readonly GraphResource[]) => [
  ...new Set(judge(new Graph(resources), rules, []).findings.map(({ rule }) => rule)),
]
const document = (name: string, ...more: object[]) => {
  const { Statement, ...rest } = JSON.parse(
    String(
      exemplary.find((each) => each.name === name)!.inputs[name === 'role' ? 'assumeRolePolicy' : 'policy'],
    ),
  )
  return JSON.stringify({ ...rest, Statement: [...Statement, ...more] })
}
const allow = (Action: string, Resource: string, rest: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...rest,
})
const train: Path = ['definition', 'States', 'Each', 'ItemProcessor', 'States', 'Train']
const transform: Path = ['definition', 'States', 'Each', 'ItemProcessor', 'States', 'Transform']
const anybody = { Principal: '*' }
const encryption: Path = ['rules', 0, 'applyServerSideEncryptionByDefault']

const mutations: readonly Mutation[] = [
  ...['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'].map(
    (flag): Mutation => ['bucket-private', 'block', [flag], false],
  ),
  ['bucket-tls-only', 'bucket-policy', ['policy'], '{"Statement":[]}'],
  ['bucket-encrypted', 'encryption', [...encryption, 'sseAlgorithm'], 'AES256'],
  ['bucket-encrypted', 'encryption', [...encryption, 'kmsMasterKeyId']],
  ['bucket-encrypted', 'encryption', ['rules', 0, 'bucketKeyEnabled'], false],
  ['bucket-versioned', 'versioning', ['versioningConfiguration', 'status'], 'Suspended'],
  ['bucket-lifecycle', 'lifecycle', ['rules', 0, 'status'], 'Disabled'],
  ['bucket-lifecycle', 'lifecycle', ['rules', 1, 'abortIncompleteMultipartUpload']],
  ['bucket-logged', 'logging', ['targetBucket']],
  ['bucket-no-acl', 'ownership', ['rule', 'objectOwnership'], 'ObjectWriter'],
  ['bucket-no-acl', 'bucket', ['acl'], 'private'],
  [
    'bucket-closed',
    'bucket-policy',
    ['policy'],
    document('bucket-policy', allow('s3:GetObject', '*', anybody)),
  ],
  ['audit-bucket-locked', 'bucket', ['objectLockEnabled'], false],
  ['audit-bucket-locked', 'lock', ['rule', 'defaultRetention', 'days'], 30],
  ['bucket-kept', 'bucket', ['forceDestroy'], true],
  ['bucket-replicated', 'replication', ['rules', 0, 'status'], 'Disabled'],
  ['table-recoverable', 'table', ['pointInTimeRecovery', 'enabled'], false],
  ['table-encrypted', 'table', ['serverSideEncryption', 'kmsKeyArn']],
  ['table-deletion-protected', 'table', ['deletionProtectionEnabled'], false],
  ['table-on-demand', 'table', ['billingMode'], 'PROVISIONED'],
  ['table-in-backup-plan', 'backup', ['resources'], []],
  ['function-runtime', 'function', ['runtime'], 'nodejs16.x'],
  ['function-not-public', 'permission', ['principal'], '*'],
  ['function-not-public', 'permission', ['sourceArn']],
  ['function-not-public', 'permission', ['sourceAccount']],
  ['function-environment-encrypted', 'function', ['kmsKeyArn']],
  [
    'function-environment-encrypted',
    'function',
    ['environment', 'variables', 'TABLE'],
    'AKIAABCDEFGHIJKLMNOP',
  ],
  ['function-environment-encrypted', 'function', ['environment', 'variables', 'DB_PASSWORD'], 'x'],
  ['function-traced', 'function', ['tracingConfig', 'mode'], 'PassThrough'],
  ['function-concurrency', 'function', ['reservedConcurrentExecutions']],
  ['function-dead-letters', 'function', ['deadLetterConfig']],
  ['function-in-network', 'function', ['vpcConfig', 'subnetIds'], ['a']],
  ['function-code-signed', 'function', ['codeSigningConfigArn']],
  ['function-own-logs', 'logs', ['name'], '/aws/lambda/another'],
  ['machine-logged', 'machine', ['loggingConfiguration', 'level'], 'OFF'],
  ['machine-logged', 'machine', ['loggingConfiguration', 'includeExecutionData'], true],
  ['machine-traced', 'machine', ['tracingConfiguration', 'enabled'], false],
  ['machine-encrypted', 'machine', ['encryptionConfiguration']],
  ['task-bounded', 'machine', [...train, 'TimeoutSeconds']],
  ['task-bounded', 'machine', [...transform, 'Retry'], []],
  ['training-job-protected', 'machine', [...train, 'Arguments', 'OutputDataConfig', 'KmsKeyId']],
  ['training-job-protected', 'machine', [...train, 'Arguments', 'ResourceConfig', 'VolumeKmsKeyId']],
  ['training-job-protected', 'machine', [...train, 'Arguments', 'EnableNetworkIsolation'], false],
  ['training-job-protected', 'machine', [...train, 'Arguments', 'EnableInterContainerTrafficEncryption']],
  ['training-job-protected', 'machine', [...train, 'Arguments', 'StoppingCondition']],
  ['training-job-in-network', 'machine', [...train, 'Arguments', 'VpcConfig']],
  ['transform-job-encrypted', 'machine', [...transform, 'Arguments', 'TransformOutput', 'KmsKeyId']],
  ['transform-job-encrypted', 'machine', [...transform, 'Arguments', 'TransformResources']],
  ['model-isolated', 'model', ['enableNetworkIsolation'], false],
  ['model-in-network', 'model', ['vpcConfig']],
  ['endpoint-encrypted', 'endpoint', ['kmsKeyArn']],
  ['endpoint-encrypted', 'endpoint', ['dataCaptureConfig', 'kmsKeyId']],
  ['endpoint-two-instances', 'endpoint', ['productionVariants', 0, 'initialInstanceCount'], 1],
  ['endpoint-rolls-back', 'serving', ['deploymentConfig', 'blueGreenUpdatePolicy']],
  ['endpoint-rolls-back', 'serving', ['deploymentConfig', 'autoRollbackConfiguration', 'alarms'], []],
  ['feature-group-encrypted', 'features', ['onlineStoreConfig', 'securityConfig']],
  ['feature-group-encrypted', 'features', ['offlineStoreConfig', 's3StorageConfig', 'kmsKeyId']],
  [
    'model-group-closed',
    'group-policy',
    ['resourcePolicy'],
    JSON.stringify({ Statement: [allow('s:A', 'arn', anybody)] }),
  ],
  ['job-role-enforces', 'attachment', ['policyArn'], 'arn:aws:iam::123456789012:policy/another'],
  ['key-rotates', 'key', ['enableKeyRotation'], false],
  ['key-closed', 'key', ['policy'], document('key', allow('kms:Decrypt', '*', anybody))],
  ['key-hard-to-delete', 'key', ['deletionWindowInDays'], 7],
  ['key-hard-to-delete', 'key', ['bypassPolicyLockoutSafetyCheck'], true],
  ['topic-encrypted', 'topic', ['kmsMasterKeyId'], 'alias/aws/sns'],
  [
    'topic-closed',
    'topic-policy',
    ['policy'],
    document('topic-policy', allow('sns:Publish', 'arn', anybody)),
  ],
  ['queue-encrypted', 'queue', ['kmsMasterKeyId']],
  ['log-group-kept', 'logs', ['kmsKeyId']],
  ['log-group-kept', 'logs', ['retentionInDays'], 30],
  ...['alarmActions', 'okActions', 'insufficientDataActions'].map(
    (actions): Mutation => ['alarm-heard', 'alarm', [actions], []],
  ),
  ['alarm-heard', 'alarm', ['treatMissingData']],
  ['alarm-heard', 'alarm', ['actionsEnabled'], false],
  ['schedule-bounded', 'schedule', ['kmsKeyArn']],
  ['schedule-bounded', 'schedule', ['target', 'deadLetterConfig']],
  ['schedule-bounded', 'schedule', ['target', 'retryPolicy']],
  ['trail-complete', 'trail', ['enableLogFileValidation'], false],
  ['trail-complete', 'trail', ['isMultiRegionTrail'], false],
  ['trail-complete', 'trail', ['kmsKeyId']],
  ['trail-complete', 'trail', ['advancedEventSelectors', 1], {}],
  ['policy-narrow', 'policy', ['policy'], document('policy', allow('s3:*', 'arn:aws:s3:::b/*'))],
  ['policy-narrow', 'policy', ['policy'], document('policy', allow('iam:PutRolePolicy', 'arn'))],
  ['policy-no-star', 'policy', ['policy'], document('policy', allow('s3:GetObject', '*'))],
  ['policy-decrypts-own-keys', 'policy', ['policy'], document('policy', allow('kms:Decrypt', '*'))],
  [
    'policy-passes-one-role',
    'policy',
    ['policy'],
    document('policy', allow('iam:PassRole', 'arn:aws:iam::1:role/a')),
  ],
  [
    'policy-fits',
    'policy',
    ['policy'],
    document('policy', allow('s3:GetObject', `arn:aws:s3:::${'b'.repeat(6_200)}`)),
  ],
  [
    'role-trust-narrow',
    'role',
    ['assumeRolePolicy'],
    document('role').replace('aws:SourceAccount', 'aws:RequestTag/x'),
  ],
  ['role-no-inline-policy', 'role', ['inlinePolicies'], [{}]],
  ['route-authorised', 'route', ['authorizationType'], 'NONE'],
  ['route-authorised', 'route', ['authorizerId']],
  ['stage-logged', 'stage', ['accessLogSettings']],
  ['stage-logged', 'stage', ['defaultRouteSettings', 'throttlingBurstLimit']],
  ['api-no-bypass', 'api', ['disableExecuteApiEndpoint'], false],
  ['api-no-bypass', 'api', ['corsConfiguration', 'allowOrigins'], ['*']],
  ['distribution-tls', 'distribution', ['defaultCacheBehavior', 'viewerProtocolPolicy'], 'allow-all'],
  ['distribution-tls', 'distribution', ['viewerCertificate', 'minimumProtocolVersion'], 'TLSv1'],
  ['distribution-tls', 'distribution', ['viewerCertificate', 'acmCertificateArn']],
  ['distribution-owns-bucket', 'distribution', ['origins', 0, 'originAccessControlId']],
  ['distribution-guarded', 'distribution', ['webAclId']],
  ['distribution-guarded', 'distribution', ['loggingConfig']],
  ['distribution-guarded', 'distribution', ['defaultRootObject']],
  ['distribution-guarded', 'distribution', ['defaultCacheBehavior', 'responseHeadersPolicyId']],
  ['distribution-caches-no-answer', 'distribution', ['orderedCacheBehaviors', 0, 'cachePolicyId'], 'any'],
  ['users-known', 'users', ['passwordPolicy', 'minimumLength'], 8],
  ['users-known', 'users', ['mfaConfiguration'], 'OPTIONAL'],
  ['users-known', 'users', ['deletionProtection'], 'INACTIVE'],
  ['users-known', 'users', ['adminCreateUserConfig']],
  ['users-threat-protection', 'users', ['userPoolTier'], 'ESSENTIALS'],
  ['tokens-short', 'client', ['accessTokenValidity'], 120],
  ['tokens-short', 'client', ['enableTokenRevocation'], false],
  ['tokens-short', 'client', ['allowedOauthFlows'], ['implicit']],
  ['identities-no-guests', 'identities', ['allowUnauthenticatedIdentities'], true],
  ['build-safe', 'build', ['environment', 'environmentVariables', 0, 'type'], 'PLAINTEXT'],
  ['build-safe', 'build', ['environment', 'privilegedMode'], true],
  ['build-safe', 'build', ['logsConfig']],
  ['build-safe', 'build', ['encryptionKey']],
  ['pipeline-approved', 'pipeline', ['stages', 1, 'actions', 0, 'category'], 'Test'],
  ['pipeline-approved', 'pipeline', ['artifactStores', 0, 'encryptionKey']],
  ['network-flows-recorded', 'flows', ['trafficType'], 'REJECT'],
  ['network-flows-recorded', 'flows', ['logDestination']],
  ['network-default-group-closed', 'default-group', ['egress'], [{ protocol: 'tcp' }]],
  ['network-private', 'subnet', ['mapPublicIpOnLaunch'], true],
  ['security-group-closed', 'group', ['description']],
  ['security-group-closed', 'group', ['ingress'], [{ protocol: 'tcp', cidrBlocks: ['0.0.0.0/0'] }]],
  ['security-group-closed', 'group-rule', ['cidrIpv4'], '0.0.0.0/0'],
  ['security-group-closed', 'group-rule', ['ipProtocol'], '-1'],
  ['endpoint-own-principals', 'service-endpoint', ['policy'], document('key')],
  ['endpoint-own-principals', 'service-endpoint', ['policy']],
  ['endpoint-own-principals', 'service-endpoint', ['privateDnsEnabled'], false],
  ['endpoint-own-principals', 'service-endpoint', ['subnetIds'], ['a']],
  ['images-scanned', 'images', ['imageTagMutability'], 'MUTABLE'],
  ['images-scanned', 'images', ['imageScanningConfiguration']],
  ['images-scanned', 'images', ['encryptionConfigurations'], []],
]

test('nothing is found in a stack that keeps every rule', () => {
  expect(judge(new Graph(exemplary), rules, []).findings).toEqual([])
})

for (const [rule, name, path, value] of mutations)
  test(`${rule} alone fires when ${path.join('.')} of ${name} is ${value === undefined ? 'gone' : String(value).slice(0, 60)}`, () => {
    expect(firing(mutated(name, path, value))).toEqual([rule])
  })

/** What a changed input cannot break: more resources, or other options. */
const additions: Readonly<Record<string, readonly GraphResource[]>> = {
  'role-no-managed-admin': [
    ...exemplary,
    {
      ...exemplary.find(({ name }) => name === 'attachment')!,
      urn: 'urn:pulumi:test::regimen::aws:iam/rolePolicyAttachment:RolePolicyAttachment::admin',
      inputs: { role: 'another', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    },
  ],
  'function-own-role': [
    ...exemplary,
    {
      ...exemplary.find(({ type }) => type === 'aws:lambda/function:Function')!,
      urn: 'urn:pulumi:test::regimen::f::other',
    },
  ],
  'stateful-kept': mutated('key', ['options'], { protect: false, dependsOn: [] }),
}

test.each(Object.entries(additions))('%s alone fires', (rule, resources) => {
  expect(firing(resources)).toEqual([rule])
})

test.each(['bucket', 'table', 'key', 'users', 'features'])(
  'that %s is protected and retained is asked for, each by itself',
  (name) => {
    const kept = { protect: true, retainOnDelete: true, dependsOn: [] }
    expect(firing(mutated(name, ['options'], { ...kept, protect: false }))).toEqual(['stateful-kept'])
    expect(firing(mutated(name, ['options'], { ...kept, retainOnDelete: false }))).toEqual(['stateful-kept'])
  },
)

test('a task that catches only to fail is found', () => {
  const failing = mutated('machine', [...train.slice(0, -1), 'Failed'], { Type: 'Fail' })
  expect(firing(failing)).toEqual([])
  expect(firing(mutated('machine', [...train, 'Catch', 0, 'Next'], 'Failed', failing))).toEqual([
    'task-bounded',
  ])
})

test('a gateway to the internet is found in a network', () => {
  const gateway = {
    ...exemplary.find(({ name }) => name === 'subnet')!,
    type: 'aws:ec2/natGateway:NatGateway',
    urn: 'urn:pulumi:test::regimen::aws:ec2/natGateway:NatGateway::way-out',
  }
  expect(firing([...exemplary, gateway])).toEqual(['network-private'])
})

describe('the table of rules', () => {
  test('has a mutation for every rule', () => {
    const tried = new Set([...mutations.map(([rule]) => rule), ...Object.keys(additions)])
    expect(rules.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([])
  })

  test('names every rule once, by what it refers to', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
    for (const { id, title, refs, types } of rules) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/)
      expect(title.length, id).toBeGreaterThan(10)
      expect(refs.length, id).toBeGreaterThan(0)
      expect(types.length, id).toBeGreaterThan(0)
    }
  })
})
