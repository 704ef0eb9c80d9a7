import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { services } from '../../../local/services.ts'
import { runCommand } from '../../builders/run-command.ts'
import { applyTemplate, holdings } from '../../local/deploy/stack-session.ts'
import { type TestCloud, testCloud } from '../../local/running-cloud.ts'

let cloud: TestCloud
beforeAll(async () => {
  cloud = await testCloud({ services: services() })
  vi.stubEnv('AWS_ENDPOINT_URL', cloud.running.endpoint)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
  const kept = { protect: true, retainOnDelete: true }
  await applyTemplate(cloud, 'dev', [
    { type: 'aws:s3/bucket:Bucket', name: 'data', inputs: { bucket: 'held' }, ...kept },
    { type: 'aws:sns/topic:Topic', name: 'topic', inputs: { name: 'told' } },
  ])
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await cloud.stop()
})

const held = async () => (await holdings(cloud, 'dev')).resources.map(({ name }) => name)

test('a destroy names what is protected and touches nothing, unless it is told to let go of it', async () => {
  const refused = await runCommand('stack', 'destroy', '--yes', '--json')
  expect(refused.code).toBe(1)
  expect(JSON.parse(refused.stdout).error).toMatchObject({
    name: 'UpdateRefused',
    message:
      'the stack holds what is protected: got aws:s3/bucket:Bucket data; expected none; ' +
      'give --ignore-protect to let go of them: they stay in the account as they are, and `regimen stack recreate` adopts them',
  })
  expect(await held()).toEqual(['data', 'topic'])
  const unasked = await runCommand('stack', 'destroy', '--ignore-protect', '--json')
  expect(JSON.parse(unasked.stdout).error.message).toBe('nobody is there to agree: give --yes')
  const done = await runCommand('stack', 'destroy', '--yes', '--ignore-protect', '--json')
  expect(done.code).toBe(0)
  const steps = JSON.parse(done.stdout).steps as { urn: string; change: string }[]
  expect(steps.map(({ urn, change }) => [urn.split('::').at(-1), change]).sort()).toEqual([
    ['data', 'retained'],
    ['topic', 'deleted'],
  ])
  expect(await held()).toEqual([])
})
