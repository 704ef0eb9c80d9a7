/** Turns the functions' entry files into one self-contained ES module each, in a single esbuild run. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { build, type Metafile, type Plugin, version } from 'esbuild'
import { type BundleFile, bundleFile } from './bundle-file.ts'
import { keepBundles, readKept } from './kept-bundles.ts'
import { mapValues } from './map-values.ts'

export interface Bundle extends BundleFile {
  /** It imports DuckDB, whose native binding cannot be bundled: the layer must be attached. */
  readonly usesDuckdb: boolean
}

const duckdb = '@duckdb/node-api'
/** esbuild's name for what is no file. */
const outside = 'outside'

/**
 * What a bundle requires and does not import. DuckDB, since Lambda names /opt/nodejs/node_modules in NODE_PATH, which
 * Node.js heeds for `require` alone; and Node's own modules, since an import of `node:http` reads all that it exports,
 * which loads an HTTP client that nobody asked for: a seventh of a cold start.
 */
const required: Plugin = {
  name: 'required',
  setup({ onResolve, onLoad }) {
    const names = [duckdb, ...builtinModules.flatMap((name) => [name, `node:${name}`])]
    onResolve({ filter: new RegExp(`^(${names.join('|')})$`) }, ({ path, kind }) =>
      kind === 'require-call' ? { path, external: true } : { path, namespace: outside },
    )
    onLoad({ filter: /.*/, namespace: outside }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
      loader: 'js',
    }))
  },
}

/** Messages are English: the other languages of zod weigh half a megabyte in every bundle and slow its start. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: "export { default as en } from './en.js'",
      resolveDir: dirname(path),
      loader: 'js',
    }))
  },
}

/** X-Ray and other CommonJS dependencies call `require`, which ES modules lack. */
const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);"

/**
 * The same sources give the same bytes: paths in the output are relative to the repository, and nothing is dated. What was
 * made of them before is kept below the packages' cache.
 * @param entries function name to entry file, relative to `root`
 * @param isReadable leaves the text as it was written, for who looks for something in it: a half larger
 */
export async function bundleFunctions<Name extends string>(
  root: string,
  entries: Readonly<Record<Name, string>>,
  isReadable = false,
): Promise<Readonly<Record<Name, Bundle>>> {
  // How they are made stands in this file.
  const maker = { root, entries, settings: [version, readFileSync(import.meta.filename, 'utf8'), isReadable] }
  const known = readKept(maker)
  if (known !== undefined) return known
  const since = Date.now()
  // Through files: all bundles in one message would be held several times over while it is taken apart.
  const cache = resolve(root, 'node_modules/.cache/regimen')
  mkdirSync(cache, { recursive: true })
  const outdir = mkdtempSync(join(cache, 'bundling-'))
  try {
    const { inputs, outputs } = await bundleInto(outdir, root, entries, isReadable)
    const bundles = mapValues(entries, (_entry, name) => {
      const path = join(outdir, `${name}.mjs`)
      const imports = outputs[relative(root, path).replaceAll('\\', '/')]?.imports ?? []
      return {
        ...bundleFile(root, readFileSync(path)),
        usesDuckdb: imports.some(({ external, path }) => external === true && path === duckdb),
      }
    })
    keepBundles(maker, bundles, {
      since,
      inputs: Object.keys(inputs).filter((path) => !path.startsWith(`${outside}:`)),
    })
    return bundles
  } finally {
    rmSync(outdir, { recursive: true })
  }
}

async function bundleInto(
  outdir: string,
  root: string,
  entries: Readonly<Record<string, string>>,
  isReadable: boolean,
): Promise<Metafile> {
  const { metafile } = await withSpareMemory(() =>
    build({
      absWorkingDir: root,
      entryPoints: Object.entries<string>(entries).map(([out, entry]) => ({ in: resolve(root, entry), out })),
      outdir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      metafile: true,
      platform: 'node',
      target: 'node24',
      format: 'esm',
      mainFields: ['module', 'main'],
      // Packages are named by where they are found: a restored program, whose node_modules is a link, has the same bytes.
      preserveSymlinks: true,
      plugins: [required, englishOnly],
      banner: { js: banner },
      legalComments: 'none',
      minify: !isReadable,
      // Names of functions and classes stay: people read stack traces, and state machines retry on names of errors.
      keepNames: true,
      logLevel: 'silent',
    }),
  )
  return metafile
}

/**
 * esbuild's process, which the first build starts, collects garbage a quarter as often as Go does by itself: a fifth less time,
 * and no more memory at its peak.
 */
function withSpareMemory<Result>(work: () => Result): Result {
  const before = process.env.GOGC
  process.env.GOGC ??= '400'
  try {
    return work()
  } finally {
    if (before === undefined) delete process.env.GOGC
  }
}
