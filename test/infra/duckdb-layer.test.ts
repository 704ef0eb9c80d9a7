import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { duckdbPackages } from '../../infra/duckdb-layer.ts'

const root = mkdtempSync(join(tmpdir(), 'regimen-layer-'))
afterAll(() => rmSync(root, { recursive: true }))
const install = (name: string) => mkdirSync(join(root, 'node_modules', name), { recursive: true })
for (const name of [
  '@duckdb/node-api',
  '@duckdb/node-bindings',
  '@duckdb/node-bindings-linux-arm64',
  'detect-libc',
])
  install(name)
writeFileSync(join(root, 'node_modules/@duckdb/node-bindings/package.json'), '{"version": "1.5.5-r.5"}')

test('takes the binding of the platform, and what it requires', () => {
  expect(duckdbPackages(root, 'linux-arm64')).toEqual({
    platform: 'linux-arm64',
    directories: {
      '@duckdb/node-api': join(root, 'node_modules/@duckdb/node-api'),
      '@duckdb/node-bindings': join(root, 'node_modules/@duckdb/node-bindings'),
      '@duckdb/node-bindings-linux-arm64': join(root, 'node_modules/@duckdb/node-bindings-linux-arm64'),
      'detect-libc': join(root, 'node_modules/detect-libc'),
    },
  })
})

test('refuses a platform that is not installed, with the command that installs it', () => {
  expect(() => duckdbPackages(root, 'linux-x64')).toThrow(
    new Error(
      'the DuckDB layer cannot be built for linux-x64: got no @duckdb/node-bindings-linux-x64 in node_modules; ' +
        'expected what npm installs for that platform; ' +
        'run: npm i --no-save --os=linux --cpu=x64 @duckdb/node-bindings-linux-x64@1.5.5-r.5',
    ),
  )
})

test('the host is the machine that evaluates the program', () => {
  const repository = join(import.meta.dirname, '../..')
  expect(duckdbPackages(repository, 'host').platform).toBe(`${process.platform}-${process.arch}`)
})
