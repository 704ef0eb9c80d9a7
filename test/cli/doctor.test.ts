import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { credentials } from '../../cli/doctor/account-checks.ts'
import { checks, diagnose } from '../../cli/doctor/diagnose.ts'
import { examine } from '../../cli/doctor/examine.ts'
import type { Finding, Status } from '../../cli/doctor/finding.ts'
import type { Account, Subject } from '../../cli/doctor/subject.ts'
import { services } from '../../local/services.ts'
import { readConfiguration } from '../../stacks/configuration.ts'
import { runCommand } from '../builders/run-command.ts'
import { type TestCloud, testCloud } from '../local/running-cloud.ts'

const root = join(import.meta.dirname, '../..')
const values: Readonly<Record<string, string>> = {
  projects: '["adherence"]',
  partBytes: '64000000',
  mapConcurrency: '40',
  duckdbPlatform: 'host',
}
const quotas = {
  'ml.m5.xlarge for training job usage': 2,
  'ml.m5.xlarge for spot training job usage': 0,
}

/** An account in which everything is as it should be. */
const sound: Account = {
  identity: async () => ({ accountId: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/a/b' }),
  quotas: async () => new Map(Object.entries(quotas)),
  lambdaConcurrency: async () => 1_000,
  hasImage: async () => true,
  bucket: async (name) => (name === 'state' ? 'ours' : 'absent'),
  isVersioned: async () => true,
  keyState: async () => 'Enabled',
}

function subject(changed: Partial<Subject> = {}, account: Partial<Account> = {}): Subject {
  return {
    stack: 'prod',
    configuration: readConfiguration('prod', (key) => values[key], ['adherence'], Object.keys(values)),
    instanceTypes: ['ml.m5.xlarge'],
    configuredRegion: 'eu-central-1',
    region: 'eu-central-1',
    isLocal: false,
    root,
    node: 'v24.21.0',
    pulumiVersion: async () => 'v3.258.0',
    backend: 's3://state',
    secretsProvider: 'awskms://alias/regimen-state?region=eu-central-1',
    hasPassphrase: false,
    account: { ...sound, ...account },
    ...changed,
  }
}

const findingsOf = (of: Subject) => examine(checks, credentials, of)

async function find(check: string, of: Subject): Promise<Finding> {
  const found = (await findingsOf(of)).find((each) => each.check === check)
  if (found === undefined) throw new Error(`no check ${check}`)
  return found
}

/** As the SDK throws what AWS answers. */
function answered(name: string, status: number): () => Promise<never> {
  return async () => {
    throw Object.assign(new Error('said so'), { name, $metadata: { httpStatusCode: status } })
  }
}
const denied = answered('AccessDeniedException', 400)

test('where all is well, only the agreement on health data is left to look up', async () => {
  const findings = await findingsOf(subject())
  expect(
    findings.filter(({ status }) => status !== 'ok').map(({ check, status }) => [check, status]),
  ).toEqual([['agreement on health data (BAA)', 'unknown']])
  expect(findings.map(({ check }) => check)).toEqual(['credentials', ...checks.map(({ check }) => check)])
})

const key = (state: string | undefined) => ({ keyState: async () => state })
const bucket = (found: Awaited<ReturnType<Account['bucket']>>) => ({ bucket: async () => found })
const only = (name: string, value: number) => ({ quotas: async () => new Map([[name, value]]) })

/** Check, what is found, and words of what is told to do. */
const outcomes: readonly (readonly [string, Status, string, Partial<Subject>, Partial<Account>])[] = [
  ['Node.js', 'failed', 'npm ci', { node: 'v20.1.0' }, {}],
  ['Pulumi', 'failed', 'install it', { pulumiVersion: async () => undefined }, {}],
  ['Pulumi', 'warning', 'install it', { pulumiVersion: async () => 'v3.255.0' }, {}],
  ['Pulumi', 'ok', '', { pulumiVersion: async () => undefined, isLocal: true }, {}],
  ['configuration', 'failed', 'correct Pulumi.prod.yaml', { configuration: { refused: 'regimen:x: …' } }, {}],
  ['DuckDB layer', 'failed', 'npm i --no-save', { root: '/nowhere' }, {}],
  ['DuckDB layer', 'unknown', 'correct', { configuration: { refused: 'regimen:x: …' } }, {}],
  ['credentials', 'failed', 'aws sso login', {}, { identity: answered('CredentialsProviderError', 0) }],
  ['credentials', 'failed', 'aws sso login', {}, { identity: answered('InvalidClientTokenId', 403) }],
  [
    'credentials',
    'warning',
    'root user',
    {},
    { identity: async () => ({ accountId: '1', arn: 'arn:aws:iam::1:root' }) },
  ],
  ['region', 'failed', 'export AWS_REGION=eu-central-1', { region: 'us-east-1' }, {}],
  ['region', 'failed', 'set aws:region', { configuredRegion: undefined }, {}],
  ['XGBoost image', 'failed', 'another region', { region: 'xx-north-9' }, {}],
  ['XGBoost image', 'failed', 'another region', {}, { hasImage: async () => false }],
  ['XGBoost image', 'unknown', 'allow ecr:BatchGetImage', {}, { hasImage: denied }],
  [
    'training quota',
    'failed',
    '"ml.m5.xlarge for training job usage"',
    {},
    only('ml.m5.xlarge for training job usage', 0),
  ],
  ['training quota', 'failed', 'request SageMaker', {}, only('other', 5)],
  ['training quota', 'unknown', 'allow servicequotas:ListServiceQuotas', {}, { quotas: denied }],
  ['spot training quota', 'ok', '', {}, only('other', 5)],
  ['spot training quota', 'unknown', 'allow servicequotas:ListServiceQuotas', {}, { quotas: denied }],
  ['Lambda concurrency', 'failed', 'L-B99A9384', {}, { lambdaConcurrency: async () => 10 }],
  ['Lambda concurrency', 'warning', 'mapConcurrency', {}, { lambdaConcurrency: async () => 50 }],
  ['Lambda concurrency', 'unknown', 'allow lambda:GetAccountSettings', {}, { lambdaConcurrency: denied }],
  ['data key', 'ok', '', {}, key(undefined)],
  ['data key', 'failed', 'cancel-key-deletion', {}, key('PendingDeletion')],
  ['data key', 'failed', 'aws kms enable-key', {}, key('Disabled')],
  ['data key', 'unknown', 'allow kms:DescribeKey', {}, { keyState: denied }],
  ['bucket name', 'ok', '', {}, bucket('ours')],
  ['bucket name', 'unknown', 's3:ListBucket', {}, bucket('not ours or not allowed')],
  ['bucket name', 'unknown', 'allow s3:ListBucket', {}, { bucket: answered('Forbidden', 403) }],
  ['state backend', 'failed', 'pulumi login', { backend: undefined }, {}],
  ['state backend', 'ok', '', { backend: 'https://api.pulumi.com' }, {}],
  ['state backend', 'warning', 'pulumi login', { backend: 'file://~' }, {}],
  ['state backend', 'failed', 'docs/deploy.md', {}, bucket('absent')],
  ['state backend', 'unknown', 's3:ListBucket', {}, bucket('not ours or not allowed')],
  ['state backend', 'warning', 'put-bucket-versioning', {}, { isVersioned: async () => false }],
  ['secrets provider', 'warning', 'pulumi stack init prod', { secretsProvider: undefined }, {}],
  ['secrets provider', 'failed', 'PULUMI_CONFIG_PASSPHRASE', { secretsProvider: 'passphrase' }, {}],
  ['secrets provider', 'ok', '', { secretsProvider: 'passphrase', hasPassphrase: true }, {}],
  ['secrets provider', 'failed', 'docs/deploy.md', {}, key(undefined)],
  ['secrets provider', 'failed', 'docs/deploy.md', {}, key('PendingDeletion')],
  ['secrets provider', 'unknown', 'allow kms:DescribeKey', {}, { keyState: denied }],
  ['agreement on health data (BAA)', 'unknown', 'AWS Artifact', {}, {}],
]

test.each(outcomes)('%s: %s, %s', async (check, status, remedy, changed, account) => {
  const found = await find(check, subject(changed, account))
  expect(found).toMatchObject({ check, status })
  expect(found.do).toContain(remedy)
  expect(found.do === '').toBe(status === 'ok')
})

test('every check that asks AWS has an outcome for a denied call, and each is told above', () => {
  const asking = checks.filter(({ needs }) => needs !== undefined).map(({ check }) => check)
  const unknown = new Set(outcomes.filter(([, status]) => status === 'unknown').map(([check]) => check))
  expect(asking.filter((check) => !unknown.has(check))).toEqual([])
  expect(checks.filter(({ check }) => !outcomes.some(([each]) => each === check))).toEqual([])
})

test('an answer that is no denial is told as it is', async () => {
  expect(
    await find('data key', subject({}, { keyState: answered('KMSInternalException', 500) })),
  ).toMatchObject({ status: 'unknown', got: 'KMSInternalException: said so' })
})

test('without credentials nothing more is asked', async () => {
  const asked: string[] = []
  const counting = Object.fromEntries(
    Object.keys(sound).map((name) => [
      name,
      async () => {
        asked.push(name)
        throw new Error('no credentials')
      },
    ]),
  )
  const findings = await findingsOf(subject({}, counting))
  expect(asked).toEqual(['identity'])
  expect(findings.filter(({ got }) => got.startsWith('not asked')).length).toBe(
    checks.filter(({ needs }) => needs !== undefined).length,
  )
})

describe('on the local cloud', () => {
  let cloud: TestCloud
  const home = mkdtempSync(join(tmpdir(), 'regimen-doctor-'))
  beforeAll(async () => {
    cloud = await testCloud({ services: services() })
    vi.stubEnv('AWS_ENDPOINT_URL', cloud.running.endpoint)
    vi.stubEnv('AWS_REGION', 'us-east-1')
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
    vi.stubEnv('PULUMI_HOME', home)
    vi.stubEnv('PULUMI_CLI', join(home, 'none'))
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    rmSync(home, { recursive: true })
    await cloud.stop()
  })
  const statuses = (findings: readonly Finding[]) =>
    Object.fromEntries(findings.map(({ check, status }) => [check, status]))

  test('the real calls are answered, and the account is as it should be', async () => {
    for (const stack of ['dev', 'prod'])
      expect(new Set(Object.values(statuses(await diagnose(stack))))).toEqual(new Set(['ok']))
  })

  test('a state bucket is looked for, and at', async () => {
    vi.stubEnv('PULUMI_BACKEND_URL', 's3://regimen-state')
    onTestFinished(() => {
      vi.stubEnv('PULUMI_BACKEND_URL', undefined)
    })
    const s3 = new S3Client({ ...cloud.client(), forcePathStyle: true })
    const status = async () => statuses(await diagnose('dev'))['state backend']
    expect(await status()).toBe('failed')
    await s3.send(new CreateBucketCommand({ Bucket: 'regimen-state' }))
    expect(await status()).toBe('warning')
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await s3.send(new PutBucketVersioningCommand({ Bucket: 'regimen-state', VersioningConfiguration }))
    expect(await status()).toBe('ok')
  })

  test('the command prints the findings, and ends with 1 when something failed', async () => {
    const { code, stdout } = await runCommand('doctor', '--stack', 'nowhere', '--json')
    const { failed, findings } = JSON.parse(stdout) as { failed: number; findings: Finding[] }
    expect(code).toBe(1)
    expect(failed).toBe(findings.filter(({ status }) => status === 'failed').length)
    expect(findings).toContainEqual({
      check: 'configuration',
      status: 'failed',
      got: 'there is no Pulumi.nowhere.yaml',
      expected: 'every key and value of the file is accepted',
      do: 'correct Pulumi.nowhere.yaml',
    })
  })
})
