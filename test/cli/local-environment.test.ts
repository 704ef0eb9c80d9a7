import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { services } from '../../local/services.ts'
import { runCommand } from '../builders/run-command.ts'
import { applyTemplate } from '../local/deploy/stack-session.ts'
import { type TestCloud, testCloud } from '../local/running-cloud.ts'

let cloud: TestCloud
beforeAll(async () => {
  cloud = await testCloud({ services: services() })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await cloud.stop()
})

const topic = { type: 'aws:sns/topic:Topic', name: 'topic', inputs: { name: 'told' } }

/** Where a command looks for its project, which is in none of them. */
async function environmentMeant(): Promise<string | undefined> {
  vi.stubEnv('AWS_ENDPOINT_URL', undefined)
  const { stdout } = await runCommand('models', 'list', '--dir', cloud.directory, '--json')
  return /in environment (\w+)/.exec(JSON.parse(stdout).error.message)?.[1]
}

test('commands work in the one environment that a local cloud holds, in dev where it holds several', async () => {
  expect(await environmentMeant()).toBe('dev')
  await applyTemplate(cloud, 'staging', [topic])
  expect(await environmentMeant()).toBe('staging')
  await applyTemplate(cloud, 'dev', [{ ...topic, inputs: { name: 'told-in-dev' } }])
  expect(await environmentMeant()).toBe('dev')
  vi.stubEnv('REGIMEN_ENVIRONMENT', 'staging')
  expect(await environmentMeant()).toBe('staging')
  vi.stubEnv('REGIMEN_ENVIRONMENT', undefined)
  await applyTemplate(cloud, 'dev', [])
  expect(await environmentMeant()).toBe('staging')
})
