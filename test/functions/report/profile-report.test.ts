import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../../functions/profile/finding.ts'
import { findingsOf } from '../../../functions/profile/findings.ts'
import { mergeAll } from '../../../functions/profile/merge-profile.ts'
import { profileFile } from '../../../functions/profile/profile-file-store.ts'
import { renderProfileReport } from '../../../functions/report/render-profile-report.ts'
import { plantedTable } from '../profile/planted-table.ts'
import {
  drawingsWithoutName,
  headingsOf,
  idsOf,
  missingFiles,
  reachesOut,
  textOf,
  unbalanced,
} from './page-checks.ts'

const shared = fileURLToPath(new URL('../../../../shared/data', import.meta.url))
const hasShared = existsSync(shared)

describe('the report of a table', () => {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-profile-report-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  async function reported(file: string) {
    const profile = await profileFile(file, { examine: true })
    const findings = findingsOf(profile, {}, { now: 0 })
    return { profile, findings, page: renderProfileReport({ title: '<b>table</b>', profile, findings }) }
  }
  const written = (name: string, text: string) => {
    const file = join(directory, name)
    writeFileSync(file, text)
    return file
  }

  function expectSound(page: string) {
    expect(unbalanced(page)).toEqual([])
    expect(drawingsWithoutName(page)).toEqual([])
    expect(missingFiles(page)).toEqual([])
    expect(reachesOut(page)).toEqual([])
    const ids = idsOf(page)
    expect(new Set(ids).size).toBe(ids.length)
    expect(Buffer.byteLength(page)).toBeLessThan(1_500_000)
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  }

  it('tells what to look at, draws every column, and holds everything it needs', async () => {
    const { page, findings } = await reported(written('planted.csv', plantedTable(4, 1_500, true).csv))
    expectSound(page)
    expect(
      headingsOf(page)
        .filter(({ level }) => level === 2)
        .map(({ text }) => text),
    ).toEqual(['In short', 'What to look at', 'Column by column', 'What is missing', 'What moves together'])
    const text = textOf(page)
    for (const { words, do: remedy } of findings.filter(({ severity }) => severity !== 'note')) {
      expect(text).toContain(words)
      expect(text).toContain(remedy)
    }
    expect(text).toContain('<b>table</b>')
    expect(page).toContain('class="fence"')
    expect(page).toContain('class="strip"')
  })

  it('speaks of one thing as of one, and of two as of two', async () => {
    const { profile } = await reported(written('one.csv', 'a,b\n1,2\n'))
    const said = (severity: Finding['severity'], count: number) => {
      const one: Finding = { source: 'rule', kind: 'range', severity, columns: ['a'], words: 'w', do: 'd' }
      const findings: Finding[] = Array.from({ length: count }, () => one)
      return textOf(renderProfileReport({ title: 't', profile, findings }))
    }
    expect(said('warning', 1)).toMatch(/1 thing wants a look\.\s+It stands under/)
    expect(said('warning', 2)).toMatch(/2 things want a look\.\s+They stand under/)
    expect(said('error', 1)).toMatch(/1 error stops it\.\s+The error stands first/)
    expect(said('error', 2)).toMatch(/2 errors stop it\.\s+The errors stand first/)
  })

  it('says of a clean table that nothing stands out', async () => {
    const lines = Array.from(
      { length: 300 },
      (_, at) => `${(at * 37) % 101},${['u', 'v', 'w'][at % 3]},${at}`,
    )
    const { page, findings } = await reported(written('clean.csv', `x,level,place\n${lines.join('\n')}\n`))
    expect(findings).toEqual([])
    expectSound(page)
    expect(textOf(page)).toContain('every rule is kept, and no anomaly was found')
  })

  it('names no level of fewer than 11 rows, not even by its share', async () => {
    const lines = Array.from({ length: 400 }, (_, at) => (at < 7 ? 'Zzyzx' : at < 18 ? 'Eleven' : 'Usual'))
    const { page } = await reported(
      written('few.csv', `place,n\n${lines.map((line, at) => `${line},${at % 9}`).join('\n')}\n`),
    )
    expect(page).not.toContain('Zzyzx')
    expect(page).toContain('Eleven')
  })

  it('tells the hours of a column of one day', async () => {
    const rows = Array.from({ length: 400 }, (_, at) => {
      const minutes = 360 + ((at * 7) % 700)
      return `2026-11-21 ${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}:00,${at}`
    })
    const { page } = await reported(written('day.csv', `seen,n\n${rows.join('\n')}\n`))
    expectSound(page)
    const ticks = [...page.matchAll(/class="tick[^"]*"[^>]*>([^<]*)</g)].map(([, text]) => text)
    expect(ticks).toEqual(expect.arrayContaining(['09:00', '12:00', '15:00']))
    expect(ticks).not.toContain('2026-11-21')
    expect(textOf(page)).toContain('2026-11-21 11:46')
    // Room for a date with its time: a narrow cell would break it at its hyphens.
    expect(page.match(/class="figures-of of-times"/g)).toHaveLength(1)
    expect(page).toContain('.figures-of.of-times {')
  })

  it('stands on tables without values, with one row, and with columns of one value', async () => {
    for (const [at, text] of ['a,b\n1,x\n', 'a,b\n,\n,\n', 'a,b\n5,5\n5,5\n5,5\n', 'x\n1\n2\n'].entries()) {
      const { page } = await reported(written(`small-${at}.csv`, text))
      expectSound(page)
    }
  })

  it('stands on a merged profile, which knows less', async () => {
    const { profile } = await reported(written('merged.csv', plantedTable(5, 1_500, false).csv))
    const { examination: _, ...plain } = profile
    const page = renderProfileReport({ title: 't', profile: mergeAll([plain]), findings: [] })
    expectSound(page)
  })

  it.skipIf(!hasShared)(
    `reports real tables within a megabyte and a half${hasShared ? '' : ' (skipped: no tables)'}`,
    async () => {
      const { page, findings } = await reported(join(shared, 'bike_sharing_hour.csv.gz'))
      expectSound(page)
      expect(
        findings.filter(({ source, severity }) => source === 'anomaly' && severity === 'warning'),
      ).toEqual([])
    },
  )
})
