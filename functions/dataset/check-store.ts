/** Holds every row of a planned file against the schema contract, so that a bad file is refused at the door. */
import { RegimenError } from '../errors.ts'
import type { Project, SourceColumn } from '../project.ts'
import type { Part } from '../stages.ts'
import { openPart } from './part-store.ts'
import { checkedColumns, ruleMeanings } from './rules-sql.ts'
import { type Broken, checkColumns } from './rules-store.ts'

/** Parts checked at registration; the profile of a run checks all of them. */
const maxParts = 16

interface Tally {
  rows: number
  broken: number
  first?: { violation: Broken['violations'][number]; part: Part }
}

/**
 * @returns rows checked. @throws RegimenError `DatasetSchemaMismatch` naming column, row and rule, when more cells of a
 * column break the contract than the project's quality rules allow.
 */
export async function checkParts(parts: readonly Part[], project: Project): Promise<number> {
  const tallies = new Map<SourceColumn, Tally>()
  let rows = 0
  for (const part of parts.slice(0, maxParts)) {
    const open = await openPart(part, project.source)
    try {
      rows += open.rows
      const checked = checkedColumns(project.source.columns, open.header)
      const found = await checkColumns(open.database, checked)
      for (const [place, broken] of found.entries()) {
        const column = checked[place]?.column
        if (column !== undefined) add(tallies, column, open.rows, part, broken)
      }
    } finally {
      await open.close()
    }
  }
  for (const [column, { rows: seen, broken, first }] of tallies)
    if (first !== undefined && broken > project.quality.maxInvalidShare * seen)
      throw mismatch(column, broken, first)
  return rows
}

function add(
  tallies: Map<SourceColumn, Tally>,
  column: SourceColumn,
  rows: number,
  part: Part,
  broken: Broken,
): void {
  const tally: Tally = tallies.get(column) ?? { rows: 0, broken: 0 }
  tally.rows += rows
  for (const violation of broken.violations) {
    tally.broken += violation.count
    tally.first ??= { violation, part }
  }
  tallies.set(column, tally)
}

function mismatch(column: SourceColumn, broken: number, first: NonNullable<Tally['first']>): RegimenError {
  const { violation, part } = first
  return new RegimenError('DatasetSchemaMismatch', {
    what: `column ${JSON.stringify(column.name)} has a cell that is ${ruleMeanings[violation.rule]}`,
    where: `row ${(part.firstRow ?? 0) + violation.row} of ${part.uri} (rule ${violation.rule}, ${broken} cells)`,
    expected: expectation(column, violation.rule),
    do: 'correct the file, or the schema contract in the project; nothing was registered',
  })
}

function expectation({ type, levels, min, max }: SourceColumn, rule: keyof typeof ruleMeanings): string {
  if (rule === 'level') return `one of the ${levels?.length ?? 0} levels of the contract`
  if (rule === 'range') return `${min ?? '-∞'} to ${max ?? '∞'}`
  return rule === 'null' ? 'a value in every row' : `type ${type}`
}
