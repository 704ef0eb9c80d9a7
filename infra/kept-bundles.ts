/** Bundles of sources that have not changed since they were made: linking them anew takes seconds. */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { Bundle } from './bundle.ts'
import { bundleDirectory, bundlePath } from './bundle-file.ts'
import { mapValues } from './map-values.ts'

const bundle = z.object({ sha256: z.string(), usesDuckdb: z.boolean() })
const record = z.object({
  /** Path below the root to the sha256 of the file. */
  inputs: z.record(z.string(), z.string()),
  bundles: z.record(z.string(), bundle),
})

/** What decides, beside the sources, which file an import means. */
const resolution = ['package.json', 'package-lock.json', 'tsconfig.json']

export interface BundleMaker<Name extends string> {
  readonly root: string
  /** Function name to entry file. */
  readonly entries: Readonly<Record<Name, string>>
  /** Everything else that bundles depend on beside the files below the root. */
  readonly settings: readonly unknown[]
}

type Bundles<Name extends string> = Readonly<Record<Name, Bundle>>

/** @returns undefined where a source has changed, or nothing is kept. */
export function readKept<Name extends string>(maker: BundleMaker<Name>): Bundles<Name> | undefined {
  try {
    const { inputs, bundles } = record.parse(JSON.parse(readFileSync(recordPath(maker), 'utf8')))
    const isAsBefore = Object.entries(inputs).every(([path, sha256]) => digestOf(maker.root, path) === sha256)
    if (!isAsBefore) return undefined
    const kept = mapValues(maker.entries, (_entry, name) => {
      const known = bundle.parse(bundles[name])
      return { ...known, path: bundlePath(maker.root, known.sha256) }
    })
    return Object.values<Bundle>(kept).every(({ path }) => existsSync(path)) ? kept : undefined
  } catch {
    // Whatever is not there, or not whole, is made again.
    return undefined
  }
}

/**
 * @param inputs paths below the root of every file that was read
 * @param since when the first of them was: one that was written later may be another than was read, and nothing is kept
 */
export function keepBundles<Name extends string>(
  maker: BundleMaker<Name>,
  bundles: Bundles<Name>,
  { inputs, since }: { readonly inputs: readonly string[]; readonly since: number },
): void {
  const { root } = maker
  if (inputs.some((path) => statSync(join(root, path)).mtimeMs >= since)) return
  const kept: z.input<typeof record> = {
    inputs: Object.fromEntries(inputs.map((path) => [path, digestOf(root, path)])),
    bundles: mapValues<Name, Bundle, z.input<typeof bundle>>(bundles, ({ sha256, usesDuckdb }) => ({
      sha256,
      usesDuckdb,
    })),
  }
  const path = recordPath(maker)
  const aside = `${path}.${randomUUID()}`
  writeFileSync(aside, JSON.stringify(kept))
  renameSync(aside, path)
}

function recordPath({ root, entries, settings }: BundleMaker<string>): string {
  const directory = bundleDirectory(root)
  mkdirSync(directory, { recursive: true })
  const key = JSON.stringify([entries, settings, resolution.map((path) => digestOf(root, path))])
  return join(directory, `${createHash('sha256').update(key).digest('hex')}.json`)
}

function digestOf(root: string, path: string): string {
  try {
    return createHash('sha256')
      .update(readFileSync(join(root, path)))
      .digest('hex')
  } catch {
    return 'absent'
  }
}
