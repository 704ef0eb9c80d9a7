/** Refuses a table whose profile counts more broken cells in a column than the project allows. */
import * as z from 'zod'
import { RegimenError } from '../errors.ts'
import type { Project, SourceColumn } from '../project.ts'
import { checkedFindings } from './quality-check.ts'
import { ruleMeanings, rules } from './rules-sql.ts'

const count = z.int().min(0)

/** What registration reads of a profile (functions/profile/profile.ts holds the whole of it). */
export const checkedProfile = z.object({
  rows: count,
  findings: checkedFindings,
  parts: z.array(z.object({ index: count, uri: z.string(), firstRow: count })),
  columns: z.record(
    z.string(),
    z.object({
      violations: z.array(z.object({ rule: z.enum(rules), count, part: count, row: z.int() })).default([]),
    }),
  ),
})
export type CheckedProfile = z.output<typeof checkedProfile>

/** @throws RegimenError `DatasetSchemaMismatch` naming column, row and rule; never a value. */
export function requireContract(profile: CheckedProfile, project: Project): void {
  for (const column of project.source.columns) {
    const violations = profile.columns[column.name]?.violations ?? []
    const broken = violations.reduce((sum, violation) => sum + violation.count, 0)
    const [first] = violations
    if (first === undefined || broken <= project.quality.maxInvalidShare * profile.rows) continue
    const part = profile.parts.find(({ index }) => index === first.part)
    throw new RegimenError('DatasetSchemaMismatch', {
      what: `column ${JSON.stringify(column.name)} has a cell that is ${ruleMeanings[first.rule]}`,
      where: `row ${(part?.firstRow ?? 0) + first.row} of ${part?.uri ?? 'the table'} (rule ${first.rule}, ${broken} cells)`,
      expected: expectation(column, first.rule),
      do: 'correct the file, or the schema contract in the project; nothing was registered',
    })
  }
}

function expectation({ type, levels, min, max }: SourceColumn, rule: keyof typeof ruleMeanings): string {
  if (rule === 'level') return `one of the ${levels?.length ?? 0} levels of the contract`
  if (rule === 'range') return `${min ?? '-∞'} to ${max ?? '∞'}`
  return rule === 'null' ? 'a value in every row' : `type ${type}`
}
