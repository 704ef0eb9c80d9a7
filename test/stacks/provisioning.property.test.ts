/** What a deployed template consists of, over generated use cases and settings: nothing that a use case needs is missing. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Project } from '../../functions/project.ts'
import { Graph } from '../../infra/policy/graph.ts'
import { judge } from '../../infra/policy/judge.ts'
import { rules } from '../../infra/policy/rules.ts'
import { waivers } from '../../infra/waivers.ts'
import { parcelsProject } from '../builders/project.ts'
import { noCode, type Program, record } from './record-program.ts'

/** What the program finds in the place of the repository's own use cases. */
const deployed: Record<string, Project> = {}
vi.doMock('../../infra/bundle.ts', () => ({ bundleFunctions: noCode }))
vi.doMock('../../stacks/projects.ts', () => ({ projects: deployed }))
// A release is made of a stack's file, which a generated one does not have.
vi.doMock('../../stacks/release.ts', () => ({
  describeRelease: () => ({ id: '0'.repeat(12), manifest: '{}', archive: 'package.json' }),
}))

const stackTraceLimit = Error.stackTraceLimit
beforeAll(() => {
  // Pulumi takes a stack trace for each input of each resource: four fifths of an evaluation's time.
  Error.stackTraceLimit = 0
})
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit
})

const account = '123456789012'
const flag = fc.constantFrom('true', 'false')
const schedule = fc.constantFrom(undefined, 'rate(1 day)', 'cron(0 6 * * ? *)')

const definition = fc
  .record({
    id: fc.stringMatching(/^[a-z][a-z0-9-]{1,19}$/),
    title: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
    algorithm: fc.constantFrom('xgboost', 'random-forest', 'logistic-regression'),
    schedule,
    trainingTimeoutSeconds: fc.integer({ min: 60, max: 432_000 }),
    training: fc.integer({ min: 1, max: 100 }),
    explanations: fc.boolean(),
    served: fc.boolean(),
  })
  .map(({ id, title, algorithm, schedule, trainingTimeoutSeconds, training, explanations, served }) => ({
    served,
    project: parcelsProject({
      id,
      title,
      algorithm,
      trainingTimeoutSeconds,
      concurrentRuns: { training },
      prediction: { names: { entityId: 'who', prediction: 'what' }, explanations },
      ...(schedule === undefined ? {} : { schedule }),
    }),
  }))

