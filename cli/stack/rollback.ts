/** Brings an environment back to a release: its program and its configuration, over whatever was changed since. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReleaseManifest } from '../../stacks/release-manifest.ts'
import type { Engine, Leave, Update } from './engine.ts'
import { type Place, readInventory, readProgram, readRelease } from './read-releases.ts'
import { restoreProgram } from './restore-program.ts'

export interface Environment extends Place {
  readonly engine: Engine
  /** The program that is there: its packages serve a release with the same lock file. */
  readonly programDir: string
}

export interface RolledBack {
  readonly release: string
  /** False: only looked at. */
  readonly applied: boolean
  readonly update: Update
}

/**
 * Refreshes and previews, asks, then updates.
 * @param agree hears the preview; false leaves everything as it is
 * @throws RegimenError when the release is not there, or the update would lose what cannot be made again, or would let go
 *   of what is protected and was not told to
 */
export async function rollBack(
  place: Environment,
  release: string,
  agree: (update: Update) => Promise<boolean>,
  leave: Leave = {},
): Promise<RolledBack> {
  return await withProgram(place, release, async (directory) => {
    const planned = await place.engine.preview(directory, leave)
    if (!(await agree(planned))) return { release, applied: false, update: planned }
    return { release, applied: true, update: await place.engine.up(directory, leave) }
  })
}

/** Makes a destroyed environment again as a release had it; what was kept becomes the new stack's. */
export async function recreate(place: Environment, release: string): Promise<RolledBack> {
  const inventory = await readInventory(place)
  return await withProgram(place, release, async (directory) => {
    const held = new Set((await place.engine.holds(directory)).map(({ name }) => name))
    const kept = Object.entries(inventory).filter(([name]) => !held.has(name))
    const adopt = Object.fromEntries(kept.map(([name, { id }]) => [name, id] as const))
    return { release, applied: true, update: await place.engine.up(directory, { adopt }) }
  })
}

async function withProgram<Result>(
  place: Environment,
  release: string,
  use: (directory: string, manifest: ReleaseManifest) => Promise<Result>,
): Promise<Result> {
  const manifest = await readRelease(place, release)
  const directory = mkdtempSync(join(tmpdir(), `regimen-${release}-`))
  try {
    await restoreProgram(await readProgram(place, release), manifest, directory, place.programDir)
    return await use(directory, manifest)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
