import { expect, test } from 'vitest'
import { stackGraph } from '../../cli/stack-graph.ts'
import { Graph } from '../../infra/policy/graph.ts'

const { resources } = await stackGraph('prod')
const graph = new Graph(
  resources.map(({ parent, ...resource }) => ({ ...resource, ...(parent === undefined ? {} : { parent }) })),
)
const named = (name: string) => resources.find((resource) => resource.name === name)!

test('names every resource as an engine does, through all of its parents', () => {
  expect(named('regimen-data').urn).toBe(
    'urn:pulumi:prod::regimen::regimen:infra:Environment$regimen:infra:Storage$aws:s3/bucket:Bucket::regimen-data',
  )
  const urns = new Set(resources.map(({ urn }) => urn))
  expect(urns.size).toBe(resources.length)
  for (const { name, parent, options } of resources) {
    if (parent !== undefined) expect(urns, name).toContain(parent)
    for (const urn of options.dependsOn) expect(urns, name).toContain(urn)
  }
})

test('says what is protected and what is kept', () => {
  expect(named('regimen-data').options).toMatchObject({ protect: true, retainOnDelete: true })
  expect(named('regimen-data-policy').options).toMatchObject({ protect: false, retainOnDelete: false })
})

test('resolves inputs, and prints assets by their hash', () => {
  expect(named('plan-parts-function').inputs).toMatchObject({
    name: 'regimen-prod-plan-parts',
    role: 'arn:aws:iam::123456789012:role/regimen-prod-plan-parts',
    code: { archive: { 'index.mjs': { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } } },
  })
})

test('knows which inputs are made of which resources', () => {
  const data = graph.of('aws:s3/bucket:Bucket').find(({ name }) => name === 'regimen-data')!
  const type = 'aws:s3/bucketPolicy:BucketPolicy'
  expect(graph.referring(type, 'bucket', data).map(({ name }) => name)).toEqual(['regimen-data-policy'])
})

test('refuses an environment that has no file', async () => {
  await expect(stackGraph('nowhere')).rejects.toThrow(
    'no such environment: got nowhere; expected one of dev, prod, staging; name one of them with --stack, or write Pulumi.nowhere.yaml',
  )
})
