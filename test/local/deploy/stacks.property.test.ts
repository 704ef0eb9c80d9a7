import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AwsError } from '../../../local/service.ts'
import { services } from '../../../local/services.ts'
import { type TestCloud, testCloud } from '../running-cloud.ts'
import { applyTemplate, configurationOf, holdings, type Template } from './stack-session.ts'

let cloud: TestCloud
let stacks = 0
function newStack(): string {
  stacks += 1
  return `s${stacks}`
}
beforeAll(async () => {
  cloud = await testCloud({ services: services() })
})
afterAll(() => cloud.stop())

const call = (service: string, action: string, input: object) =>
  cloud.running.cloud.call(service, action, { ...input }, cloud.running.root)

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})

const kept = { protect: true, retainOnDelete: true }

/** Physical names hold the stack's, so that runs do not meet. */
const kinds = {
  role: (stack: string, name: string, knob: number): Template => ({
    type: 'aws:iam/role:Role',
    name,
    inputs: { name: `${stack}-${name}`, assumeRolePolicy: trust, maxSessionDuration: 3_600 + knob },
  }),
  rule: (stack: string, name: string, knob: number): Template => ({
    type: 'aws:cloudwatch/eventRule:EventRule',
    name,
    inputs: { name: `${stack}-${name}`, eventPattern: JSON.stringify({ source: [`knob-${knob}`] }) },
  }),
  alarm: (stack: string, name: string, knob: number): Template => ({
    type: 'aws:cloudwatch/metricAlarm:MetricAlarm',
    name,
    inputs: {
      name: `${stack}-${name}`,
      comparisonOperator: 'GreaterThanThreshold',
      evaluationPeriods: 1,
      threshold: knob,
      metricName: 'M',
      namespace: 'N',
      period: 60,
      statistic: 'Sum',
    },
  }),
  topic: (stack: string, name: string): Template => ({
    type: 'aws:sns/topic:Topic',
    name,
    inputs: { name: `${stack}-${name}` },
  }),
  bucket: (stack: string, name: string): Template => ({
    type: 'aws:s3/bucket:Bucket',
    name,
    inputs: { bucket: `${stack}-${name}` },
    ...kept,
  }),
  key: (_stack: string, name: string, knob: number): Template => ({
    type: 'aws:kms/key:Key',
    name,
    inputs: { description: `knob ${knob}`, enableKeyRotation: true },
    ...kept,
  }),
} as const
type Kind = keyof typeof kinds

const choice = fc.record({
  kind: fc.constantFrom<Kind>('role', 'rule', 'alarm', 'topic', 'bucket', 'key'),
  knob: fc.nat(50),
})
/** A template as data: logical name to what it is; the name says its kind, so that no name changes its kind. */
const template = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e'), choice, {
  maxKeys: 5,
  noNullPrototype: true,
})
type Data = Record<string, { kind: Kind; knob: number }>

const render = (stack: string, data: Data): Template[] =>
  Object.entries(data).map(([name, { kind, knob }]) => kinds[kind](stack, `${kind}-${name}`, knob))

/** Buckets and keys of other templates of the same stack are let go of and taken up again by their id. */
async function deployKeeping(stack: string, data: Data, kept: Map<string, string>) {
  const { resources } = await holdings(cloud, stack)
  const held = new Set(resources.map(({ name }) => name))
  const templates = render(stack, data).map((each) => {
    const id = kept.get(each.name)
    return held.has(each.name) || id === undefined ? each : { ...each, importId: id }
  })
  const applied = await applyTemplate(cloud, stack, templates, { refresh: true, ignoreProtect: true })
  for (const { name, id } of applied.retained) kept.set(name, id)
  return applied
}

// Feature: mlops-platform, Property 28: Infrastructure provisioning from templates
it('makes exactly the resources of a template, as it describes them', async () => {
  await fc.assert(
    fc.asyncProperty(template, async (data) => {
      const stack = newStack()
      const wanted = render(stack, data)
      await applyTemplate(cloud, stack, wanted)
      const names = wanted.map(({ name, type, inputs }) => [name, { type, inputs }] as const)
      expect(await configurationOf(cloud, stack)).toEqual(Object.fromEntries(names))
      // Read from the services themselves: nothing differs from the template.
      const again = await applyTemplate(cloud, stack, wanted, { refresh: true })
      expect(again.drift).toEqual([])
      expect(new Set(again.changes)).toEqual(new Set(wanted.length === 0 ? [] : ['unchanged']))
    }),
    { numRuns: 100 },
  )
})

// Feature: mlops-platform, Property 29: Infrastructure rollback
it('restores the configuration of any earlier template, over later ones and changes outside', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(template, { minLength: 2, maxLength: 4 }),
      fc.nat(),
      fc.nat(),
      async (history, pick, meddled) => {
        const stack = newStack()
        const kept = new Map<string, string>()
        const target = pick % (history.length - 1)
        let wanted: Awaited<ReturnType<typeof configurationOf>> = {}
        for (const [index, data] of history.entries()) {
          await deployKeeping(stack, data, kept)
          if (index === target) wanted = await configurationOf(cloud, stack)
        }
        await meddle(stack, meddled)
        await deployKeeping(stack, history[target]!, kept)
        expect(await configurationOf(cloud, stack)).toEqual(wanted)
        const settled = await applyTemplate(cloud, stack, render(stack, history[target]!), { refresh: true })
        expect(settled.drift).toEqual([])
        expect(settled.changes.every((change) => change === 'unchanged')).toBe(true)
      },
    ),
    { numRuns: 100 },
  )
})

