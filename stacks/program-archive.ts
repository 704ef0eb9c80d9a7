/** The program as one archive that is the same for the same sources: what a release keeps, and a rollback restores. */
import { createHash, randomUUID } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'

/** Everything that evaluating the program reads, beside the packages that the lock file names. */
const folders = ['functions', 'infra', 'projects', 'stacks', 'statemachines'] as const
const files = ['Pulumi.yaml', 'package.json', 'package-lock.json'] as const

export interface ProgramArchive {
  /** Of the files' names and contents, whatever packs them. */
  readonly sha256: string
  /** A gzipped tar. */
  readonly bytes: Buffer
  /** Path below the root to the sha256 of its content. */
  readonly files: Readonly<Record<string, string>>
}

/** @param stack whose settings file goes with it; other environments' do not */
export async function packProgram(root: string, stack: string): Promise<ProgramArchive> {
  const paths = [...files, `Pulumi.${stack}.yaml`]
    .filter((path) => existsSync(join(root, path)))
    .concat(folders.flatMap((folder) => filesBelow(root, folder)))
    .sort()
  const tar = pack()
  const packed = buffer(tar)
  const hashes: Record<string, string> = {}
  const whole = createHash('sha256')
  for (const name of paths) {
    const content = readFileSync(join(root, name))
    const digest = createHash('sha256').update(content).digest('hex')
    hashes[name] = digest
    whole.update(`${name}\n${digest}\n`)
    // Neither owner nor time: they are no part of what a program is.
    tar.entry({ name, mode: 0o644, mtime: new Date(0) }, content)
  }
  tar.finalize()
  return { sha256: whole.digest('hex'), bytes: gzipSync(await packed, { level: 9 }), files: hashes }
}

/** Keeps it below the packages' cache, named by its content. @returns the path */
export function keepArchive(root: string, { sha256, bytes }: ProgramArchive): string {
  const directory = join(root, 'node_modules', '.cache', 'regimen', 'releases')
  const path = join(directory, `${sha256}.tar.gz`)
  if (existsSync(path)) return path
  mkdirSync(directory, { recursive: true })
  const aside = `${path}.${randomUUID()}`
  writeFileSync(aside, bytes)
  renameSync(aside, path)
  return path
}

function filesBelow(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => `${folder}/${String(name).replaceAll('\\', '/')}`)
    .filter((name) => statSync(join(root, name)).isFile())
}
