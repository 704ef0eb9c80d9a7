/** Releases as they stand in the environment's bucket: which there are, when they were deployed, which is current. */
import {
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  NoSuchKey,
  type S3Client,
} from '@aws-sdk/client-s3'
import * as z from 'zod'
import { RegimenError } from '../../functions/errors.ts'
import { type ReleaseManifest, releaseKeys, releaseManifest } from '../../stacks/release-manifest.ts'

export interface Deployment {
  readonly release: string
  /** ISO time. */
  readonly at: string
}

export interface Place {
  readonly s3: S3Client
  readonly bucket: string
}

const pointer = z.object({ release: z.string() })
const inventory = z.record(z.string(), z.object({ type: z.string(), id: z.string() }))

/** @throws RegimenError `ReleaseNotFound` with those that exist. */
export async function readRelease(place: Place, release: string): Promise<ReleaseManifest> {
  const text = await readText(place, releaseKeys.manifest(release))
  if (text !== undefined) return releaseManifest.parse(JSON.parse(text))
  const known = (await listReleases(place)).map(({ manifest }) => manifest.release)
  throw new RegimenError('ReleaseNotFound', {
    what: `there is no release ${release}`,
    where: `s3://${place.bucket}/${releaseKeys.prefix}`,
    expected: known.length === 0 ? 'a release; none is recorded yet' : known.join(', '),
    do: 'choose one of `regimen stack release list`',
  })
}

/** Newest first, with every time that each became current. */
export async function listReleases(
  place: Place,
): Promise<{ manifest: ReleaseManifest; recordedAt: string; deployments: string[]; current: boolean }[]> {
  const [history, current, ids] = await Promise.all([
    readHistory(place),
    currentRelease(place),
    recordedReleases(place),
  ])
  const found = await Promise.all(
    ids.map(async ({ release, recordedAt }) => ({
      manifest: releaseManifest.parse(
        JSON.parse((await readText(place, releaseKeys.manifest(release))) ?? '{}'),
      ),
      recordedAt,
      deployments: history.filter((each) => each.release === release).map(({ at }) => at),
      current: release === current,
    })),
  )
  const last = ({ deployments, recordedAt }: (typeof found)[number]) => deployments.at(-1) ?? recordedAt
  return found.sort((a, b) => (last(a) < last(b) ? 1 : -1))
}

/** Which release became current when, oldest first: the versions of one small object. */
export async function readHistory(place: Place): Promise<Deployment[]> {
  const versions = await readVersions(place, releaseKeys.current)
  return versions.map(({ text, at }) => ({ release: pointer.parse(JSON.parse(text)).release, at }))
}

export async function currentRelease(place: Place): Promise<string | undefined> {
  const text = await readText(place, releaseKeys.current)
  return text === undefined ? undefined : pointer.parse(JSON.parse(text)).release
}

/** Logical name to type and id of what outlives the stack, and of what it has let go of: as each was called last. */
export async function readInventory(place: Place): Promise<z.output<typeof inventory>> {
  const versions = await readVersions(place, releaseKeys.inventory)
  return Object.assign({}, ...versions.map(({ text }) => inventory.parse(JSON.parse(text))))
}

export async function readProgram({ s3, bucket }: Place, release: string): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: releaseKeys.program(release) }))
  return (await Body?.transformToByteArray()) ?? new Uint8Array()
}

async function recordedReleases({ s3, bucket }: Place) {
  const found: { release: string; recordedAt: string }[] = []
  let token: string | undefined
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: releaseKeys.prefix, ContinuationToken: token }),
    )
    for (const { Key = '', LastModified } of page.Contents ?? []) {
      const [, release] = /^releases\/([0-9a-f]{12})\/manifest\.json$/.exec(Key) ?? []
      if (release !== undefined)
        found.push({ release, recordedAt: (LastModified ?? new Date(0)).toISOString() })
    }
    token = page.NextContinuationToken
  } while (token !== undefined)
  return found
}

/** What an object was, oldest first. */
async function readVersions({ s3, bucket }: Place, key: string): Promise<{ text: string; at: string }[]> {
  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }))
  // Versions of one key are listed newest first.
  const read = Versions.toReversed().map(async ({ VersionId, LastModified }) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId }))
    const text = (await Body?.transformToString()) ?? '{}'
    return { text, at: (LastModified ?? new Date(0)).toISOString() }
  })
  return await Promise.all(read)
}

async function readText({ s3, bucket }: Place, key: string): Promise<string | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
    return await Body?.transformToString()
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined
    throw error
  }
}
