/** The functions' bundles, begun as soon as this is loaded: a process of esbuild's makes them while Pulumi is loaded here. */
import { resolve } from 'node:path'
import { bundleFunctions } from '../infra/bundle.ts'
import { functionEntries } from '../infra/functions.ts'

/** The repository. */
export const root = resolve(import.meta.dirname, '..')

export const bundling = bundleFunctions(root, functionEntries)
// Whoever waits for the bundles hears of it; a configuration that is refused first is what is told otherwise.
bundling.catch(() => undefined)
