import type { PolicyResource } from '@pulumi/policy'
import { expect, test } from 'vitest'
import { policies, toGraph } from '../../../infra/policy/pack/policies.ts'
import { rules } from '../../../infra/policy/rules.ts'
import { exemplary } from './exemplary.ts'

/** A resource as the engine hands it to a pack: neighbours as resources, not as URNs. */
function fromEngine(changed: Readonly<Record<string, Record<string, unknown>>> = {}): PolicyResource[] {
  const made = exemplary.map((resource) => ({
    ...resource,
    props: { ...resource.inputs, ...changed[resource.name] },
    opts: { protect: true, ignoreChanges: [], aliases: [], additionalSecretOutputs: [], customTimeouts: {} },
    dependencies: [],
    propertyDependencies: {},
    isType: () => false,
    asType: () => undefined,
  }))
  return made.map((resource) => ({
    ...resource,
    propertyDependencies: Object.fromEntries(
      Object.entries(exemplary.find(({ urn }) => urn === resource.urn)?.propertyDependencies ?? {}).map(
        ([input, urns]) => [input, made.filter(({ urn }) => urns.includes(urn))],
      ),
    ),
  })) as unknown as PolicyResource[]
}

async function reported(resources: PolicyResource[]) {
  const found: string[] = []
  for (const policy of policies('mandatory'))
    await policy.validateStack(
      {
        resources,
        getConfig: () => ({}) as never,
        notApplicable: () => undefined as never,
        stackTags: new Map(),
      } as never,
      (message) => found.push(`${policy.name}: ${message}`),
    )
  return found
}

test('every rule is a mandatory policy of the stack, described by what it refers to', () => {
  const made = policies('mandatory')
  expect(made.map(({ name }) => name)).toEqual(rules.map(({ id }) => id))
  expect(made[0]).toMatchObject({
    name: 'bucket-private',
    enforcementLevel: 'mandatory',
    description: expect.stringContaining('S3.1'),
  })
})

test('the pack passes what keeps the rules and refuses what does not, by name', async () => {
  expect(await reported(fromEngine())).toEqual([])
  expect(await reported(fromEngine({ table: { billingMode: 'PROVISIONED' } }))).toEqual([
    'table-on-demand: table: billingMode is not PAY_PER_REQUEST',
  ])
})

test('what the engine does not tell, retention on delete, is not judged', () => {
  const [bucket] = fromEngine()
  expect(toGraph(bucket!).options).toEqual({ protect: true, dependsOn: [] })
})
