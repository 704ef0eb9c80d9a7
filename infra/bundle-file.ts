/** A bundle as a file named by its content: a state that held every function's text would be written whole at each step. */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Below the packages' cache: what is there is never changed and can always be made again. */
export const bundleDirectory = (root: string) => join(root, 'node_modules', '.cache', 'regimen', 'bundles')

/** Of a bundle with that content. */
export const bundlePath = (root: string, sha256: string) => join(bundleDirectory(root), `${sha256}.mjs`)

export interface BundleFile {
  readonly path: string
  /** Hex digits. */
  readonly sha256: string
}

export function bundleFile(root: string, code: string | Buffer): BundleFile {
  const sha256 = createHash('sha256').update(code).digest('hex')
  const path = bundlePath(root, sha256)
  if (existsSync(path)) return { path, sha256 }
  mkdirSync(bundleDirectory(root), { recursive: true })
  // Made aside and renamed: two evaluations at once never see half a file.
  const aside = `${path}.${randomUUID()}`
  writeFileSync(aside, code)
  renameSync(aside, path)
  return { path, sha256 }
}
