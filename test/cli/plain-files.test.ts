import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../builders/run-command.ts'
import { temporaryDirectory } from '../builders/temporary-directory.ts'

describe('a table of whatever columns, on a terminal', () => {
  const directory = temporaryDirectory('plain-files')
  const write = (name: string, header: string, row: (at: number) => string, rows: number) => {
    const file = join(directory, name)
    writeFileSync(file, `${[header, ...Array.from({ length: rows }, (_, at) => row(at))].join('\n')}\n`)
    return file
  }
  const run = async (...args: string[]) => {
    const { code, stdout } = await runCommand(...args)
    expect(code).toBe(0)
    return stdout
  }

  it('shows the days of a column of times, not seconds', async () => {
    const file = write('t.csv', 'seen', (at) => `2020-01-0${1 + (at % 3)}`, 9)
    const text = await run('profile', file)
    expect(text).toMatch(/seen +timestamp .*2020-01-01 +2020-01-02 +2020-01-03 +2020-01-01/)
  })

  it('keeps a column of a long name and a cell of control characters on their lines', async () => {
    const file = write('l.csv', `${'n'.repeat(300)},b`, () => '1,a\x1b[2Jb', 12)
    const lines = (await run('profile', file)).split('\n')
    expect(Math.max(...lines.map((each) => each.length))).toBeLessThan(200)
    expect(lines.join()).not.toContain('\x1b')
  })

  it('does not say that nothing drifted where nothing can be said, and names what is not compared', async () => {
    const before = write('a.csv', 'a,seen', (at) => `${at},2020-01-01`, 3)
    const now = write('b.csv', 'a,seen,c', (at) => `${at + 9},2021-01-01,x`, 3)
    const text = await run('drift', before, now)
    expect(text).toMatch(/^nothing can be said about drift: /)
    expect(text).toContain('not compared: seen, a time, which always moves on')
    expect(text).toContain('not compared: c, not in the baseline')
    expect(JSON.parse(await run('drift', before, now, '--json')).notCompared).toEqual([
      { column: 'seen', why: 'a time, which always moves on' },
      { column: 'c', why: 'not in the baseline' },
    ])
  })
})
