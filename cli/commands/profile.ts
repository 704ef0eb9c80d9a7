/** `regimen profile FILE`: what a table holds, column by column, no cloud needed. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { z } from 'zod'
import { RegimenError } from '../../functions/errors.ts'
import { profileFile } from '../../functions/profile/profile-file-store.ts'
import { type PublicProfile, toPublicProfile } from '../../functions/profile/public-profile.ts'
import { columnSchema } from '../../functions/project.ts'
import { Output, table } from '../output.ts'

interface Options {
  readonly schema?: string
  readonly json?: boolean
}

export function profileCommand(): Command {
  return new Command('profile')
    .description('profile a CSV (also compressed), Parquet or JSON-lines file')
    .argument('<file>')
    .option('--schema <file>', 'JSON list of columns {name, type, …}; otherwise inferred over the whole file')
    .action(async (file: string, _options: object, self: Command) => {
      const options: Options = self.optsWithGlobals()
      const schema = options.schema === undefined ? undefined : readSchema(options.schema)
      const profile = toPublicProfile(await profileFile(file, { schema }))
      new Output(options.json === true).result(profile, () => describe(profile))
    })
}

function readSchema(file: string) {
  const parsed = z.array(columnSchema).safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RegimenError('InvalidRequest', {
    what: 'the schema is not a list of columns',
    where: `${file} at ${issue?.path.join('.') ?? ''}`,
    ...(issue === undefined ? {} : { expected: issue.message }),
  })
}

function describe({ rows, columns }: PublicProfile): string {
  const lines = Object.entries(columns).map(([name, column]) => [
    name,
    column.type,
    column.nulls,
    column.distinct,
    column.min,
    column.mean,
    column.max,
    column.topValues[0] === undefined ? '' : String(column.topValues[0].value),
  ])
  return `${rows.toLocaleString('en-US')} rows\n${table(['COLUMN', 'TYPE', 'MISSING', 'DISTINCT', 'MIN', 'MEAN', 'MAX', 'MOST FREQUENT'], lines)}`
}
