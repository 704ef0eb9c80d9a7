import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../cli/main.ts'

describe('a command that is used wrongly', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const run = async (...args: string[]) => {
    let stdout = ''
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      stdout += String(text)
      return true
    })
    return { code: await main(['node', 'regimen', ...args]), stdout }
  }

  it('says so in one JSON document where one was asked for', async () => {
    const { code, stdout } = await run('drift', 'a.csv', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toEqual({
      error: { name: 'InvalidRequest', message: "missing required argument 'current'" },
    })
  })

  it('quotes nothing of a file that is no schema', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'regimen-test-'))
    const file = join(directory, 'table.csv')
    writeFileSync(file, 'secret,b\n1,2\n')
    const { code, stdout } = await run('profile', file, '--schema', file, '--json')
    rmSync(directory, { recursive: true })
    expect(code).toBe(2)
    expect(JSON.parse(stdout).error.message).toBe(
      `the schema cannot be read, ${file}: got a text that is no JSON; expected a JSON list of columns {name, type, …}`,
    )
  })

  it('names a page that cannot be written, and what to do', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'regimen-test-'))
    const file = join(directory, 'table.csv')
    writeFileSync(file, 'a,b\n1,2\n')
    const page = join(directory, 'nowhere', 'page.html')
    const ended = [
      await run('profile', file, '--report', page, '--json'),
      await run('drift', file, file, '--report', page, '--json'),
    ]
    rmSync(directory, { recursive: true })
    for (const { code, stdout } of ended) {
      expect(code).toBe(2)
      expect(JSON.parse(stdout).error.message).toBe(
        `the file cannot be written, ${page}: got ENOENT; name a file in a folder that is there and may be written`,
      )
    }
  })

  it('starts no cloud for an environment that the program does not know', async () => {
    const { code, stdout } = await run('up', '--stack', 'nosuch', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout).error.message).toBe(
      'no such environment: got nosuch; expected one of dev, prod, staging; name one of them with --stack, or write Pulumi.nosuch.yaml',
    )
  })
})
