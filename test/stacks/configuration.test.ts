import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfiguration } from '../../stacks/configuration.ts'
import { configurationPage } from '../../stacks/document-settings.ts'
import { settings } from '../../stacks/settings.ts'
import { configurationOf, repository } from './record-program.ts'

const read = (values: Record<string, string>, stack = 'dev') =>
  readConfiguration(stack, (key) => ({ projects: '["adherence"]', partBytes: '4000000', ...values })[key], [
    'adherence',
    'demo',
  ])

test('fills in what is not set', () => {
  expect(read({})).toEqual({
    environment: 'dev',
    projects: ['adherence'],
    partBytes: 4_000_000,
    mapConcurrency: 20,
    logRetentionDays: 365,
    privateHosts: [],
    network: 'none',
    endpoints: {},
    replication: undefined,
    deliveryProvider: undefined,
    deliveryConnection: undefined,
    deliveryBackend: undefined,
    deliveryBranch: 'main',
    deliveryChain: [],
    architecture: 'arm64',
    duckdbPlatform: 'linux-arm64',
    audit: false,
    auditRetentionDays: 2_192,
    onApproval: 'promote',
    people: false,
    peoplePrincipals: [],
    maxRunAgeDays: undefined,
    alertEmails: [],
    slackChannel: undefined,
    monthlyBudgetDollars: undefined,
    delivery: 'none',
    deliveryRepository: undefined,
    featureGroups: false,
    dashboards: true,
  })
})

test('takes what is set, and the DuckDB of the architecture', () => {
  expect(
    read({ architecture: 'x86_64', people: 'true', projects: '["demo","adherence","demo"]' }),
  ).toMatchObject({ duckdbPlatform: 'linux-x64', people: true, projects: ['demo', 'adherence'] })
})

test.each([
  [
    { partBytes: 'many' },
    'regimen:partBytes: got many; expected a whole number of bytes from 65536 to 1000000000; correct it in Pulumi.dev.yaml',
  ],
  [
    { partBytes: '12' },
    'regimen:partBytes: got 12; expected a whole number of bytes from 65536 to 1000000000; correct it in Pulumi.dev.yaml',
  ],
  [
    { projects: '[]' },
    'regimen:projects: got []; expected a list of project ids, at least one; correct it in Pulumi.dev.yaml',
  ],
  [
    { projects: 'adherence' },
    'regimen:projects: got adherence; expected a list of project ids, at least one; correct it in Pulumi.dev.yaml',
  ],
  [
    { projects: '["elsewhere"]' },
    'regimen:projects: got elsewhere; expected ids among adherence, demo; correct it in Pulumi.dev.yaml',
  ],
  [
    { mapConcurrency: '0' },
    'regimen:mapConcurrency: got 0; expected a whole number from 1 to 1000; correct it in Pulumi.dev.yaml',
  ],
  [
    { logRetentionDays: '30' },
    'regimen:logRetentionDays: got 30; expected one of 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653; correct it in Pulumi.dev.yaml',
  ],
  [
    { delivery: 'both' },
    'regimen:delivery: got both; expected none, github or codepipeline; correct it in Pulumi.dev.yaml',
  ],
  [
    { delivery: 'github' },
    'regimen:deliveryRepository: got nothing; expected owner/name of a GitHub repository, which regimen:delivery needs; correct it in Pulumi.dev.yaml',
  ],
  [
    { slackChannel: 'C0123456789' },
    'regimen:slackToken: got nothing; expected a bot token with chat:write, which regimen:slackChannel needs; correct it in Pulumi.dev.yaml',
  ],
  [
    { alertEmails: '["nobody"]' },
    'regimen:alertEmails: got ["nobody"]; expected a list of e-mail addresses; correct it in Pulumi.dev.yaml',
  ],
  [
    { peoplePrincipals: '["me"]' },
    'regimen:peoplePrincipals: got ["me"]; expected a list of ARNs of IAM roles or users; correct it in Pulumi.dev.yaml',
  ],
  [
    { maxRunAgeDays: '8' },
    'regimen:maxRunAgeDays: got 8; expected a whole number of days from 1 to 7; correct it in Pulumi.dev.yaml',
  ],
  [{ people: 'yes' }, 'regimen:people: got yes; expected true or false; correct it in Pulumi.dev.yaml'],
  [
    { architecture: 'arm' },
    'regimen:architecture: got arm; expected arm64 or x86_64; correct it in Pulumi.dev.yaml',
  ],
  [
    { duckdbPlatform: 'darwin' },
    'regimen:duckdbPlatform: got darwin; expected linux-arm64, linux-x64 or host; correct it in Pulumi.dev.yaml',
  ],
])('refuses %o by key, value and what is allowed', (values, message) => {
  expect(() => read(values)).toThrow(new Error(message))
})

test('refuses a key that is missing', () => {
  expect(() => readConfiguration('prod', () => undefined, ['adherence'])).toThrow(
    new Error(
      'regimen:projects: got nothing; expected a list of project ids, at least one; correct it in Pulumi.prod.yaml',
    ),
  )
})

test('refuses a key that nothing reads', () => {
  const values: Record<string, string> = { projects: '["adherence"]', partBytes: '4000000', partSize: '1' }
  expect(() => readConfiguration('dev', (key) => values[key], ['adherence'], Object.keys(values))).toThrow(
    /^regimen:partSize: got an unknown key; expected one of projects, partBytes, .*; correct it in Pulumi\.dev\.yaml$/,
  )
})

test('the page of the documentation is the one that the settings give', () => {
  const page = readFileSync(join(repository, 'docs/configuration.md'), 'utf8')
  expect(page).toBe(configurationPage())
  expect(page.match(/^\| `regimen:/gm)).toHaveLength(Object.keys(settings).length)
})

test('refuses a stack whose name would make names too long', () => {
  expect(() => read({}, 'my-long-environment')).toThrow(
    new Error(
      'the stack: got my-long-environment; expected 2 to 12 characters a-z and 0-9, first a letter; rename it',
    ),
  )
})

test.each(['dev', 'staging', 'prod'])('Pulumi.%s.yaml is valid', (environment) => {
  const values = configurationOf(environment)
  expect(readConfiguration(environment, (key) => values[`regimen:${key}`], ['adherence']).environment).toBe(
    environment,
  )
})
