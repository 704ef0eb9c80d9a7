/** The identity and the record of what is deployed: program, bundles, definitions, configuration, git commit. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'
import type { Bundle } from '../infra/bundle.ts'
import { commitOf } from './commit.ts'
import type { Configuration } from './configuration.ts'
import { keepArchive, type ProgramArchive } from './program-archive.ts'
import { releaseManifest } from './release-manifest.ts'

export interface ReleaseContent {
  readonly configuration: Configuration
  readonly bundles: Readonly<Record<string, Bundle>>
  readonly program: ProgramArchive
}

export interface Release {
  /** 12 hex digits: the same content has the same release. */
  readonly id: string
  /** JSON. */
  readonly manifest: string
  /** File with the program's archive. */
  readonly archive: string
}

const settings = z.object({ config: z.record(z.string(), z.unknown()).default({}) })

/** The settings are those of the file, where what is secret is encrypted. */
export function describeRelease(root: string, { configuration, bundles, program }: ReleaseContent): Release {
  const { commit, changed } = commitOf(root)
  const content = {
    environment: configuration.environment,
    commit,
    changed,
    program: { sha256: program.sha256, files: program.files },
    bundles: sorted(Object.entries(bundles).map(([name, { sha256 }]) => [name, sha256])),
    stateMachines: sorted(definitions(root).map(([name, text]) => [name, sha256(text)])),
    configuration: settingsOf(root, configuration.environment),
  }
  const effective = JSON.stringify({ ...content, effective: configuration })
  const id = sha256(effective).slice(0, 12)
  const manifest = JSON.stringify(releaseManifest.parse({ release: id, ...content }))
  return { id, manifest, archive: keepArchive(root, program) }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

const sorted = (hashes: readonly (readonly [string, string])[]): Record<string, string> =>
  Object.fromEntries(hashes.toSorted(([a], [b]) => (a < b ? -1 : 1)))

function definitions(root: string): [string, string][] {
  const directory = join(root, 'statemachines')
  const names = readdirSync(directory).filter((name) => name.endsWith('.asl.json'))
  return names.map((name) => [name.replace('.asl.json', ''), readFileSync(join(directory, name), 'utf8')])
}

function settingsOf(root: string, environment: string): Record<string, unknown> {
  return settings.parse(parse(readFileSync(join(root, `Pulumi.${environment}.yaml`), 'utf8')) ?? {}).config
}
