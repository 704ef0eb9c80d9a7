/** `regimen datasets import|list|show`: the catalogue of what models are trained on. */
import { Command } from 'commander'
import { getJson } from '../../functions/object-store.ts'
import { openContext } from '../context.ts'
import { findDataset, listDatasets } from '../find-dataset.ts'
import { importDataset } from '../import-dataset.ts'
import { table } from '../output.ts'

export function datasetsCommand(): Command {
  const command = new Command('datasets').description('dataset versions')
  command
    .command('import <file>')
    .description('check every row against the schema contract and register the file as a version')
    .requiredOption('--name <name>', 'name of the dataset')
    .action(async (file: string, { name }: { name: string }, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const dataset = await importDataset(context, file, name)
      context.out.result(
        dataset,
        () =>
          `${dataset.name}@${dataset.version}: ${dataset.rows.toLocaleString('en-US')} rows, ${dataset.columns} columns`,
      )
    })
  command
    .command('list')
    .description('newest first')
    .action(async (_options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const datasets = await listDatasets(context)
      context.out.result(datasets, () =>
        table(
          ['DATASET', 'ROWS', 'COLUMNS', 'BYTES', 'STATUS', 'CREATED'],
          datasets.map((d) => [`${d.name}@${d.version}`, d.rows, d.columns, d.bytes, d.status, d.createdAt]),
        ),
      )
    })
  command
    .command('show <name@version>')
    .description('manifest: schema, checksum, size, source, licence')
    .action(async (reference: string, _options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const dataset = await findDataset(context, reference)
      const manifest = await getJson(dataset.manifestUri)
      context.out.result({ ...dataset, manifest }, () => JSON.stringify(manifest, null, 2))
    })
  return command
}
