/** The Lambda layer with DuckDB: its JavaScript in one file, and the native binding of one platform as npm installed it. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import * as z from 'zod'
import { duckdbScript } from './duckdb-script.ts'
import type { Names } from './names.ts'

export type LambdaArchitecture = 'arm64' | 'x86_64'

/** `host` is the machine that evaluates the program: right only where the functions run on it too. */
export type DuckdbPlatform = 'linux-arm64' | 'linux-x64' | 'host'

/** Its JavaScript goes into the layer as one file. */
export const duckdbApi = '@duckdb/node-api'

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
        code: new pulumi.asset.AssetArchive(layerAssets(args.root, packages.directories)),
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

/** Packages where a function looks for those of its layers. */
async function layerAssets(
  root: string,
  { [duckdbApi]: apiDirectory = '', ...others }: Readonly<Record<string, string>>,
): Promise<pulumi.asset.AssetMap> {
  const at = 'nodejs/node_modules'
  const archives = Object.entries(others).map(
    ([name, directory]) => [`${at}/${name}`, new pulumi.asset.FileArchive(directory)] as const,
  )
  const script = new pulumi.asset.FileAsset(await duckdbScript(root, apiDirectory))
  return { [`${at}/${duckdbApi}/index.js`]: script, ...Object.fromEntries(archives) }
}

/**
 * Package name to directory. @throws Error when the binding of the platform is not installed: at preview, not in the
 * first execution.
 */
export function duckdbPackages(root: string, platform: DuckdbPlatform) {
  const wanted = platform === 'host' ? `${process.platform}-${process.arch}` : platform
  const binding = `@duckdb/node-bindings-${wanted}`
  const names = [duckdbApi, '@duckdb/node-bindings', binding, 'detect-libc']
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
