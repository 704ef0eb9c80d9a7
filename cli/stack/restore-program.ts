/** Lays a release's program out in a directory, ready to be evaluated. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { RegimenError } from '../../functions/errors.ts'
import { commitFile } from '../../stacks/commit.ts'
import type { ReleaseManifest } from '../../stacks/release-manifest.ts'

/**
 * @param archive gzipped tar
 * @param packages a program whose installed packages serve where its lock file is the same
 * @throws RegimenError `ReleaseCorrupt` when it is not what the manifest says
 */
export async function restoreProgram(
  archive: Uint8Array,
  manifest: ReleaseManifest,
  directory: string,
  packages: string,
): Promise<void> {
  const files = await unpack(archive)
  const digests = Object.fromEntries(
    [...files].map(([name, content]) => [name, createHash('sha256').update(content).digest('hex')] as const),
  )
  const wrong = [...new Set([...Object.keys(digests), ...Object.keys(manifest.program.files)])].filter(
    (name) => digests[name] !== manifest.program.files[name],
  )
  if (wrong.length > 0)
    throw new RegimenError('ReleaseCorrupt', {
      what: `the program of release ${manifest.release} is not what was recorded`,
      where: wrong.slice(0, 5).join(', '),
      expected: 'the sha256 of its manifest',
      do: 'restore an earlier version of the object from the bucket, or roll back to another release',
    })
  for (const [name, content] of files) {
    const path = resolve(directory, name)
    if (!path.startsWith(resolve(directory) + sep)) throw new Error(`${name} lies outside the program`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }
  const { commit, changed } = manifest
  writeFileSync(join(directory, commitFile), JSON.stringify({ commit, changed }))
  installPackages(directory, packages)
}

async function unpack(archive: Uint8Array): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const tar = Readable.from([gunzipSync(archive)]).pipe(extract())
  for await (const entry of tar) files.set(entry.header.name, await buffer(entry))
  return files
}

/** The packages that are installed here where the lock files agree; otherwise those that the release names. */
function installPackages(directory: string, packages: string): void {
  const lock = 'package-lock.json'
  const here = join(packages, 'node_modules')
  const same = readFileSync(join(directory, lock)).equals(readFileSync(join(packages, lock)))
  if (same && existsSync(here)) {
    symlinkSync(here, join(directory, 'node_modules'))
    return
  }
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
