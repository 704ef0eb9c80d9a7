/** Tells EventBridge of new objects, in the shape of S3's own events, where the bucket asks for it. */
import type { Cloud } from '../service.ts'
import type { BucketRecord, ObjectVersion } from './object-version.ts'

export function announce(
  cloud: Cloud,
  bucket: BucketRecord,
  version: ObjectVersion,
  reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload',
  requestId: string,
): void {
  if (!bucket.eventBridge) return
  cloud.emit({
    source: 'aws.s3',
    detailType: 'Object Created',
    resources: [cloud.arn('s3', bucket.name)],
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      object: {
        key: version.key,
        size: version.size,
        etag: version.etag,
        ...(version.versionId === 'null' ? {} : { 'version-id': version.versionId }),
        sequencer: version.sequence.toString(16).toUpperCase(),
      },
      'request-id': requestId,
      requester: cloud.accountId,
      reason,
    },
  })
}
