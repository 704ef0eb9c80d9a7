import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ObjectStore } from '../../../local/s3/object-store.ts'

test('settings of a bucket that are made at once are all kept, also over a restart', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'buckets-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const store = await ObjectStore.open(directory)
  await store.createBucket('data', new Date('2026-01-01T00:00:00Z'))
  await Promise.all([
    store.configureBucket('data', { versioning: 'Enabled' }),
    store.configureBucket('data', { eventBridge: true }),
  ])
  const all = { versioning: 'Enabled', eventBridge: true }
  expect(store.bucket('data')).toMatchObject(all)
  expect((await ObjectStore.open(directory)).bucket('data')).toMatchObject(all)
})
