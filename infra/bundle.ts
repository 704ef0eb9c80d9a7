/** Turns the functions' entry files into one self-contained ES module each, in a single esbuild run. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { build, type Metafile, type Plugin, version } from 'esbuild'
import { type BundleFile, bundleFile } from './bundle-file.ts'
import { keepBundles, readKept } from './kept-bundles.ts'
import { mapValues } from './map-values.ts'

export interface Bundle extends BundleFile {
  /** It imports DuckDB, whose native binding cannot be bundled: the layer must be attached. */
  readonly usesDuckdb: boolean
}

const duckdb = '@duckdb/node-api'
/** esbuild's names for what is no file: a module that is required whole, and one of Node.js that is taken apart. */
const whole = 'whole'
const node = 'node'

/**
 * Leaves DuckDB to the layer. Lambda names /opt/nodejs/node_modules in NODE_PATH, which Node.js heeds for `require`
 * and not for `import`, so the import becomes a `require`.
 */
const fromLayer: Plugin = {
  name: 'from-layer',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${duckdb}$`) }, ({ path, kind }) =>
      kind === 'require-call' ? { path, external: true } : { path, namespace: whole },
    )
    onLoad({ filter: /.*/, namespace: whole }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }))
  },
}

/**
 * Modules of Node.js are required too, and of each what is used alone is read: an import of `node:http` reads all that it
 * exports, which loads an HTTP client that nobody asked for, a seventh of a cold start.
 */
const fromNode: Plugin = {
  name: 'from-node',
  setup({ onResolve, onLoad }) {
    const names = builtinModules.filter((name) => !name.startsWith('node:'))
    onResolve({ filter: new RegExp(`^(node:)?(${names.join('|')})$`) }, ({ path, kind }) => {
      if (kind === 'require-call') return { path, external: true }
      // Of what is imported at run time nobody knows what will be used: it is there whole, and read when it is.
      if (kind === 'dynamic-import') return { path, namespace: whole }
      return { path: path.replace('node:', ''), namespace: node, sideEffects: false }
    })
    onLoad({ filter: /.*/, namespace: node }, ({ path }) => {
      const exported = Object.keys(createRequire(import.meta.url)(path)).filter((name) =>
        /^(?!default$)[\w$]+$/.test(name),
      )
      // Marked as pure, so that what nobody imports is left out.
      const each = exported.map((name) => `export const ${name} = /* @__PURE__ */ (() => module.${name})()`)
      return {
        contents: [`const module = require("node:${path}")`, 'export default module', ...each].join('\n'),
      }
    })
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
      inputs: Object.keys(inputs).filter(
        (path) => !path.startsWith(`${whole}:`) && !path.startsWith(`${node}:`),
      ),
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
      plugins: [fromLayer, fromNode],
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
 * esbuild's process, which the first build starts, collects no garbage below two gigabytes: a third less time for a
 * sixth more memory than the gigabyte and a quarter that it takes anyway.
 */
function withSpareMemory<Result>(work: () => Result): Result {
  const { GOGC, GOMEMLIMIT } = process.env
  Object.assign(process.env, { GOGC: GOGC ?? 'off', GOMEMLIMIT: GOMEMLIMIT ?? '2GiB' })
  try {
    return work()
  } finally {
    restore({ GOGC, GOMEMLIMIT })
  }
}

function restore(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables))
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
}
