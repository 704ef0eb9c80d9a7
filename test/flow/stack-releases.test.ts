import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { S3Client } from '@aws-sdk/client-s3'
import { SageMakerClient } from '@aws-sdk/client-sagemaker'
import { SFNClient } from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { useEndpoint } from '../../cli/running-cloud.ts'
import { deleteProject, findDependants, refuseWhileUsed } from '../../cli/stack/delete-project.ts'
import type { Update } from '../../cli/stack/engine.ts'
import { localEngine } from '../../cli/stack/local-engine.ts'
import { currentRelease, listReleases } from '../../cli/stack/read-releases.ts'
import { refuseDestroy } from '../../cli/stack/refuse-destroy.ts'
import { recreate, rollBack } from '../../cli/stack/rollback.ts'
import { Names } from '../../infra/names.ts'
import { services } from '../../local/services.ts'
import { type TestCloud, testCloud } from '../local/running-cloud.ts'
import { copyProgram } from '../pulumi/workspace.ts'

const bucket = 'regimen-dev-000000000000-us-east-1'
const root = mkdtempSync(join(tmpdir(), 'regimen-program-'))
let cloud: TestCloud
let first: string

function edit(file: string, from: string, to: string): void {
  const path = join(root, file)
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(from)
  writeFileSync(path, text.replace(from, to))
}

const environment = () => ({
  s3: new S3Client({ ...cloud.client(), forcePathStyle: true }),
  bucket,
  engine: localEngine('dev', cloud.running.endpoint, () => undefined),
  programDir: root,
})
const call = (service: string, action: string, input: object) =>
  cloud.running.cloud.call(service, action, { ...input }, cloud.running.root)

const held = z.object({
  resources: z.array(
    z.object({ name: z.string(), id: z.string(), inputs: z.record(z.string(), z.unknown()) }),
  ),
})
/** Versions of functions and layers are numbers that the service counts: a new one begins again, or goes on. */
const unnumbered = (inputs: string) =>
  inputs
    .replace(/("functionVersion":)"\d+"/g, '$1"n"')
    .replace(/((?:function|layer):regimen-[\w-]+):\d+/g, '$1:n')

async function configuration() {
  const response = await fetch(`${cloud.running.endpoint}/_regimen/stacks/dev`)
  const { resources } = held.parse(await response.json())
  return new Map(resources.map(({ name, inputs }) => [name, unnumbered(JSON.stringify(inputs))]))
}

beforeAll(async () => {
  copyProgram(root)
  // A second project, so that one can be deleted.
  edit('stacks/projects.ts', '{ adherence }', "{ adherence, other: { ...adherence, id: 'other' } }")
  edit('Pulumi.dev.yaml', '["adherence"]', '["adherence", "other"]')
  cloud = await testCloud({ services: services() })
  useEndpoint(cloud.running.endpoint)
  process.env.TABLE = 'regimen-dev'
  await environment().engine.up(root)
  first = (await currentRelease(environment())) ?? ''
})
afterAll(async () => {
  await cloud.stop()
  rmSync(root, { recursive: true, force: true })
})

