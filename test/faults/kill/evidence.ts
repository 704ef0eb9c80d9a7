/** What a finished demo left: every object of the bucket, the registry, the ledger. */

import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3'
import { ListModelPackagesCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { openContext } from '../../../cli/context.ts'

export interface Evidence {
  /** Key to content. */
  readonly objects: ReadonlyMap<string, Buffer>
  readonly packages: readonly { version: number; approval: string }[]
  readonly ledger: readonly { sequence: number; version: string }[]
}

export async function gather(): Promise<Evidence> {
  const { s3, bucket, region, names } = await openContext({ json: true })
  const objects = new Map<string, Buffer>()
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: 'adherence/' })
  for await (const { Contents = [] } of pages)
    for (const { Key = '' } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))
      objects.set(withoutTime(Key), Buffer.from((await Body?.transformToByteArray()) ?? []))
    }
  const { ModelPackageSummaryList = [] } = await new SageMakerClient({ region }).send(
    new ListModelPackagesCommand({ ModelPackageGroupName: `${names.prefix}adherence` }),
  )
  const { readLedger } = await import('../../../functions/deployment/ledger-store.ts')
  return {
    objects,
    packages: ModelPackageSummaryList.map(({ ModelPackageVersion = 0, ModelApprovalStatus = '' }) => ({
      version: ModelPackageVersion,
      approval: ModelApprovalStatus,
    })),
    ledger: (await readLedger('adherence')).map(({ sequence, version }) => ({ sequence, version })),
  }
}

/** Keys that stand in the order of time begin with when their run began. */
const withoutTime = (key: string) => key.replace(/\d{4}-\d\d-\d\dT\d{9}Z/, '<time>')

/** A point in time, how long something took, and the random id of an object's version differ; nothing else may. */
export function timeless(content: Buffer): string {
  return content
    .toString('latin1')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>')
    .replaceAll(/"versionId":\s*"[^"]*"/g, '"versionId":"<id>"')
    .replaceAll(/"(\w*[sS]econds)":\s*[\d.]+/g, '"$1":<time>')
}
