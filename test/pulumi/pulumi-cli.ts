/** The real Pulumi CLI: the one on the PATH, or one built from its Go modules into a cache outside the repository. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const module = fileURLToPath(new URL('./go', import.meta.url))
const version = /pulumi\/pkg\/v3 (v[\d.]+)/.exec(readFileSync(join(module, 'go.mod'), 'utf8'))?.[1] ?? ''
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'regimen', `pulumi-${version}`)

/**
 * @returns the path of the executable, or why there is none. `note` hears when a build begins: it takes minutes.
 * @throws Error when the build itself fails
 */
export function findPulumi(note: (line: string) => void): { path: string } | { absent: string } {
  const built = join(cache, 'pulumi')
  if (existsSync(built)) return { path: built }
  const installed = which('pulumi')
  if (installed !== undefined) return { path: installed }
  if (which('go') === undefined)
    return { absent: 'neither the pulumi CLI nor Go is installed: install one of them to run this suite' }
  note(`building pulumi ${version} from its Go modules into ${cache}: about five minutes, once`)
  build(built)
  return { path: built }
}

/** Built aside and renamed: an interrupted build leaves nothing under the good name. */
function build(target: string): void {
  mkdirSync(cache, { recursive: true })
  const directory = mkdtempSync(join(cache, 'build-'))
  try {
    // Go writes into the directory of the module.
    cpSync(module, directory, { recursive: true })
    const link = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`
    const out = join(directory, 'pulumi')
    const args = [
      'build',
      '-trimpath',
      '-ldflags',
      link,
      '-o',
      out,
      'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
    ]
    execFileSync('nice', ['-n', '10', 'go', ...args], {
      cwd: directory,
      env: { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: process.env.GOTOOLCHAIN ?? 'auto' },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    renameSync(out, target)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function which(command: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim() || undefined
  } catch {
    // `command -v` ends with 127 when there is none.
    return undefined
  }
}
