/** Audit events at the doors: in the table, in whole chains, found again by day. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lambdaContext, type Platform, startPlatform } from '../../../local/rig/platform.ts'
import type { Json } from '../../../local/service.ts'

let platform: Platform
let audit: typeof import('../../../functions/audit/audit-store.ts')
let judge: typeof import('../../../functions/audit/verify.ts')

beforeAll(async () => {
  platform = await startPlatform()
  audit = await import('../../../functions/audit/audit-store.ts')
  judge = await import('../../../functions/audit/verify.ts')
})
afterAll(() => platform.stop())

const lately = async () =>
  await audit.listAudit(new Date(Date.now() - 3_600_000), new Date(Date.now() + 1_000))
const today = async () => [...(await lately()).events]
/** An edit by hand, past every check of the platform. */
const edit = async (key: { pk: string; sk: string }, attribute: string, value: Json) =>
  await platform.call('dynamodb', 'UpdateItem', {
    TableName: 'regimen-dev',
    Key: { pk: { S: key.pk }, sk: { S: key.sk } },
    UpdateExpression: 'SET #a = :a',
    ExpressionAttributeNames: { '#a': attribute },
    ExpressionAttributeValues: { ':a': value },
  })
const happening = (resource: string) => ({
  actor: 'ada',
  action: 'start training',
  resource,
  result: 'begun' as const,
  requestId: 'r',
})

describe('the audit trail', () => {
  test('keeps every one of a hundred events at once, each in its place of one chain', async () => {
    const written = await Promise.all(
      Array.from({ length: 100 }, (_, at) => audit.recordAudit('crowd', happening(`run ${at}`))),
    )
    const [first] = written
    const chain = await audit.readChain(first?.chain ?? '')
    expect(chain).toHaveLength(100)
    expect(new Set(chain.map((event) => event?.resource)).size).toBe(100)
    expect(judge.verifyChain(first?.chain ?? '', chain)).toBeUndefined()
    expect(await today()).toHaveLength(100)
  })

  test('tells of an act that failed, by the name of its error', async () => {
    const act = audit.audited('failing', { of: () => happening('x') }, async () => {
      throw new TypeError("a value that is nobody's business")
    })
    await expect(act(undefined, undefined, lambdaContext)).rejects.toThrow(TypeError)
    const told = (await today()).filter(({ chain }) => chain.startsWith('failing/'))
    expect(told.map(({ result, error }) => [result, error])).toEqual([
      ['begun', undefined],
      ['failed', 'TypeError'],
    ])
    expect(JSON.stringify(told)).not.toContain('business')
  })

  test('is anchored once an hour, and what is taken off an end afterwards is missed', async () => {
    const now = new Date()
    expect(await audit.anchorHeads(now)).toBe(true)
    expect(await audit.anchorHeads(now)).toBe(false)
    const anchors = await audit.readAnchors()
    expect(anchors).toHaveLength(1)
    const chains = new Map<string, Awaited<ReturnType<typeof audit.readChain>>>()
    for (const { chain } of anchors[0]?.heads ?? []) chains.set(chain, await audit.readChain(chain))
    expect(chains.size).toBe(2)
    expect(judge.verify(chains, anchors)).toEqual([])
    const shorter = new Map([...chains].map(([name, events]) => [name, events.slice(0, -1)]))
    expect(judge.verify(shorter, anchors)).toHaveLength(2)
  })

  test('tells once of an act that is tried again and again, and of another one by itself', async () => {
    for (const act of ['run1/0', 'run1/0', 'run2/0', 'run1/0', 'run1/1'])
      await audit.recordOnce('waiting', act, happening(act))
    const told = (await today()).filter(({ chain }) => chain.startsWith('waiting/'))
    expect(told.map(({ resource }) => resource)).toEqual(['run1/0', 'run2/0', 'run1/1'])
  })

  test('names the place of an event that is none any more, and tells the others', async () => {
    const first = await audit.recordAudit('edited', happening('one'))
    await audit.recordAudit('edited', happening('two'))
    await audit.recordAudit('edited', happening('three'))
    const { tableKeys } = await import('../../../functions/table-store.ts')
    await edit(tableKeys.auditEvent(first.chain, 2), 'result', { S: 'nothing happened' })
    const { events, unreadable } = await lately()
    expect(unreadable).toEqual([{ chain: first.chain, sequence: 2 }])
    expect(events.filter(({ chain }) => chain === first.chain)).toHaveLength(2)
    const chain = await audit.readChain(first.chain)
    const breach = { chain: first.chain, sequence: 2, what: 'an event was changed' }
    expect(judge.verify(new Map([[first.chain, chain]]), [])).toEqual([breach])
  })

  test('names the anchor that is none any more', async () => {
    const { tableKeys } = await import('../../../functions/table-store.ts')
    await edit(tableKeys.auditAnchor(1), 'heads', { S: 'none' })
    expect(judge.verify(new Map(), await audit.readAnchors())).toEqual([
      { chain: 'anchors', sequence: 1, what: 'an anchor was changed or is missing' },
    ])
  })
})
