import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { bundleFunctions } from '../../infra/bundle.ts'

// Below the repository, so that a bundle on disk finds DuckDB as Lambda finds its layer.
const root = mkdtempSync(join(import.meta.dirname, '.bundle-'))
afterAll(() => rmSync(root, { recursive: true }))

writeFileSync(join(root, 'greeting.ts'), "export const greeting: string = 'hello'\n")
writeFileSync(
  join(root, 'plain.ts'),
  "import { greeting } from './greeting.ts'\nexport const handler = async () => greeting\n",
)
writeFileSync(
  join(root, 'request.ts'),
  "import { Agent } from 'node:http'\nimport { join } from 'path'\nexport const handler = async () => [new Agent().maxSockets > 0, join('a', 'b'), (await import('node:http')).STATUS_CODES[404]]\n",
)
writeFileSync(
  join(root, 'query.ts'),
  "import { DuckDBInstance } from '@duckdb/node-api'\nexport const handler = async () => {\n  const connection = await (await DuckDBInstance.create()).connect()\n  return (await connection.runAndReadAll('SELECT 42')).getRows()[0]?.[0]\n}\n",
)
const entries = { plain: 'plain.ts', query: 'query.ts', request: 'request.ts' }
const bundles = await bundleFunctions(root, entries)

const textOf = (name: keyof typeof bundles) => readFileSync(bundles[name].path, 'utf8')

async function run(name: keyof typeof bundles): Promise<unknown> {
  const file = join(root, `${name}.mjs`)
  copyFileSync(bundles[name].path, file)
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)).handler()
}

test('a bundle is one ES module that runs by itself', async () => {
  expect(await run('plain')).toBe('hello')
  expect(bundles.plain.usesDuckdb).toBe(false)
})

test('DuckDB is left to the layer and found through require', async () => {
  expect(bundles.query.usesDuckdb).toBe(true)
  expect(textOf('query')).toMatch(/=\w+\("@duckdb\/node-api"\)/)
  expect(textOf('query')).not.toMatch(/import\b[^;]*"@duckdb\/node-api"/)
  expect(await run('query')).toBe(42)
})

test('modules of Node.js are required, since an import of node:http loads all that it could export', async () => {
  const imported = [...textOf('request').matchAll(/\bfrom\s*["']([^"']+)["']/g)].map(([, name]) => name)
  expect(imported).toEqual(['node:module'])
  expect(textOf('request')).not.toContain('WebSocket')
  expect(await run('request')).toEqual([true, 'a/b', 'Not Found'])
})

test('the same sources give the same bytes, without a path of this machine', async () => {
  expect(await bundleFunctions(root, entries)).toEqual(bundles)
  expect(textOf('plain')).not.toContain(root)
})

test('an entry that does not exist is refused by name', async () => {
  await expect(bundleFunctions(root, { gone: 'gone.ts' })).rejects.toThrow('gone.ts')
})
