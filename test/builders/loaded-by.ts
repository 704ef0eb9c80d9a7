/** What a run of the `regimen` command loads: files of this repository by path, packages by name. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Notes every module that Node loads, by import or by require, and tells them when the process ends. */
const witness = `
import { registerHooks } from 'node:module'
const loaded = new Set()
registerHooks({ load: (url, context, next) => (loaded.add(url), next(url, context)) })
process.on('exit', () => process.stderr.write('\\nloaded: ' + JSON.stringify([...loaded])))
`

export interface Loaded {
  readonly code: number | null
  readonly stdout: string
  readonly files: readonly string[]
  readonly packages: readonly string[]
}

export function loadedBy(...words: readonly string[]): Loaded {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(witness)}`, 'cli/bin.mjs', ...words],
    { cwd: root, encoding: 'utf8' },
  )
  const urls: string[] = JSON.parse(stderr.slice(stderr.lastIndexOf('\nloaded: ') + '\nloaded: '.length))
  const paths = urls
    .filter((url) => url.startsWith('file:'))
    .map((url) => fileURLToPath(url).slice(root.length))
  const packages = paths.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])
  return {
    code: status,
    stdout,
    files: paths.filter((path) => !path.includes('node_modules/')),
    packages: [...new Set(packages)],
  }
}
