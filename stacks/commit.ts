/** The git commit of the program's sources, or what a restored release says of them. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

/** The file that a restored release has in place of a git repository. */
export const commitFile = '.regimen-commit.json'

const commit = z.object({
  /** 40 hex digits; null outside a repository. */
  commit: z.string().nullable(),
  /** The sources are not exactly what that commit says. */
  changed: z.boolean(),
})
export type Commit = z.output<typeof commit>

export function commitOf(root: string): Commit {
  const restored = join(root, commitFile)
  if (existsSync(restored)) return commit.parse(JSON.parse(readFileSync(restored, 'utf8')))
  const head = git(root, 'rev-parse', 'HEAD')
  if (head === undefined) return { commit: null, changed: false }
  const sources = ['functions', 'infra', 'projects', 'stacks', 'statemachines', 'package-lock.json']
  return { commit: head, changed: git(root, 'status', '--porcelain', '--', ...sources) !== '' }
}

function git(root: string, ...args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    // No git, or no repository: a program that came as an archive.
    return undefined
  }
}
