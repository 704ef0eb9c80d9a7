import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { duckdbScript } from '../../infra/duckdb-script.ts'

const root = join(import.meta.dirname, '../..')
const cache = join(root, 'node_modules/.cache/regimen')
mkdirSync(cache, { recursive: true })
const directory = mkdtempSync(join(cache, 'script-'))
afterAll(() => rmSync(directory, { recursive: true }))

const apiDirectory = join(root, 'node_modules/@duckdb/node-api')

test('one file is the whole package, beside its binding', async () => {
  const file = join(directory, 'index.js')
  copyFileSync(await duckdbScript(root, apiDirectory), file)
  const require = createRequire(file)
  const alone = require(file) as typeof import('@duckdb/node-api')
  expect(Object.keys(alone).sort()).toEqual(Object.keys(require(apiDirectory)).sort())
  const instance = await alone.DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const { value } = (await (await connection.run('SELECT 6 * 7 AS value')).getRowObjects())[0]!
  expect(value).toBe(42)
  connection.closeSync()
  instance.closeSync()
})

test('the same package gives the same file, which is made once', async () => {
  expect(await duckdbScript(root, apiDirectory)).toBe(await duckdbScript(root, apiDirectory))
})
