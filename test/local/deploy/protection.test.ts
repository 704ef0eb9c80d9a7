import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { services } from '../../../local/services.ts'
import { type TestCloud, testCloud } from '../running-cloud.ts'
import { applyTemplate, holdings, type Template } from './stack-session.ts'

let cloud: TestCloud
beforeAll(async () => {
  cloud = await testCloud({ services: services() })
})
afterAll(() => cloud.stop())

const kept = { protect: true, retainOnDelete: true }
const bucket = (name: string, more: Partial<Template> = {}): Template => ({
  type: 'aws:s3/bucket:Bucket',
  name,
  inputs: { bucket: name },
  ...kept,
  ...more,
})
const trust = '{"Version":"2012-10-17","Statement":[]}'
const role = (named: string, protect: boolean): Template => ({
  type: 'aws:iam/role:Role',
  name: 'role',
  inputs: { name: named, assumeRolePolicy: trust },
  protect,
})
const protection = async (stack: string) =>
  Object.fromEntries((await holdings(cloud, stack)).resources.map(({ name, protect }) => [name, protect]))
const call = (service: string, action: string, input: object) =>
  cloud.running.cloud.call(service, action, { ...input }, cloud.running.root)

describe('what is protected, as Pulumi has it', () => {
  it('leaves its stack neither in a preview nor in an update, though it would be retained', async () => {
    await applyTemplate(cloud, 'p1', [bucket('p1-a'), bucket('p1-b'), role('p1-role', false)])
    for (const how of [{ preview: true }, {}])
      await expect(applyTemplate(cloud, 'p1', [role('p1-role', false)], how)).rejects.toThrow(
        'the update would take out of the stack what is protected: ' +
          'urn:pulumi:p1::test::aws:s3/bucket:Bucket::p1-b would be retained, ' +
          'urn:pulumi:p1::test::aws:s3/bucket:Bucket::p1-a would be retained; expected it to stay; ' +
          'put it back into the program or its settings, or give --ignore-protect: what is retained stays in the account',
      )
    expect(await protection('p1')).toEqual({ 'p1-a': true, 'p1-b': true, role: false })
  })

  it('is let go of when that is asked for, and what stays remains protected', async () => {
    await applyTemplate(cloud, 'p2', [bucket('p2-a'), bucket('p2-b')])
    const { retained } = await applyTemplate(cloud, 'p2', [bucket('p2-b')], { ignoreProtect: true })
    expect(retained.map(({ id }) => id)).toEqual(['p2-a'])
    expect(await protection('p2')).toEqual({ 'p2-b': true })
    await expect(applyTemplate(cloud, 'p2', [])).rejects.toThrow('p2-b would be retained')
  })

  it('is no part of a destroy that is not told to let go of it', async () => {
    await applyTemplate(cloud, 'p3', [bucket('p3-a')])
    await expect(applyTemplate(cloud, 'p3', [], { destroy: true })).rejects.toThrow('p3-a would be retained')
    expect(await protection('p3')).toEqual({ 'p3-a': true })
    await applyTemplate(cloud, 'p3', [], { destroy: true, ignoreProtect: true })
    expect(await protection('p3')).toEqual({})
    const again = await applyTemplate(cloud, 'p3', [bucket('p3-a', { importId: 'p3-a' })])
    expect(again.changes).toEqual(['imported'])
  })

  it('is replaced only once the program protects it no longer', async () => {
    await applyTemplate(cloud, 'p4', [role('p4-a', true)])
    for (const how of [{ preview: true }, {}])
      await expect(applyTemplate(cloud, 'p4', [role('p4-b', true)], how)).rejects.toThrow(
        'aws:iam/role:Role::role would be replaced',
      )
    await call('iam', 'GetRole', { RoleName: 'p4-a' })
    const replaced = await applyTemplate(cloud, 'p4', [role('p4-b', false)])
    expect(replaced.changes).toEqual(['replaced'])
    await expect(call('iam', 'GetRole', { RoleName: 'p4-a' })).rejects.toThrow('p4-a')
  })

  it('is protected again by the next update, whatever left it unprotected', async () => {
    await applyTemplate(cloud, 'p5', [bucket('p5-a', { protect: false })])
    expect((await applyTemplate(cloud, 'p5', [bucket('p5-a')])).changes).toEqual(['unchanged'])
    expect(await protection('p5')).toEqual({ 'p5-a': true })
  })
})
