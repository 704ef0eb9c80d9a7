/** DuckDB's JavaScript in one file: as npm installs it, it is 181, and finding them is half of a cold start with DuckDB. */
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { bundleFile } from './bundle-file.ts'

const made = new Map<string, Promise<string>>()

/**
 * Path of a CommonJS module that requires nothing but the native binding.
 * @param packageDirectory of `@duckdb/node-api` in the node_modules of `root`
 */
export function duckdbScript(root: string, packageDirectory: string): Promise<string> {
  const known = made.get(packageDirectory)
  if (known !== undefined) return known
  const path = bundled(root, packageDirectory).then((code) => bundleFile(root, code).path)
  made.set(packageDirectory, path)
  return path
}

async function bundled(root: string, packageDirectory: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    // The same bytes for a restored program, whose node_modules is a link.
    preserveSymlinks: true,
    entryPoints: [resolve(packageDirectory, 'lib/index.js')],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    external: ['@duckdb/node-bindings'],
    legalComments: 'none',
    // Names stay by themselves: a call for each of them would be a tenth of a cold start.
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'silent',
  })
  const [file] = outputFiles
  if (file === undefined) throw new Error(`esbuild gave no bundle for ${packageDirectory}`)
  return file.text
}
