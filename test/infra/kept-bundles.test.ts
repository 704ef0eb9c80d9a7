import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { bundleFunctions } from '../../infra/bundle.ts'

vi.mock('esbuild', async (original) => {
  const module = await original<typeof esbuild>()
  return { ...module, build: vi.fn(module.build) }
})
const build = vi.mocked(esbuild.build)

let root: string
beforeEach(() => {
  root = mkdtempSync(join(import.meta.dirname, '.kept-'))
  source('greeting.ts', "export const greeting = 'hello'\n")
  source('plain.ts', "import { greeting } from './greeting.ts'\nexport const handler = () => greeting\n")
  source('package-lock.json', '{}')
  build.mockClear()
})
afterEach(() => rmSync(root, { recursive: true }))

/** As it is after a clone: older than the bundles. */
function source(name: string, text: string): void {
  writeFileSync(join(root, name), text)
  utimesSync(join(root, name), new Date(0), new Date(0))
}

const made = async (isReadable = false) =>
  readFileSync((await bundleFunctions(root, { plain: 'plain.ts' }, isReadable)).plain.path, 'utf8')
const kept = () => join(root, 'node_modules/.cache/regimen/bundles')

test('bundles of unchanged sources are not made again', async () => {
  const first = await made()
  expect(await made()).toBe(first)
  expect(build).toHaveBeenCalledTimes(1)
})

test.each([
  ['a source that is imported', () => source('greeting.ts', "export const greeting = 'good day'\n")],
  ['the lock file', () => source('package-lock.json', '{"name":"other"}')],
  [
    'a kept bundle that is gone',
    () => {
      for (const name of readdirSync(kept())) if (name.endsWith('.mjs')) rmSync(join(kept(), name))
    },
  ],
  [
    'a record that is half there',
    () => {
      for (const name of readdirSync(kept()))
        if (name.endsWith('.json')) writeFileSync(join(kept(), name), '{"inp')
    },
  ],
])('%s makes them again', async (_what, change) => {
  await made()
  change()
  const again = await made()
  expect(build).toHaveBeenCalledTimes(2)
  rmSync(join(root, 'node_modules'), { recursive: true })
  expect(await made()).toBe(again)
})

test('texts to be read are not mistaken for those that are deployed', async () => {
  expect(await made(true)).not.toBe(await made())
})

test('a source that was written while they were made is read again', async () => {
  build.mockImplementationOnce(async (options) => {
    const { build: real } = await vi.importActual<typeof esbuild>('esbuild')
    const result = await real(options)
    writeFileSync(join(root, 'greeting.ts'), "export const greeting = 'too late'\n")
    return result
  })
  expect(await made()).not.toContain('too late')
  expect(await made()).toContain('too late')
})
