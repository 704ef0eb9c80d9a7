/** Profiles a file the way that large ones go, whatever its size. */
import { openFile } from '../../functions/profile/open-file-store.ts'
import type { Profile } from '../../functions/profile/profile.ts'
import { type FileOptions, nullTokens } from '../../functions/profile/profile-file-store.ts'
import { profileOpen } from '../../functions/profile/profile-open-store.ts'

/** @param fileBytes what a file in memory may have; none may, so that DuckDB loads it beside the walk. */
export async function profileInDuckDb(
  path: string,
  options: FileOptions = {},
  fileBytes = 0,
): Promise<Profile> {
  const file = await openFile(path, nullTokens, { fileBytes, tableBytes: 0 })
  try {
    return await profileOpen(await file.inDuckDb(), {
      ...options,
      part: { index: 0, uri: path, firstRow: 0 },
    })
  } finally {
    await file.close()
  }
}

/** Only rows of several parts are told apart by hashes that are kept. */
export const withoutRowHashes = (profile: Profile): Profile => ({ ...profile, rowHashes: [] })
