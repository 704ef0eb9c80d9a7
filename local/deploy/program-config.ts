/** Configuration of a stack as Pulumi reads it: defaults of Pulumi.yaml under the values of Pulumi.<stack>.yaml. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import * as z from 'zod'

const project = z.object({
  name: z.string(),
  main: z.string().default('.'),
  config: z.record(z.string(), z.unknown()).default({}),
})
const stackFile = z.object({ config: z.record(z.string(), z.unknown()).default({}) })

export interface ProgramConfig {
  readonly project: string
  /** Path of the program, relative to the project's directory. */
  readonly main: string
  /** `project:key` to text; objects and lists as JSON. */
  readonly values: Readonly<Record<string, string>>
  /** Keys whose value was encrypted and is replaced by a placeholder: the laptop has no key for it. */
  readonly placeholders: readonly string[]
}

/** @throws Error when a file is absent or not a Pulumi file. */
export function readConfig(directory: string, stack: string): ProgramConfig {
  const { name, main, config } = project.parse(read(join(directory, 'Pulumi.yaml')))
  const { config: own } = stackFile.parse(read(join(directory, `Pulumi.${stack}.yaml`)) ?? {})
  const values: Record<string, string> = {}
  const placeholders: string[] = []
  for (const [key, value] of [...Object.entries(config).map(defaultOf), ...Object.entries(own)]) {
    if (value === undefined || value === null) continue
    const full = key.includes(':') ? key : `${name}:${key}`
    if (typeof value === 'object' && 'secure' in value) {
      placeholders.push(full)
      values[full] = 'not-available-locally'
    } else values[full] = typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
  return { project: name, main, values, placeholders }
}

/** Pulumi.yaml says `key: {value: …}`, `key: {default: …}` or the value itself. */
function defaultOf([key, value]: [string, unknown]): [string, unknown] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [key, value]
  if ('value' in value) return [key, value.value]
  return [key, 'default' in value ? value.default : undefined]
}

function read(file: string): unknown {
  return parse(readFileSync(file, 'utf8'))
}
