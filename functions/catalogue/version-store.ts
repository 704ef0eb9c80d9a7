/** What the bucket holds of a dataset version: its manifest and its profile. */
import type { DatasetItem } from '../dataset/dataset-store.ts'
import { type DatasetManifest, datasetManifest } from '../dataset/manifest.ts'
import { RegimenError } from '../errors.ts'
import { getJson } from '../object-store.ts'
import { type Profile, profileSchema } from '../profile/profile.ts'
import type { Version } from './compare-versions.ts'

export const readManifest = async ({ manifestUri }: DatasetItem): Promise<DatasetManifest> =>
  datasetManifest.parse(await getJson(manifestUri))

/** @throws RegimenError `DatasetNotFound` for a version that was registered without a profile. */
export async function readProfile({ name, version, profileUri }: DatasetItem): Promise<Profile> {
  if (profileUri !== undefined) return profileSchema.parse(await getJson(profileUri))
  throw new RegimenError('DatasetNotFound', {
    what: `${name}@${version} has no profile`,
    do: 'import it again',
  })
}

export async function readVersion(item: DatasetItem): Promise<Version> {
  const [manifest, profile] = await Promise.all([readManifest(item), readProfile(item)])
  return { manifest, profile }
}
