/** `regimen profile FILE`: what a table holds, column by column, no cloud needed. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Command } from 'commander'
import * as z from 'zod'
import { brokenRule } from '../../functions/broken-rule.ts'
import { RegimenError } from '../../functions/errors.ts'
import { findingsOf } from '../../functions/profile/findings.ts'
import type { Profile } from '../../functions/profile/profile.ts'
import { profileFile } from '../../functions/profile/profile-file-store.ts'
import { type PublicProfile, toPublicProfile } from '../../functions/profile/public-profile.ts'
import { columnSchema, type SourceColumn } from '../../functions/project.ts'
import { formatTime } from '../../functions/report/format-number.ts'
import { renderProfileReport } from '../../functions/report/render-profile-report.ts'
import { cellOf } from '../cell-of.ts'
import { cellText } from '../cell-text.ts'
import { type Cell, Output, table } from '../output.ts'
import { writePage } from '../write-page.ts'

interface Options {
  readonly schema?: string
  readonly report?: string
  readonly json?: boolean
}

export function profileCommand(): Command {
  return new Command('profile')
    .description('profile a CSV (also compressed), Parquet or JSON-lines file')
    .argument('<file>')
    .option('--schema <file>', 'JSON list of columns {name, type, …}; otherwise inferred over the whole file')
    .option('--report <file>', 'write a page with distributions, correlations, outliers and what to look at')
    .action(async (file: string, _options: object, self: Command) => {
      const options: Options = self.optsWithGlobals()
      const schema = options.schema === undefined ? undefined : readSchema(options.schema)
      const out = new Output(options.json === true)
      const profile = await examined(file, schema)
      if (options.report !== undefined) {
        writePage(options.report, reportOf(file, profile, schema))
        out.line(`report: ${options.report}`)
      }
      const shown = toPublicProfile(profile)
      out.result(shown, () => describe(shown))
    })
}

async function examined(file: string, schema: SourceColumn[] | undefined): Promise<Profile> {
  const profile = await profileFile(file, { schema, examine: true })
  return { ...profile, findings: findingsOf(profile, { columns: schema }, { now: Date.now() }) }
}

const reportOf = (file: string, profile: Profile, schema: SourceColumn[] | undefined) =>
  renderProfileReport({
    title: basename(file),
    profile,
    columns: schema,
    findings: profile.findings ?? [],
    facts: [['Made', formatTime(new Date().toISOString())]],
  })

function readSchema(file: string) {
  const parsed = z.array(columnSchema).safeParse(readDocument(file))
  if (parsed.success) return parsed.data
  throw new RegimenError('InvalidRequest', {
    what: 'the schema is not a list of columns',
    ...brokenRule(parsed.error, file),
  })
}

function readDocument(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new RegimenError('InvalidRequest', {
      what: 'the schema cannot be read',
      where: file,
      // What the parser says of a text quotes it.
      got: error instanceof SyntaxError ? 'a text that is no JSON' : 'a file that cannot be read',
      expected: 'a JSON list of columns {name, type, …}',
    })
  }
}

function describe({ rows, columns, findings }: PublicProfile): string {
  const told = findings.map(
    ({ severity, columns: named, words }) =>
      `${severity.padEnd(7)}  ${named.length === 0 ? 'the table' : named.map(cellText).join(', ')}: ${words}`,
  )
  const lines = Object.entries(columns).map(([name, column]) => {
    const shown = (value: Cell): Cell => cellOf(column, value)
    const most = column.topValues[0]?.value
    return [
      cellText(name),
      column.type,
      column.nulls,
      column.distinct,
      shown(column.min),
      shown(column.mean),
      shown(column.max),
      most === undefined ? '' : cellText(String(shown(most))),
    ]
  })
  return `${rows.toLocaleString('en-US')} rows\n${table(['COLUMN', 'TYPE', 'MISSING', 'DISTINCT', 'MIN', 'MEAN', 'MAX', 'MOST FREQUENT'], lines)}${told.length === 0 ? '' : `\n\n${told.join('\n')}`}`
}
