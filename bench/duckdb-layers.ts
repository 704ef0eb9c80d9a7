/** The size of the DuckDB layer, zipped and unpacked, on both processors; the other one's binding is fetched by npm, once. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { deflateRawSync } from 'node:zlib'
import * as z from 'zod'
import { duckdbApi, duckdbPackages } from '../infra/duckdb-layer.ts'
import { duckdbScript } from '../infra/duckdb-script.ts'

/** Lambda's quotas: 250 MB unpacked with all layers, 50 MB zipped when it is uploaded in the request. */
const unpackedLimit = 250 * 1024 * 1024
const zippedLimit = 50 * 1024 * 1024

export interface LayerFigures {
  readonly unpackedMegabytes: number
  readonly zippedMegabytes: number
  readonly isWithinLimits: boolean
}

const platforms = { arm64: 'linux-arm64', x64: 'linux-x64' } as const
const manifest = z.object({ version: z.string() })
const node_modules = 'node_modules'

/** @throws Error when npm cannot fetch a binding that is not installed */
export async function duckdbLayers(root: string): Promise<Record<keyof typeof platforms, LayerFigures>> {
  return { arm64: await measured(root, platforms.arm64), x64: await measured(root, platforms.x64) }
}

async function measured(root: string, platform: 'linux-arm64' | 'linux-x64'): Promise<LayerFigures> {
  const binding = `@duckdb/node-bindings-${platform}`
  const at = existsSync(join(root, node_modules, binding)) ? root : await fetched(root, binding)
  const { [duckdbApi]: api = '', ...others } = duckdbPackages(at, platform).directories
  const files = Object.values(others).flatMap((directory) =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  let unpacked = 0
  let zipped = 0
  for (const file of [await duckdbScript(root, api), ...files]) {
    const bytes = readFileSync(file)
    unpacked += bytes.length
    zipped += Math.min(bytes.length, deflateRawSync(bytes).length) + 2 * basename(file).length + 100
  }
  return {
    unpackedMegabytes: unpacked / 1_048_576,
    zippedMegabytes: zipped / 1_048_576,
    isWithinLimits: unpacked <= unpackedLimit && zipped <= zippedLimit,
  }
}

/** @returns a root whose node_modules hold the binding beside what is installed here; nothing of the repository changes */
async function fetched(root: string, binding: string): Promise<string> {
  const file = join(root, node_modules, '@duckdb/node-bindings/package.json')
  const { version } = manifest.parse(JSON.parse(readFileSync(file, 'utf8')))
  const at = join(root, node_modules, '.cache/regimen/duckdb', version)
  const target = join(at, node_modules, binding)
  if (!existsSync(join(target, 'package.json'))) {
    mkdirSync(target, { recursive: true })
    const run = promisify(execFile)
    const { stdout } = await run('npm', [
      'pack',
      '--silent',
      '--pack-destination',
      at,
      `${binding}@${version}`,
    ])
    const archive = stdout.trim().split('\n').at(-1) ?? ''
    await run('tar', ['-xzf', join(at, archive), '-C', target, '--strip-components', '1'])
  }
  for (const name of ['@duckdb/node-api', '@duckdb/node-bindings', 'detect-libc'])
    if (!existsSync(join(at, node_modules, name)))
      symlinkSync(join(root, node_modules, name), join(at, node_modules, name))
  return at
}
