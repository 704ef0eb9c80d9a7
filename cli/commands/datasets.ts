/** `regimen datasets`: the catalogue of what models are trained on: import, browse, review, compare, trace. */
import { Command } from 'commander'
import { readManifest, readProfile } from '../../functions/catalogue/version-store.ts'
import { listDecisions } from '../../functions/dataset/review-store.ts'
import { toPublicProfile } from '../../functions/profile/public-profile.ts'
import { openData, sources } from '../../projects/sources.ts'
import { compareCommand } from '../catalogue/compare.ts'
import { lineageCommand } from '../catalogue/lineage.ts'
import { reviewCommand } from '../catalogue/review.ts'
import { cellOf } from '../cell-of.ts'
import { openContext } from '../context.ts'
import { findDataset, listDatasets } from '../find-dataset.ts'
import { type ImportOptions, importDataset } from '../import-dataset.ts'
import { Output, table } from '../output.ts'

interface Import extends Omit<ImportOptions, 'members'> {
  readonly name: string
  readonly member?: readonly string[]
}

export function datasetsCommand(): Command {
  const command = new Command('datasets').description('dataset versions')
  importCommand(command)
  listCommand(command)
  showCommand(command)
  profileCommand(command)
  reviewCommand(command, 'approve', 'approved')
  reviewCommand(command, 'reject', 'rejected')
  compareCommand(command)
  lineageCommand(command)
  sourcesCommand(command)
  return command
}

function importCommand(command: Command): void {
  const collect = (path: string, before: readonly string[] = []) => [...before, path]
  command
    .command('import <from>')
    .description('register a table as a version: a file, https://…, s3://…/ below the inbox, or source:NAME')
    .requiredOption('--name <name>', 'name of the dataset')
    .option('--description <text>', 'what it is; by default the title of the use case')
    .option('--sha256 <digits>', 'what a URL must give, instead of what its first download gave')
    .option('--attribution <text>', 'whom to thank for what a URL gives')
    .option('--licence <text>', 'under which licence a URL gives it')
    .option('--key <text>', 'idempotency key: the same key is the same import')
    .option('--member <path>', 'file of a zip archive; may be repeated', collect)
    .action(async (from: string, { name, member, ...options }: Import, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const dataset = await importDataset(context, from, name, { ...options, members: member })
      context.out.result(dataset, () =>
        [
          `${dataset.name}@${dataset.version}: ${dataset.rows.toLocaleString('en-US')} rows, ${dataset.columns} columns${dataset.existed ? ', registered before' : ''}`,
          `quality: ${dataset.quality.summary}`,
        ].join('\n'),
      )
    })
}

function listCommand(command: Command): void {
  command
    .command('list')
    .description('newest first')
    .action(async (_options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const datasets = await listDatasets(context)
      context.out.result(datasets, () =>
        table(
          ['DATASET', 'ROWS', 'COLUMNS', 'BYTES', 'FORMAT', 'QUALITY', 'STATUS', 'CREATED'],
          datasets.map((d) => [
            `${d.name}@${d.version}`,
            d.rows,
            d.columns,
            d.bytes,
            d.fileFormat,
            d.quality === undefined ? undefined : d.quality.passed ? 'passed' : 'findings',
            d.status,
            d.createdAt,
          ]),
        ),
      )
    })
}

function showCommand(command: Command): void {
  command
    .command('show <name@version>')
    .description('schema, checksum, size, source, licence, quality, and who decided what')
    .action(async (reference: string, _options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const dataset = await findDataset(context, reference)
      const [manifest, decisions] = await Promise.all([readManifest(dataset), listDecisions(dataset)])
      context.out.result({ ...dataset, manifest, decisions }, () =>
        [
          `${dataset.name}@${dataset.version}: ${dataset.status}`,
          table(
            ['FIELD', 'VALUE'],
            [
              ['description', manifest.description],
              ['rows', manifest.rows],
              ['bytes', manifest.bytes],
              ['format', [manifest.fileFormat, manifest.encoding, manifest.compression].join(' ').trim()],
              ['sha256', manifest.sha256],
              ['source', manifest.origin.source ?? manifest.origin.location],
              ['attribution', manifest.attribution],
              ['licence', manifest.licence],
              ['quality', manifest.quality.summary],
              ['imported by', manifest.requestedBy],
              ['imported', manifest.createdAt],
              ['data', manifest.uri],
              ['report', manifest.reportUri],
            ],
          ),
          table(
            ['COLUMN', 'TYPE', 'MAY BE MISSING', 'DESCRIPTION'],
            manifest.schema.map((c) => [
              c.name,
              c.ignored ? 'ignored' : c.type,
              c.nullable ? 'yes' : 'no',
              c.description,
            ]),
          ),
          ...(decisions.length === 0
            ? []
            : [
                table(
                  ['#', 'DECISION', 'REVIEWER', 'REASON', 'WHEN'],
                  decisions.map((d) => [d.sequence, d.status, d.reviewer, d.reason, d.decidedAt]),
                ),
              ]),
        ].join('\n\n'),
      )
    })
}

function profileCommand(command: Command): void {
  command
    .command('profile <name@version>')
    .description('what its columns hold, as it was profiled when it was imported')
    .action(async (reference: string, _options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const dataset = await findDataset(context, reference)
      const profile = toPublicProfile(await readProfile(dataset))
      const { name, version, quality, profileUri, reportUri } = dataset
      context.out.result({ name, version, quality, profileUri, reportUri, ...profile }, () =>
        [
          `${name}@${version}: ${profile.rows.toLocaleString('en-US')} rows, ${profile.duplicates.toLocaleString('en-US')} of them repeated`,
          `quality: ${quality?.summary ?? 'not judged'}`,
          table(
            ['COLUMN', 'TYPE', 'MISSING', 'INVALID', 'DISTINCT', 'MIN', 'MEAN', 'MAX'],
            Object.entries(profile.columns).map(([column, c]) => [
              column,
              c.type,
              c.nulls,
              c.invalid,
              c.distinct,
              cellOf(c, c.min),
              cellOf(c, c.mean),
              cellOf(c, c.max),
            ]),
          ),
          `report: ${reportUri}`,
        ].join('\n'),
      )
    })
}

/** Needs no cloud: the table is part of the program. */
function sourcesCommand(command: Command): void {
  command
    .command('sources')
    .description('datasets that can be imported by name, and entries of the AWS Registry of Open Data')
    .action((_options: object, self: Command) => {
      const named = Object.entries(sources).map(([name, source]) => ({ name, ...source }))
      const registry = Object.entries(openData).map(([name, entry]) => ({ name, ...entry }))
      new Output(self.optsWithGlobals().json === true).result({ sources: named, openData: registry }, () =>
        [
          table(
            ['SOURCE', 'TITLE', 'LICENCE', 'CHECKSUM'],
            named.map((s) => [`source:${s.name}`, s.title, s.licence, s.checksum]),
          ),
          'AWS Registry of Open Data (import the https URL of a file):',
          table(
            ['ENTRY', 'TITLE', 'BUCKET', 'REGION', 'LICENCE'],
            registry.map((e) => [e.name, e.title, `s3://${e.bucket}`, e.region, e.licence]),
          ),
        ].join('\n\n'),
      )
    })
}
