/** Files into S3; apart from the other objects, since only who writes files may put them. */
import { createReadStream } from 'node:fs'
import { Upload } from '@aws-sdk/lib-storage'
import { address, s3 } from './object-store.ts'

const partBytes = 8 * 1_024 * 1_024

/**
 * Uploads a file of any size in bounded memory, a part at a time.
 * A stream that broke off cannot be sent again, a part can: what fails on the way is retried.
 */
export async function putFile(
  uri: string,
  file: string,
  contentType = 'application/octet-stream',
): Promise<void> {
  const params = { ...address(uri), Body: createReadStream(file), ContentType: contentType }
  await new Upload({ client: s3(), params, partSize: partBytes, queueSize: 2 }).done()
}
