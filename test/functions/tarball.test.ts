/** Reading of archives that were made to harm. */
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { RegimenError } from '../../functions/errors.ts'
import { readModel } from '../../functions/scoring/read-model.ts'
import { gunzip, readTar, readTarball } from '../../functions/tarball.ts'

type Entry = Parameters<ReturnType<typeof pack>['entry']>[0] & { content?: string }

async function tarOf(...entries: Entry[]): Promise<Buffer> {
  const archive = pack()
  for (const { content = '', ...header } of entries) archive.entry(header, content)
  archive.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of archive) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString()

describe('an honest archive', () => {
  test('gives its files by name', async () => {
    const tar = await tarOf({ name: './xgboost-model', content: 'abc' }, { name: 'code/', type: 'directory' })
    const files = readTarball(gzipSync(tar))
    expect([...files.keys()]).toEqual(['xgboost-model'])
    expect(text(files.get('xgboost-model'))).toBe('abc')
  })

  test('may have names of any length', async () => {
    const name = `${'deep/'.repeat(60)}model`
    expect(text(readTar(await tarOf({ name, content: 'x' })).get(name))).toBe('x')
  })

  test('without a model is refused with the name that is expected', async () => {
    const tar = gzipSync(await tarOf({ name: 'model.bin', content: 'abc' }))
    expect(() => readModel(tar)).toThrow(
      'the archive holds no model: expected a file xgboost-model at its top',
    )
  })
})

describe('refused', () => {
  test.each([
    ['a name that leads out of the archive', { name: '../xgboost-model', content: 'x' }],
    ['a name that leads out of the archive', { name: 'a/../../b', content: 'x' }],
    ['a name that leads out of the archive', { name: '/etc/model', content: 'x' }],
    ['a link or a device', { name: 'xgboost-model', type: 'symlink', linkname: '/etc/passwd' }],
    ['a link or a device', { name: 'xgboost-model', type: 'link', linkname: 'other' }],
    ['a link or a device', { name: 'xgboost-model', type: 'character-device' }],
  ] as [string, Entry][])('%s', async (reason, entry) => {
    const tar = await tarOf(entry)
    expect(() => readTar(tar)).toThrow(`the archive cannot be read, entry 1: got ${reason}`)
  })

  test('the same name twice, and too many entries', async () => {
    const twice = await tarOf({ name: 'a', content: 'x' }, { name: './a', content: 'y' })
    expect(() => readTar(twice)).toThrow('the same name twice')
    const many = await tarOf(...Array.from({ length: 65 }, (_, at) => ({ name: `f${at}`, content: 'x' })))
    expect(() => readTar(many)).toThrow('more than 64 entries')
  })

  test('a bomb, before it is unpacked', () => {
    const bomb = gzipSync(Buffer.alloc(64 << 20))
    expect(() => gunzip(bomb)).toThrow(
      /^the archive cannot be decompressed: got more than \d+ bytes from \d+/,
    )
    expect(() => gunzip(gzipSync(Buffer.alloc(2_000)), { maxBytes: 1_000 })).toThrow(
      'got more than 1000 bytes',
    )
  })

  test('an archive cut anywhere, or with any byte of a header changed, with a named error', async () => {
    const tar = await tarOf({ name: 'xgboost-model', content: 'abc' })
    const packed = gzipSync(tar)
    const named = (read: () => unknown) => {
      try {
        read()
      } catch (error) {
        expect(error).toBeInstanceOf(RegimenError)
        return true
      }
      return false
    }
    for (let length = 0; length < packed.length; length++)
      expect(named(() => readTarball(packed.subarray(0, length)))).toBe(true)
    fc.assert(
      fc.property(fc.nat(511), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(tar)
        damaged[at] = damaged[at]! ^ change
        // Only the checksum's own field may change without effect: from a space to a zero byte.
        if (at < 148 || at >= 156) expect(named(() => readTar(damaged))).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
