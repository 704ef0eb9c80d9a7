/** `regimen datasets compare A B`: schema, rows, statistics, quality and drift between two versions. */
import type { Command } from 'commander'
import { type Comparison, compareVersions } from '../../functions/catalogue/compare-versions.ts'
import { readVersion } from '../../functions/catalogue/version-store.ts'
import { loadProject } from '../../functions/project-store.ts'
import { cellOf } from '../cell-of.ts'
import { openContext } from '../context.ts'
import { findDataset } from '../find-dataset.ts'
import { table } from '../output.ts'

/** The columns that moved most. */
const shownColumns = 20

export function compareCommand(command: Command): void {
  command
    .command('compare <before> <after>')
    .description('what has changed from one version (name@version) to another')
    .action(async (first: string, second: string, _options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const [before, after] = await Promise.all(
        [first, second].map(async (reference) => await readVersion(await findDataset(context, reference))),
      )
      if (before === undefined || after === undefined) return
      const comparison = compareVersions(before, after, await loadProject(after.manifest.projectUri))
      context.out.result(comparison, () => describe(comparison))
    })
}

function describe(comparison: Comparison): string {
  const { before, after, identical, schema, rows, quality, columns, drift } = comparison
  const effectOf = (name: string) => drift.features[name]?.effect ?? -1
  const changed = Object.entries(columns)
    .filter(([, column]) => column.changed)
    .sort(([a], [b]) => effectOf(b) - effectOf(a))
  if (identical) return `${before} and ${after} hold the same content`
  const names = (list: readonly string[]) => (list.length === 0 ? 'none' : list.join(', '))
  return [
    `${before} → ${after}`,
    `rows: ${rows.before.toLocaleString('en-US')} → ${rows.after.toLocaleString('en-US')}`,
    `columns added: ${names(schema.added)}; removed: ${names(schema.removed)}; of another type: ${names(schema.retyped.map(({ column }) => column))}${schema.reordered ? '; in another order' : ''}`,
    `quality: ${quality.before.summary} → ${quality.after.summary}`,
    drift.drifted.length === 0 ? 'no column has drifted' : `drifted: ${drift.drifted.join(', ')}`,
    changed.length === 0
      ? 'every column has the same statistics'
      : table(
          ['COLUMN', 'MISSING +/-', 'DISTINCT', 'DISTINCT AFTER', 'MEAN', 'MEAN AFTER', 'EFFECT', ''],
          changed
            .slice(0, shownColumns)
            .map(([name, column]) => [
              name,
              column.missingChange,
              column.before?.distinct,
              column.after?.distinct,
              column.before === null ? null : cellOf(column.before, column.before.mean),
              column.after === null ? null : cellOf(column.after, column.after.mean),
              drift.features[name]?.effect,
              drift.features[name]?.drifted === true ? 'DRIFT' : '',
            ]),
        ),
    ...(changed.length > shownColumns
      ? [`and ${changed.length - shownColumns} more columns, which moved less; all with --json`]
      : []),
  ].join('\n')
}
