/** What a release says of itself: one JSON document beside its program in the environment's bucket. */
import * as z from 'zod'

const digests = z.record(z.string(), z.string())

export const releaseManifest = z.object({
  release: z.string().regex(/^[0-9a-f]{12}$/),
  environment: z.string(),
  commit: z.string().nullable(),
  changed: z.boolean(),
  /** sha256 over names and contents, and of each file. */
  program: z.object({ sha256: z.string(), files: digests }),
  /** Function name to the sha256 of its bundle. */
  bundles: digests,
  /** Flow to the sha256 of its definition. */
  stateMachines: digests,
  /** As in the settings file of the environment; what is secret stays encrypted. */
  configuration: z.record(z.string(), z.unknown()),
})
export type ReleaseManifest = z.output<typeof releaseManifest>

/** Keys below the environment's bucket. */
export const releaseKeys = {
  prefix: 'releases/',
  manifest: (release: string) => `releases/${release}/manifest.json`,
  program: (release: string) => `releases/${release}/program.tar.gz`,
  /** Names the release that is deployed; its versions are the history. */
  current: 'releases/current.json',
  /** Logical names and ids of what outlives the stack. */
  inventory: 'releases/inventory.json',
} as const
