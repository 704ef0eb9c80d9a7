/** What S3 keeps about one version of an object, beside its bytes. */
import * as z from 'zod'
import { checksumNames } from './checksum.ts'

export const objectVersion = z.object({
  key: z.string(),
  /** `null` in a bucket without versioning, as S3 says it. */
  versionId: z.string(),
  /** Grows with every write to the bucket: the newest version of a key has the largest. */
  sequence: z.number(),
  deleteMarker: z.boolean(),
  size: z.number(),
  /** Without quotes. */
  etag: z.string(),
  lastModified: z.string(),
  contentType: z.string(),
  /** Headers that S3 gives back as they came: Cache-Control, Content-Disposition, … */
  headers: z.record(z.string(), z.string()),
  /** `x-amz-meta-*` without the prefix. */
  metadata: z.record(z.string(), z.string()),
  checksum: z
    .object({ name: z.enum(checksumNames), value: z.string(), type: z.enum(['FULL_OBJECT', 'COMPOSITE']) })
    .optional(),
  tags: z.record(z.string(), z.string()).optional(),
  /** Name of the file that holds the bytes; none for a delete marker. */
  data: z.string().optional(),
})
export type ObjectVersion = z.output<typeof objectVersion>

export const bucketRecord = z.object({
  name: z.string(),
  createdAt: z.string(),
  versioning: z.enum(['Enabled', 'Suspended']).optional(),
  eventBridge: z.boolean().default(false),
})
export type BucketRecord = z.output<typeof bucketRecord>

/** What a writer says about an object. */
export type ObjectAttributes = Pick<
  ObjectVersion,
  'contentType' | 'headers' | 'metadata' | 'checksum' | 'tags'
>
