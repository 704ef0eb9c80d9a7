import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { startCloud } from '../../local/cloud.ts'
import type { LocalService } from '../../local/service.ts'
import { freePort } from '../faults/kill/keeper.ts'

test('a request that comes before its service has started waits for it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-starting-'))
  const port = await freePort()
  const order: string[] = []
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  let asked: Promise<unknown> | undefined
  const early: LocalService = {
    name: 'early',
    actions: {
      Ask: async () => {
        order.push('answered')
        return {}
      },
    },
    async start({ endpoint }) {
      const headers = {
        'x-amz-target': 'Early.Ask',
        'content-type': 'application/x-amz-json-1.0',
        authorization:
          'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/early/aws4_request, SignedHeaders=host, Signature=0',
      }
      asked = fetch(endpoint, { method: 'POST', headers, body: '{}' })
      // Whatever the gateway does at once, it does before this.
      await fetch(`${endpoint}/_regimen/health`)
      await fetch(`${endpoint}/_regimen/health`)
      order.push('started')
    },
  }
  const running = await startCloud({ directory, port, region: 'us-east-1', services: [early] })
  try {
    await asked
    expect(order).toEqual(['started', 'answered'])
    await expect(
      client.send(new PutObjectCommand({ Bucket: 'none', Key: 'k', Body: 'x' })),
    ).rejects.toMatchObject({ name: 'NoSuchBucket' })
  } finally {
    client.destroy()
    await running.stop()
    rmSync(directory, { recursive: true })
  }
})
