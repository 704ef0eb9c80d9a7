/** The Lambda layer with DuckDB: its JavaScript and the native binding of one platform, as npm installed them. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { z } from 'zod'
import type { Names } from './names.ts'

export type LambdaArchitecture = 'arm64' | 'x86_64'

/** `host` is the machine that evaluates the program: right only where the functions run on it too. */
export type DuckdbPlatform = 'linux-arm64' | 'linux-x64' | 'host'

export interface DuckdbLayerArgs {
  readonly names: Names
  /** The repository, whose node_modules hold the packages. */
  readonly root: string
  readonly architecture: LambdaArchitecture
  readonly platform: DuckdbPlatform
}

export class DuckdbLayer extends pulumi.ComponentResource {
  /** ARN of the published version. */
  readonly arn: pulumi.Output<string>

  constructor(name: string, args: DuckdbLayerArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:DuckdbLayer', name, {}, options)
    const packages = duckdbPackages(args.root, args.platform)
    const layer = new aws.lambda.LayerVersion(
      `${name}-layer`,
      {
        layerName: args.names.of('layer', 'duckdb'),
        description: `DuckDB for ${packages.platform}`,
        code: new pulumi.asset.AssetArchive(
          Object.fromEntries(
            Object.entries(packages.directories).map(([path, directory]) => [
              `nodejs/node_modules/${path}`,
              new pulumi.asset.FileArchive(directory),
            ]),
          ),
        ),
        compatibleArchitectures: [args.architecture],
        compatibleRuntimes: ['nodejs24.x'],
        // Older published functions name older layers: a rollback needs them.
        skipDestroy: true,
      },
      { parent: this },
    )
    this.arn = layer.arn
    this.registerOutputs({ arn: this.arn })
  }
}

/**
 * Package name to directory. @throws Error when the binding of the platform is not installed: at preview, not in the
 * first execution.
 */
export function duckdbPackages(root: string, platform: DuckdbPlatform) {
  const wanted = platform === 'host' ? `${process.platform}-${process.arch}` : platform
  const binding = `@duckdb/node-bindings-${wanted}`
  const names = ['@duckdb/node-api', '@duckdb/node-bindings', binding, 'detect-libc']
  const directories = Object.fromEntries(names.map((name) => [name, resolve(root, 'node_modules', name)]))
  const absent = names.filter((name) => !existsSync(directories[name] ?? ''))
  if (absent.length > 0) throw new Error(missingBinding(absent, wanted, versionOf(directories)))
  return { platform: wanted, directories }
}

/** Of the JavaScript that is installed: another version's binding would not fit it. */
function versionOf(directories: Readonly<Record<string, string>>): string {
  const file = resolve(directories['@duckdb/node-bindings'] ?? '', 'package.json')
  return existsSync(file) ? `@${z.object({ version: z.string() }).parse(readJson(file)).version}` : ''
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

function missingBinding(absent: readonly string[], platform: string, version: string): string {
  const [os, cpu] = platform.split('-')
  return (
    `the DuckDB layer cannot be built for ${platform}: got no ${absent.join(', ')} in node_modules; ` +
    `expected what npm installs for that platform; ` +
    `run: npm i --no-save --os=${os} --cpu=${cpu} @duckdb/node-bindings-${platform}${version}`
  )
}
