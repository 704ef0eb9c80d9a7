import { describe, expect, it, vi } from 'vitest'
import type { DriftMetric } from '../../../functions/drift/drift-metrics.ts'
import { type MetricsTarget, publishMetrics, resendMetrics } from '../../../functions/drift/metrics-store.ts'

const root = 's3://bucket/adherence'
const metrics: DriftMetric[] = [{ name: 'Rows', value: 1, unit: 'Count' }]
const now = new Date('2026-03-05T06:00:00.000Z')

/** A bucket in memory, and a CloudWatch that takes what `takes` says. */
function world(takes: (at: Date) => boolean = () => true) {
  const bucket = new Map<string, unknown>()
  const sent: string[] = []
  const target: MetricsTarget = {
    async put(_dimensions, _metrics, at) {
      if (!takes(at)) throw Object.assign(new Error('no'), { name: 'ThrottlingException' })
      sent.push(at.toISOString())
    },
    spill: async (uri, document) => void bucket.set(uri, document),
    async putOnce(uri, document) {
      if (bucket.has(uri)) return false
      bucket.set(uri, document)
      return true
    },
    list: async (prefix) =>
      [...bucket.keys()].filter((uri) => uri.startsWith(prefix)).map((uri) => ({ uri })),
    read: async (uri) => bucket.get(uri),
  }
  const spill = (at: string) =>
    target.spill(`${root}/unsent-metrics/${at.replace(/[:.]/g, '')}-run.json`, {
      dimensions: { Project: 'adherence' },
      metrics,
      at,
    })
  return { bucket, sent, target, spill }
}
const first = '2026-03-03T06:00:00.000Z'
const second = '2026-03-04T06:00:00.000Z'

describe('publishing', () => {
  it('tries again, and spills nothing when the second attempt is taken', async () => {
    const { bucket, target } = world()
    const put = vi.fn(target.put).mockRejectedValueOnce(new Error('once'))
    const publication = { dimensions: {}, metrics, at: first, spillUri: `${root}/k` }
    expect(await publishMetrics(publication, { ...target, put }, 0)).toBe(true)
    expect(put).toHaveBeenCalledTimes(2)
    expect(bucket.size).toBe(0)
  })
})

describe('sending what earlier runs could not', () => {
  it('goes from the oldest to the newest, each with its own time, and once', async () => {
    const { sent, target, spill } = world()
    await spill(second)
    await spill(first)
    expect(await resendMetrics(root, now, target)).toEqual({ sent: 2 })
    expect(sent).toEqual([first, second])
    expect(await resendMetrics(root, now, target)).toEqual({ sent: 0 })
    expect(sent).toHaveLength(2)
  })

  it('sends nothing twice when two runs do so at once', async () => {
    const { sent, target, spill } = world()
    await spill(first)
    await spill(second)
    await Promise.all([resendMetrics(root, now, target), resendMetrics(root, now, target)])
    expect(sent.toSorted()).toEqual([first, second])
  })

  it('stops where CloudWatch still refuses, without an error, and the next run goes on there', async () => {
    let isDown = true
    const { sent, target, spill } = world((at) => !isDown || at.toISOString() === first)
    await spill(first)
    await spill(second)
    expect(await resendMetrics(root, now, target)).toEqual({ sent: 1, error: 'ThrottlingException' })
    isDown = false
    expect(await resendMetrics(root, now, target)).toEqual({ sent: 1 })
    expect(sent).toEqual([first, second])
  })

  it('leaves what another run has just claimed, and takes over from one that died', async () => {
    const { bucket, sent, target, spill } = world()
    await spill(first)
    const claim = `${root}/unsent-metrics-claims/2026-03-03T060000000Z-run.json/0`
    bucket.set(claim, { at: new Date(now.getTime() - 60_000).toISOString() })
    expect(await resendMetrics(root, now, target)).toEqual({ sent: 0 })
    bucket.set(claim, { at: new Date(now.getTime() - 3_600_000).toISOString() })
    expect(await resendMetrics(root, now, target)).toEqual({ sent: 1 })
    expect(sent).toEqual([first])
  })

  it('leaves out what is too old for CloudWatch, and says when the bucket does not answer', async () => {
    const { sent, target, spill } = world()
    await spill('2026-01-01T06:00:00.000Z')
    expect(await resendMetrics(root, now, target)).toEqual({ sent: 0 })
    expect(sent).toEqual([])
    const list = async () => Promise.reject(Object.assign(new Error('no'), { name: 'SlowDown' }))
    expect(await resendMetrics(root, now, { ...target, list })).toEqual({ sent: 0, error: 'SlowDown' })
  })
})
