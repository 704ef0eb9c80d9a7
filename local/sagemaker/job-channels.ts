/** Moves a training job's data between S3 and its working directory: input channels in, the model out. */
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as z from 'zod'
import { parseS3Uri } from '../../functions/layout.ts'
import type { Cloud, Principal } from '../service.ts'

const listing = z.object({
  Contents: z.array(z.object({ Key: z.string() })).default([]),
  NextContinuationToken: z.string().optional(),
})

/** Downloads every object below an S3 prefix into `directory`, under the name that follows the prefix's last `/`. */
export async function downloadPrefix(
  cloud: Cloud,
  principal: Principal,
  uri: string,
  directory: string,
): Promise<number> {
  const { bucket, key: prefix } = parseS3Uri(uri)
  await mkdir(directory, { recursive: true })
  const base = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  let files = 0
  let token: string | undefined
  do {
    const input = {
      Bucket: bucket,
      Prefix: prefix,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    }
    const page = listing.parse(await cloud.call('s3', 'ListObjectsV2', input, principal))
    for (const { Key: key } of page.Contents) {
      // "Directories" that consoles make are empty objects whose key ends in a slash.
      if (key.endsWith('/')) continue
      const file = join(directory, key.slice(base.length))
      if (relative(directory, file).startsWith('..')) continue
      await mkdir(dirname(file), { recursive: true })
      const { Body } = await cloud.call('s3', 'GetObject', { Bucket: bucket, Key: key }, principal)
      await writeBody(file, Body)
      files += 1
    }
    token = page.NextContinuationToken
  } while (token !== undefined)
  return files
}

export async function uploadFile(
  cloud: Cloud,
  principal: Principal,
  file: string,
  uri: string,
): Promise<void> {
  const { bucket, key } = parseS3Uri(uri)
  await cloud.call('s3', 'PutObject', { Bucket: bucket, Key: key, Body: await readFile(file) }, principal)
}

async function writeBody(file: string, body: unknown): Promise<void> {
  if (body instanceof Readable) return pipeline(body, createWriteStream(file))
  if (body instanceof Uint8Array || typeof body === 'string') return writeFile(file, body)
  throw new TypeError('S3 answered GetObject with neither bytes nor a stream')
}
