import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { pulumiEngine } from '../../cli/stack/pulumi-engine.ts'
import { listReleases } from '../../cli/stack/read-releases.ts'
import { refuseDestroy } from '../../cli/stack/refuse-destroy.ts'
import { recreate, rollBack } from '../../cli/stack/rollback.ts'
import { findPulumi } from './pulumi-cli.ts'
import { type Finished, openWorkspace, type Workspace } from './workspace.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)
const cli = findPulumi(say)
if ('absent' in cli) say(`skipped: ${cli.absent}`)

let work: Workspace
let s3: S3Client
const bucket = 'regimen-dev-000000000000-us-east-1'
const seen: { first?: string; last?: string; before?: Map<string, string> } = {}

/** Counts of the summary that the engine prints: `+ 3 created`, `12 unchanged`. */
function counts({ text }: Finished): Record<string, number> {
  const summary = text.slice(text.lastIndexOf('Resources:'))
  const found = summary.matchAll(
    /(\d+) (to create|created|updated|deleted|replaced|unchanged|imported|errored)/g,
  )
  return Object.fromEntries([...found].map(([, count, what]) => [String(what), Number(count)]))
}

async function step(name: string, run: () => Promise<Finished>): Promise<Finished> {
  const started = performance.now()
  const done = await run()
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  say(`${name}: exit ${done.code}, ${JSON.stringify(counts(done))}, ${seconds} s`)
  return done
}

const up = (...more: string[]) => work.must('up', '--yes', '--skip-preview', '--stack', 'dev', ...more)
const engine = () => pulumiEngine('dev', () => undefined)
const environment = () => ({ s3, bucket, engine: engine(), programDir: work.directory })
const root = () => work.cloud.root
const call = (service: string, action: string, input: object) =>
  work.cloud.cloud.call(service, action, { ...input }, root())

async function output(name: string): Promise<string> {
  return (await work.must('stack', 'output', name, '--stack', 'dev')).stdout.trim()
}

const exported = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          custom: z.boolean(),
          inputs: z.record(z.string(), z.unknown()).default({}),
          protect: z.boolean().default(false),
        }),
      )
      .default([]),
  }),
})

/** Versions of functions and layers are numbers that the service counts: a new one begins again, or goes on. */
const unnumbered = (inputs: string) =>
  inputs
    .replace(/("functionVersion":)"\d+"/g, '$1"n"')
    .replace(/((?:function|layer):regimen-[\w-]+):\d+/g, '$1:n')

async function state() {
  const { stdout } = await work.must('stack', 'export', '--stack', 'dev')
  return exported.parse(JSON.parse(stdout)).deployment.resources
}

const protectedNames = async () =>
  (await state())
    .filter(({ protect }) => protect)
    .map(({ urn }) => urn.split('::').at(-1))
    .sort()
const protectedInDev = [
  'adherence-models-group',
  'regimen-data',
  'regimen-key',
  'regimen-logs',
  'regimen-table-table',
]

/** URN to the inputs of every resource, as the engine's state holds them. */
async function configuration(): Promise<Map<string, string>> {
  const resources = await state()
  const ours = resources.filter(({ custom, urn }) => custom && !urn.includes('::pulumi:providers:'))
  return new Map(ours.map(({ urn, inputs }) => [urn, unnumbered(JSON.stringify(inputs))]))
}

/** Runs with one file of the program changed, and puts it back. */
async function withChange<Result>(
  file: string,
  [from, to]: readonly [string, string],
  run: () => Promise<Result>,
): Promise<Result> {
  const path = join(work.directory, file)
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(from)
  writeFileSync(path, text.replace(from, to))
  try {
    return await run()
  } finally {
    writeFileSync(path, text)
  }
}

