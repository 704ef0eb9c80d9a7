/** A rig whose time is months ago: every service goes by it, so that nothing is refused as too old or too early. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { type Rig, startRig } from '../../local/rig/rig.ts'
import { rehearsal } from '../../projects/adherence/rehearsal.ts'
import { project } from '../builders/simulated-weeks.ts'

const now = new Date('2026-01-05T06:00:00.000Z')
const rows = (first: number, count: number) =>
  [...rehearsal.traffic.rows({ seed: 5, rows: count, first, drifted: false })].join('')
const published = z.object({ metricsPublished: z.boolean() })

let rig: Rig
beforeAll(async () => {
  rig = await startRig({ now: () => now })
  await rig.platform.group(project.id)
})
afterAll(() => rig.stop())

test('CloudWatch takes the numbers of a batch and of its labels at the time that they are of', async () => {
  const projectUri = await rig.use({ ...project, gates: [] })
  const trained = await rig.train(project, projectUri, await rig.put('adherence/train.csv', rows(0, 3_000)))
  const { modelVersion: version, modelPackageArn } = z
    .object({ modelVersion: z.string(), modelPackageArn: z.string() })
    .parse(trained.output)
  const { approveModel } = await import('../../functions/registry/model-store.ts')
  await approveModel({ project: project.id, version, decision: 'Approved', reason: 'test' })
  await rig.door('promote-model', { detail: { ModelPackageArn: modelPackageArn } })
  const batch = rows(3_000, 200)
  const { runUri, status } = await rig.infer(
    project,
    projectUri,
    await rig.put('adherence/batch.csv', rehearsal.traffic.undecided(batch)),
  )
  expect(status).toBe('SUCCEEDED')
  const labelsUri = await rig.put('adherence/labels.csv', rehearsal.traffic.labels(batch))
  const joined = await rig.door('join-labels', { runUri, labelsUri, receivedAt: now.toISOString() })
  expect(published.parse(joined)).toEqual({ metricsPublished: true })
  const kept = await rig.platform.call('monitoring', 'ListMetrics', { Namespace: 'Regimen' })
  expect(JSON.stringify(kept)).toContain('DriftScore')
})
