/** What a version is made of, in the bucket: an entry of the registry alone answers for nobody. */
import { S3ServiceException } from '@aws-sdk/client-s3'
import { RegimenError } from '../errors.ts'
import { head } from '../object-store.ts'
import { namedFault } from '../service-fault.ts'
import type { Model } from './model.ts'

type Artifacts = Pick<Model, 'project' | 'version' | 'modelUri' | 'encoderUri' | 'decisionUri'>

/** @throws RegimenError `ModelUnreadable` when the model, its encoder or its decision is not there, or empty */
export async function requireArtifacts(model: Artifacts): Promise<void> {
  const uris = [model.modelUri, model.encoderUri, model.decisionUri]
  const found = await Promise.all(uris.map(bytesOf))
  const missing = uris.find((_, at) => found[at] === 0)
  if (missing === undefined) return
  throw new RegimenError('ModelUnreadable', {
    what: `${model.project} version ${model.version} is registered, and what it is made of is not there`,
    where: missing,
    do: 'train it again',
  })
}

/** 0 where there is none. Who may not list is told 403 of what is not there (S3, HeadObject). */
async function bytesOf(uri: string): Promise<number> {
  try {
    return (await head(uri)).bytes
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
    if (status === 403 || status === 404) return 0
    throw namedFault(error, 'the bucket did not answer')
  }
}