const template = fc.record({
  stack: fc.stringMatching(/^[a-z][a-z0-9]{1,11}$/),
  place: fc.constantFrom(
    ['us-east-1', 'aws'],
    ['eu-central-1', 'aws'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['cn-north-1', 'aws-cn'],
  ),
  definitions: fc.uniqueArray(definition, {
    minLength: 1,
    maxLength: 2,
    selector: ({ project }) => project.id,
  }),
  optional: fc.record({ audit: flag, people: flag, featureGroups: flag, dashboards: flag }),
  chosen: fc.record(
    {
      network: fc.constantFrom('none', 'vpc'),
      architecture: fc.constantFrom('arm64', 'x86_64'),
      partBytes: fc.integer({ min: 65_536, max: 1_000_000_000 }).map(String),
      mapConcurrency: fc.integer({ min: 1, max: 1_000 }).map(String),
      logRetentionDays: fc.constantFrom('365', '731', '2192', '3653'),
      onApproval: fc.constantFrom('promote', 'hold', 'all-at-once', 'canary', 'linear'),
      maxRunAgeDays: fc.integer({ min: 1, max: 7 }).map(String),
      alertEmails: fc.constant('["ops@example.com"]'),
    },
    { requiredKeys: ['network', 'partBytes'] },
  ),
})
type Template = typeof template extends fc.Arbitrary<infer Value> ? Value : never

const isServed = ({ chosen }: Template, { served }: Template['definitions'][number]) =>
  served && chosen.network === 'vpc'

let instance = 0
async function instantiate(drawn: Template): Promise<Program> {
  const { stack, place, definitions, optional, chosen } = drawn
  for (const id of Object.keys(deployed)) delete deployed[id]
  for (const { project } of definitions) deployed[project.id] = project
  const endpoints = definitions
    .filter((each) => isServed(drawn, each))
    .map(({ project }) => [project.id, { version: '1', instanceType: 'ml.m5.large' }])
  const settings = {
    ...optional,
    ...chosen,
    duckdbPlatform: 'host',
    projects: JSON.stringify(Object.keys(deployed)),
    endpoints: JSON.stringify(Object.fromEntries(endpoints)),
  }
  const named = Object.entries(settings).map(([key, value]) => [`regimen:${key}`, value])
  instance += 1
  // Another query is another instance of the program alone: what it imports is loaded once.
  const program = `../../stacks/index.ts?instance=${instance}`
  return await record(
    stack,
    { ...Object.fromEntries(named), 'aws:region': place[0] ?? '' },
    () => import(/* @vite-ignore */ program),
  )
}

const machines = ['training', 'inference', 'dataset-import', 'deployment', 'monitoring']

/** Every resource that a use case must have, by type and what AWS calls it: written from the documents, not by infra/names.ts. */
function required(drawn: Template): string[] {
  const { stack, definitions, optional } = drawn
  return definitions.flatMap((each) => {
    const { id, schedule } = each.project
    const name = `regimen-${stack}-${id}`
    const when = (wanted: boolean, ...resources: readonly string[]) => (wanted ? resources : [])
    return [
      `aws:sagemaker/modelPackageGroup:ModelPackageGroup ${name}`,
      ...machines.map((flow) => `aws:sfn/stateMachine:StateMachine ${name}-${flow}`),
      ...machines.map((flow) => `aws:iam/role:Role ${name}-${flow}`),
      ...machines.flatMap((flow) =>
        ['failed', 'timed-out', 'throttled'].map(
          (what) => `aws:cloudwatch/metricAlarm:MetricAlarm ${name}-${flow}-${what}`,
        ),
      ),
      ...['outcome', 'turn', 'approval', 'inbox', 'deployment-ended', 'monitoring-scored'].map(
        (rule) => `aws:cloudwatch/eventRule:EventRule ${name}-${rule}`,
      ),
      `aws:cloudwatch/metricAlarm:MetricAlarm ${name}-drift`,
      ...when(schedule !== undefined, `aws:scheduler/schedule:Schedule ${name}-inference`),
      ...when(optional.featureGroups === 'true', `aws:sagemaker/featureGroup:FeatureGroup ${name}`),
      ...when(optional.dashboards === 'true', `aws:cloudwatch/dashboard:Dashboard ${name}`),
      ...when(isServed(drawn, each), `aws:sagemaker/endpoint:Endpoint ${name}`),
    ]
  })
}

const nameOf = ({ inputs }: { readonly inputs: Readonly<Record<string, unknown>> }) =>
  String(
    inputs.name ??
      inputs.modelPackageGroupName ??
      inputs.featureGroupName ??
      inputs.dashboardName ??
      inputs.bucket,
  )

/** ARNs of this account's functions, roles, machines, queues, topics and tables that a text names, but for patterns. */
const named = (text: string) => [
  ...new Set(
    [
      ...text.matchAll(
        /arn:[a-z-]+:(?:lambda|iam|states|sqs|sns|dynamodb):[a-z0-9-]*:\d{12}:[A-Za-z]+[:/]?[\w/:.-]+(?![\w*/:.-])/g,
      ),
    ].map(([arn]) => arn),
  ),
]

// Feature: mlops-platform, Property 9: Resource provisioning completeness
test('any use case, in any setting, gets every resource that it requires, and all that they name is there', async () => {
  await fc.assert(
    fc.asyncProperty(template, async (drawn) => {
      const program = await instantiate(drawn)
      const made = program.resources.map((each) => `${each.type} ${nameOf(each)}`)
      expect(required(drawn).filter((each) => !made.includes(each))).toEqual([])
      for (const { project } of drawn.definitions) {
        const name = `regimen-${drawn.stack}-${project.id}`
        const alarm = program
          .of('aws:cloudwatch/metricAlarm:MetricAlarm')
          .find((each) => nameOf(each) === `${name}-drift`)
        expect(alarm?.inputs).toMatchObject({
          namespace: 'Regimen',
          dimensions: { Project: project.id, Environment: drawn.stack },
        })
        const object = program
          .of('aws:s3/bucketObjectv2:BucketObjectv2')
          .find(({ inputs }) => String(inputs.key).startsWith(`${project.id}/project/`))
        expect(JSON.parse(String(object?.inputs.content))).toEqual(JSON.parse(JSON.stringify(project)))
      }
      const { 0: region, 1: partition } = drawn.place
      const there = new Set(
        program.resources.flatMap((each) => arnsOf(each.type, nameOf(each), `${region}`, `${partition}`)),
      )
      const definitions = program.of('aws:sfn/stateMachine:StateMachine').map(({ inputs }) => inputs)
      const targets = [
        ...program.of('aws:cloudwatch/eventTarget:EventTarget'),
        ...program.of('aws:scheduler/schedule:Schedule'),
        ...program.of('aws:cloudwatch/metricAlarm:MetricAlarm'),
      ].map(({ inputs }) => inputs)
      const asked = named(JSON.stringify([...definitions, ...targets]))
      expect(asked.length).toBeGreaterThan(20)
      expect(asked.filter((arn) => !there.has(arn))).toEqual([])
      expect(JSON.stringify(definitions)).not.toMatch(/\$\{[A-Za-z]/)
      expect(judge(new Graph(program.resources), rules, waivers).findings).toEqual([])
    }),
    // Smaller counterexamples would cost a second each.
    { numRuns: 50, endOnFailure: true },
  )
}, 240_000)

/** As the services make them; a function is called as its first version or by its alias. */
function arnsOf(type: string, name: string, region: string, partition: string): readonly string[] {
  const regional = (service: string, resource: string) =>
    `arn:${partition}:${service}:${region}:${account}:${resource}`
  switch (type) {
    case 'aws:lambda/function:Function':
      return ['1', 'live'].map((version) => regional('lambda', `function:${name}:${version}`))
    case 'aws:iam/role:Role':
      return [`arn:${partition}:iam::${account}:role/${name}`]
    case 'aws:sfn/stateMachine:StateMachine':
      return [regional('states', `stateMachine:${name}`)]
    case 'aws:sqs/queue:Queue':
      return [regional('sqs', name)]
    case 'aws:sns/topic:Topic':
      return [regional('sns', name)]
    case 'aws:dynamodb/table:Table':
      return [regional('dynamodb', `table/${name}`)]
    default:
      return []
  }
}
