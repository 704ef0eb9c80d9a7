import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { RegimenError } from '../../functions/errors.ts'
import { profileFile } from '../../functions/profile/profile-file-store.ts'
import { objects } from '../builders/memory-objects.ts'
import { profileInDuckDb, withoutRowHashes } from '../builders/profile-in-duckdb.ts'
import { encodings, type HostileFile, jsonLines, otherFiles, texts } from './hostile-files.ts'
import { parquetFiles } from './hostile-parquet.ts'
import { readTable } from './read-table.ts'

vi.mock(
  '../../functions/object-store.ts',
  async () => (await import('../builders/memory-objects.ts')).memoryObjectStore,
)

const directory = mkdtempSync(join(tmpdir(), 'regimen-hostile-'))
const path = join(directory, "a table's name +%41 é.csv")

const groups: readonly [string, readonly HostileFile[]][] = [
  ['encoding and compression', encodings],
  ['delimited text', texts],
  ['newline-delimited JSON', jsonLines],
  ['Parquet', await parquetFiles()],
  ['files that are no table', otherFiles],
]

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Parts so small that they end within most rows of a small file; of a large one there are a few. */
const partSizes = (bytes: number) => [Number.MAX_SAFE_INTEGER, Math.max(9, Math.ceil(bytes / 7))]

describe.each(groups)('%s', (_, files) => {
  beforeEach(() => objects.clear())

  it.for(files.filter(({ holds }) => holds !== undefined))(
    '$what: read as another parser reads it, in parts of any size, by every door',
    async ({ bytes, holds }, { task }) => {
      const content = await bytes()
      const held = holds?.()
      for (const partBytes of partSizes(content.length)) {
        const { header, rows } = await readTable(content, partBytes)
        expect({ header, rows }).toEqual(held)
      }
      writeFileSync(path, content)
      const profile = await profileFile(path, { examine: true })
      expect(withoutRowHashes(profile)).toEqual(
        withoutRowHashes(await profileInDuckDb(path, { examine: true })),
      )
      expect(profile.rows).toBe(held?.rows.length)
      expect(Object.keys(profile.columns).toSorted()).toEqual([...(held?.header ?? [])].toSorted())
      task.meta.hostile = { parsed: 1, refused: 0 }
    },
  )

  it.for(files.filter(({ refused }) => refused !== undefined))(
    '$what: refused by name, place and remedy',
    async ({ bytes, refused, never }, { task }) => {
      const content = await bytes()
      writeFileSync(path, content)
      for (const read of [() => readTable(content), () => profileFile(path)]) {
        const error: unknown = await read().then(
          () => undefined,
          (thrown: unknown) => thrown,
        )
        expect(error).toBeInstanceOf(RegimenError)
        const { name, message, parts } = error as RegimenError
        expect(name, message).toBe(refused?.error)
        for (const words of refused?.says ?? []) expect(message).toContain(words)
        expect(parts.do, message).toBeTruthy()
        if (never !== undefined) expect(message).not.toContain(never)
      }
      task.meta.hostile = { parsed: 0, refused: 1 }
    },
  )
})
