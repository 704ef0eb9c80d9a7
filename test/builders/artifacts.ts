/** What a registration of `registrationOf` says that its run has left in the bucket. */
import type { Registration } from '../../functions/registry/model.ts'

/** After `startPlatform`, which names the endpoint. */
export async function putArtifacts({ modelUri, encoderUri, decisionUri }: Registration): Promise<void> {
  const { CreateBucketCommand } = await import('@aws-sdk/client-s3')
  const { putBytes, s3 } = await import('../../functions/object-store.ts')
  const bucket = new URL(modelUri).host
  await s3()
    .send(new CreateBucketCommand({ Bucket: bucket }))
    .catch((error: unknown) => {
      if (!(error instanceof Error && /BucketAlready/.test(error.name))) throw error
    })
  for (const uri of [modelUri, encoderUri, decisionUri])
    await putBytes(uri, 'made by the run', 'application/octet-stream')
}