describe('releases of the program on the laptop', () => {
  it('rolls back to the first one, over a changed configuration and changes made outside', async () => {
    const before = await configuration()
    edit('Pulumi.dev.yaml', 'regimen:logRetentionDays: 365', 'regimen:logRetentionDays: 400')
    await environment().engine.up(root)
    await call('monitoring', 'DeleteAlarms', { AlarmNames: ['regimen-dev-adherence-drift'] })
    const looked = await rollBack(environment(), first, async () => false)
    expect(looked.applied).toBe(false)
    expect(looked.update.drift).toContainEqual(expect.objectContaining({ kind: 'deleted' }))
    expect(await currentRelease(environment())).not.toBe(first)
    await rollBack(environment(), first, async () => true)
    expect(await configuration()).toEqual(before)
    const releases = await listReleases(environment())
    expect(releases.map(({ manifest, deployments }) => [manifest.release, deployments.length])).toEqual([
      [first, 2],
      [expect.any(String), 1],
    ])
    edit('Pulumi.dev.yaml', 'regimen:logRetentionDays: 400', 'regimen:logRetentionDays: 365')
  })

  it('refuses at preview what would replace the table', async () => {
    edit('infra/table.ts', "hashKey: 'pk'", "hashKey: 'sk'")
    await expect(environment().engine.preview(root)).rejects.toThrow(
      /aws:dynamodb\/table:Table::regimen-table-table would be replaced; expected stateful resources to be kept/,
    )
    edit('infra/table.ts', "hashKey: 'sk'", "hashKey: 'pk'")
  })

  it('is recreated after a destroy with the same configuration, adopting what was kept', async () => {
    const before = await configuration()
    const { engine } = environment()
    const protectedOnes = await engine.holds(root)
    expect(() => refuseDestroy(protectedOnes, {})).toThrow(
      /^the stack holds what is protected: got .*aws:kms\/key:Key regimen-key, aws:s3\/bucket:Bucket regimen-data, .*; expected none; give --ignore-protect to let go of them: they stay in the account as they are, and `regimen stack recreate` adopts them$/,
    )
    await expect(engine.destroy(root)).rejects.toThrow('regimen-table-table would be retained')
    expect(await configuration()).toEqual(before)
    const { steps } = await engine.destroy(root, { ignoreProtect: true })
    expect(steps.filter(({ change }) => change === 'retained').length).toBeGreaterThan(5)
    expect((await configuration()).size).toBe(0)
    const { update } = await recreate(environment(), first)
    const adopted = update.steps.filter(({ change }) => change === 'imported').map(({ type }) => type)
    expect(adopted.sort()).toEqual([
      'aws:dynamodb/table:Table',
      'aws:kms/key:Key',
      'aws:s3/bucket:Bucket',
      'aws:s3/bucket:Bucket',
      'aws:sagemaker/modelPackageGroup:ModelPackageGroup',
      'aws:sagemaker/modelPackageGroup:ModelPackageGroup',
    ])
    expect(await configuration()).toEqual(before)
  })

  it('lets go of what is protected only when it is told to, in an update as in a rollback', async () => {
    edit('Pulumi.dev.yaml', '  regimen:people: true', '  regimen:featureGroups: true\n  regimen:people: true')
    const { engine } = environment()
    await engine.up(root)
    edit('Pulumi.dev.yaml', '["adherence", "other"]', '["adherence"]')
    await expect(engine.preview(root)).rejects.toThrow(/::other-models-group would be retained/)
    edit('Pulumi.dev.yaml', '["adherence"]', '["adherence", "other"]')
    await expect(rollBack(environment(), first, async () => true)).rejects.toThrow(
      /the update would take out of the stack what is protected: .*adherence-features-group would be retained/,
    )
  })

  it('adopts again what a rollback was told to let go of', async () => {
    const second = (await currentRelease(environment())) ?? ''
    const features = ({ steps }: Update) =>
      steps.filter(({ type }) => type.endsWith(':FeatureGroup')).map(({ change }) => change)
    const told = await rollBack(environment(), first, async () => true, { ignoreProtect: true })
    expect(features(told.update)).toEqual(['retained', 'retained'])
    // What was let go of comes back: not the newest inventory, all of them together name it.
    const back = await recreate(environment(), second)
    expect(features(back.update)).toEqual(['imported', 'imported'])
  })

  it('deletes a project only once nothing depends on it, and sees that it is gone', async () => {
    const client = cloud.client()
    const prefix = 'arn:aws:states:us-east-1:000000000000:stateMachine:regimen-dev-'
    const place = {
      names: new Names('dev'),
      region: 'us-east-1',
      sfn: new SFNClient(client),
      sagemaker: new SageMakerClient(client),
      cloudwatch: new CloudWatchClient(client),
      stateMachinePrefix: prefix,
    }
    const none = { models: false, datasets: false }
    const scheduled = await findDependants(place, 'other', true, none)
    expect(scheduled.map(({ kind }) => kind)).toContain('schedule')
    expect(() => refuseWhileUsed('other', scheduled)).toThrow(/things depend on project other: got schedule/)
    const { engine } = environment()
    const settings = readFileSync(join(root, 'Pulumi.dev.yaml'), 'utf8')
    edit('Pulumi.dev.yaml', 'regimen:featureGroups: true', 'regimen:featureGroups: false')
    await expect(deleteProject(place, engine, root, 'other')).rejects.toThrow(
      /^the update would take more than other out of the stack: got \S+::adherence-features-group; expected nothing protected but other-models-group, other-features-group; put these back/,
    )
    expect(readFileSync(join(root, 'Pulumi.dev.yaml'), 'utf8')).toContain('other')
    writeFileSync(join(root, 'Pulumi.dev.yaml'), settings)
    const cut = { ...engine, up: () => Promise.reject(new Error('cut short')) }
    await expect(deleteProject(place, cut, root, 'other')).rejects.toThrow('cut short')
    const { steps } = await deleteProject(place, engine, root, 'other')
    expect(steps.filter(({ change }) => change === 'deleted').length).toBeGreaterThan(15)
    const kept = steps.filter(({ change, protect }) => change === 'retained' && protect === true)
    expect(kept.map(({ urn }) => urn.split('::').at(-1)).sort()).toEqual([
      'other-features-group',
      'other-models-group',
    ])
    await expect(deleteProject(place, engine, root, 'other')).rejects.toThrow('other is not deployed')
    const left = [...(await configuration()).keys()].filter((name) => name.startsWith('other-'))
    expect(left).toEqual([])
    await expect(
      call('states', 'DescribeStateMachine', { stateMachineArn: `${prefix}other-training` }),
    ).rejects.toThrow()
    expect([...(await configuration()).keys()]).toContain('adherence-training-machine')
    await expect(deleteProject(place, environment().engine, root, 'adherence')).rejects.toThrow(
      "adherence is the environment's only project",
    )
  })
})