describe.skipIf('absent' in cli)('the program under the real engine', { timeout: 400_000 }, () => {
  beforeAll(async () => {
    if ('absent' in cli) return
    work = await openWorkspace(cli.path)
    Object.assign(process.env, work.environment)
    s3 = new S3Client({ region: 'us-east-1', forcePathStyle: true })
    await work.must('stack', 'init', 'dev')
    await work.must('config', 'set', 'regimen:duckdbPlatform', 'host', '--stack', 'dev')
  })
  afterAll(() => work?.close())

  it('previews with outputs that are not known yet, and touches nothing', async () => {
    const done = await step('preview', () => work.must('preview', '--stack', 'dev'))
    expect(counts(done)['to create']).toBeGreaterThan(150)
    expect(done.text).toMatch(/starter\s*: \[unknown\]/)
    expect((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([])
  })

  it('creates everything', async () => {
    const done = await step('up', () => up())
    expect(Object.keys(counts(done))).toEqual(['created'])
    seen.first = await output('release')
    expect(seen.first).toMatch(/^[0-9a-f]{12}$/)
  })

  it('changes nothing the second time', async () => {
    expect(Object.keys(counts(await step('second up', () => up())))).toEqual(['unchanged'])
  })

  it('updates what a changed configuration reaches, and records another release', async () => {
    await work.must('config', 'set', 'regimen:logRetentionDays', '400', '--stack', 'dev')
    const done = await step('up with a changed configuration', () => up())
    expect(counts(done).updated).toBeGreaterThan(10)
    expect(counts(done).replaced).toBeUndefined()
    const releases = await listReleases({ s3, bucket })
    expect(releases.map(({ manifest }) => manifest.release)).toEqual([await output('release'), seen.first])
    expect(releases.map(({ current }) => current)).toEqual([true, false])
  })

  it('sees what was deleted and changed outside, and converges', async () => {
    const { MetricAlarms: alarms } = await call('monitoring', 'DescribeAlarms', {})
    const names = z
      .array(z.object({ AlarmName: z.string() }))
      .parse(alarms)
      .map(({ AlarmName }) => AlarmName)
    await call('monitoring', 'DeleteAlarms', { AlarmNames: names.slice(0, 1) })
    const rule = 'regimen-dev-adherence-outcome'
    await call('events', 'PutRule', { Name: rule, EventPattern: '{"source":["somebody.else"]}' })
    const refreshed = await step('refresh', () =>
      work.must('refresh', '--yes', '--skip-preview', '--stack', 'dev'),
    )
    expect(counts(refreshed)).toMatchObject({ deleted: 1, updated: 1 })
    const done = await step('up after drift', () => up())
    expect(counts(done)).toMatchObject({ created: 1, updated: 1 })
    expect(await call('monitoring', 'DescribeAlarms', { AlarmNames: names.slice(0, 1) })).toMatchObject({
      MetricAlarms: [expect.objectContaining({ AlarmName: names[0] })],
    })
    expect((await call('events', 'DescribeRule', { Name: rule })).EventPattern).toContain('aws.states')
  })

  it('rolls back to the first release: its configuration, and its identity', async () => {
    const started = performance.now()
    const { applied, update } = await rollBack(environment(), seen.first ?? '', async () => true)
    expect(applied).toBe(true)
    const updated = update.steps.filter(({ change }) => change === 'updated').length
    say(`rollback: ${updated} updated, ${((performance.now() - started) / 1_000).toFixed(1)} s`)
    expect(await output('release')).toBe(seen.first)
    await work.must('config', 'set', 'regimen:logRetentionDays', '365', '--stack', 'dev')
    expect(Object.keys(counts(await step('up after the rollback', () => up())))).toEqual(['unchanged'])
  })

  it('converges when an update that was killed midway is repeated', async () => {
    await work.must('config', 'set', 'regimen:logRetentionDays', '545', '--stack', 'dev')
    const killed = await work.killed(
      /LogGroup \S+ updated/,
      'up',
      '--yes',
      '--skip-preview',
      '--stack',
      'dev',
    )
    say(`up, killed: exit ${killed.code}`)
    expect(killed.code).toBeNull()
    await work.must('cancel', '--yes', 'dev')
    const repeated = await step('up, repeated', () => up('--refresh'))
    expect(counts(repeated).errored).toBeUndefined()
    expect(Object.keys(counts(await step('up, once more', () => up())))).toEqual(['unchanged'])
    await work.must('config', 'set', 'regimen:logRetentionDays', '365', '--stack', 'dev')
    await step('up, back', () => up())
  })

  it('refuses a change that would replace the table or the bucket, before anything is done', async () => {
    const before = await configuration()
    expect(await protectedNames()).toEqual(protectedInDev)
    const replacing = (run: () => Promise<void>) =>
      withChange('infra/table.ts', ["hashKey: 'pk'", "hashKey: 'sk'"], () =>
        withChange('infra/storage.ts', ['{ bucket: this.bucketName }', "{ bucket: 'another' }"], run),
      )
    await replacing(async () => {
      const plain = await step('plain preview of a replacement', () =>
        work.pulumi('preview', '--stack', 'dev'),
      )
      expect(plain.code).not.toBe(0)
      for (const name of ['regimen-table-table', 'regimen-data'])
        expect(plain.text.replace(/\s+/g, ' ')).toMatch(
          new RegExp(`unable to replace resource "\\S+::${name}" as it is currently marked for protection`),
        )
      const updated = await step('plain up of the same', () => work.pulumi('up', '--yes', '--stack', 'dev'))
      expect(updated.code).not.toBe(0)
      await expect(engine().preview(work.directory)).rejects.toThrow(
        /the update would lose what cannot be made again: .*aws:dynamodb\/table:Table::regimen-table-table would be replaced/,
      )
    })
    expect(await configuration()).toEqual(before)
  })

  it('lets go of a feature group only when it is told to', async () => {
    await work.must('config', 'set', 'regimen:featureGroups', 'true', '--stack', 'dev')
    await step('up with feature groups', () => up())
    await work.must('config', 'set', 'regimen:featureGroups', 'false', '--stack', 'dev')
    const plain = await step('plain preview without them', () => work.pulumi('preview', '--stack', 'dev'))
    expect(plain.code).not.toBe(0)
    expect(plain.text.replace(/\s+/g, ' ')).toMatch(
      /adherence-features-group" cannot be deleted because it is protected/,
    )
    const refused =
      /the update would take out of the stack what is protected: \S+::adherence-features-group would be retained/
    await expect(engine().up(work.directory)).rejects.toThrow(refused)
    const { steps } = await engine().up(work.directory, { ignoreProtect: true })
    expect(steps).toContainEqual(
      expect.objectContaining({ type: 'aws:sagemaker/featureGroup:FeatureGroup', change: 'retained' }),
    )
    expect(await protectedNames()).toEqual(protectedInDev)
  })

  it('protects again what was unprotected by hand', async () => {
    await work.must('state', 'unprotect', '--all', '--yes', '--stack', 'dev')
    expect(await protectedNames()).toEqual([])
    await step('up over an unprotected stack', () => up())
    expect(await protectedNames()).toEqual(protectedInDev)
  })

  it('refuses by the policy pack what the security rules find', async () => {
    const pack = join(work.directory, 'infra', 'policy', 'pack')
    const good = await step('preview with the policy pack', () =>
      work.pulumi('preview', '--stack', 'dev', '--policy-pack', pack),
    )
    expect(good.code, good.text).toBe(0)
    const bad = await withChange(
      'infra/table.ts',
      ['pointInTimeRecovery: { enabled: true }', 'pointInTimeRecovery: { enabled: false }'],
      () =>
        step('the same with a bad change', () =>
          work.pulumi('preview', '--stack', 'dev', '--policy-pack', pack),
        ),
    )
    expect(bad.code).not.toBe(0)
    expect(bad.text).toMatch(/\[mandatory\] *table-recoverable/)
  })

  it('destroys only when it is told to let go, over an interruption too, and keeps what cannot be made again', async () => {
    const before = await configuration()
    seen.before = before
    seen.last = await output('release')
    const refused = await step('plain destroy', () => work.pulumi('destroy', '--yes', '--stack', 'dev'))
    expect(refused.code).not.toBe(0)
    expect(refused.text.replace(/\s+/g, ' ')).toMatch(
      /regimen-data" cannot be deleted because it is protected/,
    )
    expect(await configuration()).toEqual(before)
    const held = await engine().holds(work.directory)
    expect(() => refuseDestroy(held, {})).toThrow(/^the stack holds what is protected: got .*, /)
    const killed = await work.killed(
      /Alarm \S+ deleted/,
      'destroy',
      '--yes',
      '--skip-preview',
      '--ignore-protect',
      '--stack',
      'dev',
    )
    say(`destroy, killed: exit ${killed.code}`)
    expect(killed.code).toBeNull()
    await work.must('cancel', '--yes', 'dev')
    expect((await configuration()).size).toBeLessThan(before.size)
    // Protection is ignored by one destroy and not taken away: what is left still has it.
    expect((await protectedNames()).length).toBeGreaterThan(0)
    const { steps } = await engine().destroy(work.directory, { ignoreProtect: true })
    say(`destroy, repeated: ${steps.length} resources`)
    expect(steps.filter(({ change }) => change === 'retained').map(({ type }) => type)).toContain(
      'aws:s3/bucket:Bucket',
    )
    expect((await configuration()).size).toBe(0)
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toContain(bucket)
  })

  it('is recreated with the same configuration', async () => {
    const started = performance.now()
    const { update } = await recreate(environment(), seen.last ?? '')
    const adopted = update.steps.filter(({ change }) => change === 'imported').length
    say(`recreate: ${adopted} adopted, ${((performance.now() - started) / 1_000).toFixed(1)} s`)
    expect(adopted).toBe(5)
    expect(Object.keys(counts(await step('up after the recreation', () => up())))).toEqual(['unchanged'])
    expect(await configuration()).toEqual(seen.before)
  })
})
