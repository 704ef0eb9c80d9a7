/** The identity of what is deployed: one hash over bundles, definitions, projects and configuration. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Project } from '../functions/project.ts'
import type { Bundle } from '../infra/bundle.ts'
import type { Configuration } from './configuration.ts'

export interface ReleaseContent {
  readonly configuration: Configuration
  readonly bundles: Readonly<Record<string, Bundle>>
  readonly projects: readonly Project[]
}

/** 12 hex digits; independent of the order in which bundles are listed. */
export function releaseId(root: string, { configuration, bundles, projects }: ReleaseContent): string {
  const hash = createHash('sha256')
  const add = (text: string) => hash.update(`${Buffer.byteLength(text)}:`).update(text)
  add(JSON.stringify(configuration))
  for (const project of projects) add(JSON.stringify(project))
  for (const [name, { code }] of Object.entries(bundles).sort(([a], [b]) => (a < b ? -1 : 1))) {
    add(name)
    add(code)
  }
  for (const flow of ['inference', 'training'])
    add(readFileSync(join(root, 'statemachines', `${flow}.asl.json`), 'utf8'))
  return hash.digest('hex').slice(0, 12)
}