/** Deletes or changes one resource behind the engine's back, if there is one that can be. */
async function meddle(stack: string, pick: number): Promise<void> {
  const { resources } = await holdings(cloud, stack)
  const open = resources.filter(({ type }) => /MetricAlarm|EventRule|Topic$/.test(type))
  const victim = open[pick % Math.max(open.length, 1)]
  if (victim === undefined) return
  if (victim.type.includes('MetricAlarm'))
    await call('monitoring', 'DeleteAlarms', { AlarmNames: [victim.id] })
  else if (victim.type.includes('EventRule'))
    await call('events', 'PutRule', { Name: victim.id, EventPattern: '{"source":["elsewhere"]}' })
  else await call('sns', 'DeleteTopic', { TopicArn: victim.id })
}

// Feature: mlops-platform, Property 30: Infrastructure idempotency
it('gives the same configuration when an environment is destroyed and made again, adopting what was kept', async () => {
  await fc.assert(
    fc.asyncProperty(template, async (data) => {
      const stack = newStack()
      const kept = new Map<string, string>()
      await deployKeeping(stack, data, kept)
      const before = await configurationOf(cloud, stack)
      const ids = idsOf(await holdings(cloud, stack))
      const destroyed = await applyTemplate(cloud, stack, [], { destroy: true, ignoreProtect: true })
      expect(await configurationOf(cloud, stack)).toEqual({})
      for (const { name, id } of destroyed.retained) kept.set(name, id)
      await deployKeeping(stack, data, kept)
      expect(await configurationOf(cloud, stack)).toEqual(before)
      expect(idsOf(await holdings(cloud, stack))).toEqual(ids)
    }),
    { numRuns: 100 },
  )
})

const idsOf = ({ resources }: Awaited<ReturnType<typeof holdings>>) =>
  Object.fromEntries(resources.map(({ name, id }) => [name, id]))

// Feature: mlops-platform, Property 19: Pipeline resource deletion completeness
it('leaves nothing of a pipeline in the services once its resources are gone from the program', async () => {
  await fc.assert(
    fc.asyncProperty(template, template, async (shared, pipeline) => {
      const stack = newStack()
      const own = render(`${stack}p`, pipeline).map((each) => ({
        ...each,
        name: `p-${each.name}`,
        protect: false,
        retainOnDelete: false,
      }))
      const common = render(stack, shared)
      await applyTemplate(cloud, stack, [...common, ...own])
      const made = (await holdings(cloud, stack)).resources.filter(({ name }) => name.startsWith('p-'))
      // What holds data goes by a destroy only: an update refuses to lose it.
      const disposable = (type: string) => !/Bucket$|Key$/.test(type)
      const left = own.filter(({ type }) => !disposable(type))
      const { deleted } = await applyTemplate(cloud, stack, [...common, ...left])
      const gone = made.filter(({ type }) => disposable(type))
      expect(deleted).toHaveLength(gone.length)
      for (const { type, id } of gone) expect(await exists(type, id)).toBe(false)
      expect(Object.keys(await configurationOf(cloud, stack)).sort()).toEqual(
        [...common, ...left].map(({ name }) => name).sort(),
      )
    }),
    { numRuns: 100 },
  )
})

/** Asked of the service that would know. */
async function exists(type: string, id: string): Promise<boolean> {
  try {
    if (type.includes('Role')) await call('iam', 'GetRole', { RoleName: id })
    else if (type.includes('EventRule')) await call('events', 'DescribeRule', { Name: id })
    else if (type.includes('Topic')) await call('sns', 'GetTopicAttributes', { TopicArn: id })
    else {
      const { MetricAlarms } = await call('monitoring', 'DescribeAlarms', { AlarmNames: [id] })
      return Array.isArray(MetricAlarms) && MetricAlarms.length > 0
    }
    return true
  } catch (error) {
    if (error instanceof AwsError) return false
    throw error
  }
}

it('a preview changes nothing and says what the update then does', async () => {
  await fc.assert(
    fc.asyncProperty(template, template, async (first, second) => {
      const stack = newStack()
      const shared = Object.fromEntries(
        Object.entries(second).filter(
          ([name, { kind }]) => first[name] === undefined || first[name]?.kind === kind,
        ),
      )
      await applyTemplate(cloud, stack, render(stack, first))
      const before = await configurationOf(cloud, stack)
      const said = await applyTemplate(cloud, stack, render(stack, shared), {
        preview: true,
        ignoreProtect: true,
      })
      expect(await configurationOf(cloud, stack)).toEqual(before)
      const did = await applyTemplate(cloud, stack, render(stack, shared), { ignoreProtect: true })
      expect({ changes: did.changes, deleted: did.deleted }).toEqual({
        changes: said.changes,
        deleted: said.deleted,
      })
    }),
    { numRuns: 100 },
  )
})
