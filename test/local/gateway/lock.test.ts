import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockDirectory } from '../../../local/lock.ts'
import { testCloud } from '../running-cloud.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const leave = (value: object) => writeFileSync(join(directory, 'lock'), JSON.stringify(value))
const now = new Date('2026-01-01T00:00:00Z')

describe('the lock on a directory', () => {
  it('refuses a second cloud and names the first', async () => {
    const first = await testCloud({ directory })
    await expect(testCloud({ directory })).rejects.toThrow(
      `${directory} is in use by the local cloud with process id ${process.pid}, started at `,
    )
    const { endpoint, pid } = JSON.parse(readFileSync(join(directory, 'cloud.json'), 'utf8'))
    expect({ endpoint, pid }).toEqual({ endpoint: first.running.endpoint, pid: process.pid })
    await first.running.stop()
    expect(existsSync(join(directory, 'lock'))).toBe(false)
  })

  it.each([
    ['whose process is gone', JSON.stringify({ pid: 2 ** 22 + 1, startedAt: 'then', processStart: '1' })],
    [
      'whose process id was given to another process',
      JSON.stringify({ pid: process.pid, startedAt: 'then', processStart: '1' }),
    ],
    ['that was half written', '{"pid": 12'],
  ])('takes over a lock %s', (_, text) => {
    writeFileSync(join(directory, 'lock'), text)
    lockDirectory(directory, now)()
    expect(existsSync(join(directory, 'lock'))).toBe(false)
  })

  it('leaves alone the lock that another has taken since', () => {
    const release = lockDirectory(directory, now)
    leave({ pid: 1, startedAt: 'later', processStart: '' })
    release()
    expect(existsSync(join(directory, 'lock'))).toBe(true)
  })
})
