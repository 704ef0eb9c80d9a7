/** Profiles the examples of a part: features over the train side alone, labels per side. */
import type { OpenPart } from '../dataset/part-store.ts'
import { textsOf } from '../duckdb-store.ts'
import { sides } from '../layout.ts'
import type { Project } from '../project.ts'
import { quoteName } from '../quote-sql.ts'
import { readLevels, readNumbers } from './column-store.ts'
import type { Profile } from './profile.ts'

/** Needs the table `examples`. Unlabelled examples teach nothing and are not in the features' profile. */
export async function profileExamples(
  { database }: OpenPart,
  project: Project,
): Promise<NonNullable<Profile['features']>> {
  const grouped = await database.columns(
    `SELECT side, count(*)::DOUBLE AS n, count(*) FILTER (label > 0.5)::DOUBLE AS positives,
       count(*) FILTER (label IS NULL)::DOUBLE AS unlabelled, coalesce(sum(label), 0)::DOUBLE AS total
     FROM examples GROUP BY side`,
  )
  const summaries = sides.map((side) => {
    const at = textsOf(grouped.columns.side).indexOf(side)
    const answer = (name: string) => (at < 0 ? 0 : Number(grouped.columns[name]?.[at]))
    const { rows, positives, unlabelled, sum } = {
      rows: answer('n'),
      positives: answer('positives'),
      unlabelled: answer('unlabelled'),
      sum: answer('total'),
    }
    return [side, { rows, positives, unlabelled, sum }] as const
  })
  const train = `(SELECT * FROM examples WHERE side = 'train' AND label IS NOT NULL)`
  const size = await database.columns(`SELECT count(*)::DOUBLE AS n FROM ${train}`)
  const rows = Number(size.columns.n?.[0])
  const columns: [string, NonNullable<Profile['features']>['columns'][string]][] = []
  for (const { name, kind } of project.features) {
    const base = { unreadable: 0, violations: [] }
    await database.run(
      `CREATE OR REPLACE TEMP TABLE cell_values AS SELECT ${quoteName(name)} AS v, count(*) AS n FROM ${train} GROUP BY v`,
    )
    if (kind === 'numeric') {
      const summary = await readNumbers(database, 'v', { origin: 0 })
      columns.push([
        name,
        { kind: 'numeric', type: 'number', ...base, nulls: rows - summary.count, ...summary },
      ])
    } else {
      const summary = await readLevels(database, 'v')
      columns.push([
        name,
        { kind: 'category', type: 'category', ...base, nulls: rows - summary.count, ...summary },
      ])
    }
  }
  return { columns: Object.fromEntries(columns), sides: Object.fromEntries(summaries) }
}
