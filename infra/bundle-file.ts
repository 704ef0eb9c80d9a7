/** A bundle as a file named by its content: a state that held every function's text would be written whole at each step. */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** @returns the path, below the packages' cache: what is there is never changed and can always be made again */
export function bundleFile(root: string, code: string): string {
  const directory = join(root, 'node_modules', '.cache', 'regimen', 'bundles')
  const path = join(directory, `${createHash('sha256').update(code).digest('hex')}.mjs`)
  if (existsSync(path)) return path
  mkdirSync(directory, { recursive: true })
  // Made aside and renamed: two evaluations at once never see half a file.
  const aside = `${path}.${randomUUID()}`
  writeFileSync(aside, code)
  renameSync(aside, path)
  return path
}
