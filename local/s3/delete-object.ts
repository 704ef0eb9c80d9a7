/** DeleteObject and DeleteObjects. */
import { XMLParser } from 'fast-xml-parser'
import * as z from 'zod'
import { readBody } from '../gateway/server.ts'
import { AwsError } from '../service.ts'
import { type S3Request, sendEmpty, sendXml } from './request.ts'

export async function deleteObject({
  store,
  response,
  bucket,
  key,
  query,
  call,
  allow,
}: S3Request): Promise<void> {
  const versionId = query.get('versionId') ?? undefined
  allow(versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', { bucket, key })
  const done = await store.remove(bucket, key, versionId, call.cloud.now())
  sendEmpty(response, 204, {
    ...(done.versionId === undefined ? {} : { 'x-amz-version-id': done.versionId }),
    ...(done.deleteMarker === true ? { 'x-amz-delete-marker': 'true' } : {}),
  })
}

const deletion = z.object({
  Delete: z.object({
    Object: z.array(z.object({ Key: z.coerce.string(), VersionId: z.coerce.string().optional() })),
    Quiet: z.coerce.string().optional(),
  }),
})
const parser = new XMLParser({
  isArray: (name) => name === 'Object',
  parseTagValue: false,
  trimValues: false,
  ignoreAttributes: true,
})

/** Each key succeeds or fails on its own. */
export async function deleteObjects({
  store,
  request,
  response,
  bucket,
  call,
  allow,
}: S3Request): Promise<void> {
  const parsed = deletion.safeParse(parser.parse((await readBody(request)).toString('utf8')))
  if (!parsed.success) throw new AwsError('MalformedXML', 'The XML you provided was not well-formed', 400)
  store.bucket(bucket)
  const deleted = []
  const errors = []
  for (const { Key, VersionId } of parsed.data.Delete.Object) {
    try {
      allow(VersionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion', { bucket, key: Key })
      const done = await store.remove(bucket, Key, VersionId, call.cloud.now())
      deleted.push({
        Key,
        VersionId,
        DeleteMarker: done.deleteMarker,
        DeleteMarkerVersionId: done.deleteMarker === true ? done.versionId : undefined,
      })
    } catch (error) {
      if (!(error instanceof AwsError)) throw error
      errors.push({ Key, VersionId, Code: error.code, Message: error.message })
    }
  }
  const quiet = parsed.data.Delete.Quiet === 'true'
  sendXml(response, 'DeleteResult', { Deleted: quiet ? [] : deleted, Error: errors })
}
