/** Everything worth telling about a profiled table, the gravest first. */
import { ruleMeanings } from '../dataset/rules-sql.ts'
import type { Project, SourceColumn } from '../project.ts'
import { findAnomalies, rowOfFile } from './anomalies.ts'
import { bySeverity, counted, type Finding } from './finding.ts'
import { identifierFindings } from './identifier-findings.ts'
import { invalidCount, type Profile } from './profile.ts'
import { judgeRules, type RuleContext, ruleFindings } from './quality-rules.ts'

export interface FindingContext extends RuleContext {
  /** Name of the environment; @default a place where data are tried out */
  readonly environment?: string | undefined
}

/** Environments that hold real data: a column that seems to identify people stops the run there. */
export const holdsRealData = (environment: string | undefined): boolean =>
  environment === 'staging' || environment === 'prod'

/** What a table is held against; without a project (a plain file) there may be no contract, and there is no rule. */
export interface Contract {
  readonly columns?: readonly SourceColumn[] | undefined
  readonly quality?: Project['quality'] | undefined
}

export const contractOf = ({ source, quality }: Project): Contract => ({ columns: source.columns, quality })

export function findingsOf(
  profile: Profile,
  { columns, quality }: Contract,
  context: FindingContext,
): Finding[] {
  return bySeverity([
    ...contractFindings(profile, columns ?? [], quality?.maxInvalidShare ?? 0),
    ...ruleFindings(judgeRules(profile, quality?.rules ?? [], context)),
    ...identifierFindings(profile, columns, holdsRealData(context.environment) ? 'error' : 'warning'),
    ...findAnomalies(profile, { columns, baseline: context.previous }),
  ])
}

/** Cells that break the schema contract: an error beyond what the project tolerates. */
function contractFindings(
  profile: Profile,
  columns: readonly SourceColumn[],
  maxInvalidShare: number,
): Finding[] {
  return columns.flatMap(({ name }) => {
    const column = profile.columns[name]
    if (column === undefined) return []
    const severity = invalidCount(column) > maxInvalidShare * profile.rows ? 'error' : 'warning'
    return column.violations.map(
      (violation): Finding => ({
        source: 'rule',
        kind: `contract-${violation.rule}`,
        severity,
        columns: [name],
        words: `${counted(violation.count, 'cell')} ${violation.count === 1 ? 'is' : 'are'} ${ruleMeanings[violation.rule]}.`,
        do: 'Correct the file, or the schema contract in the project.',
        count: violation.count,
        share: violation.count / Math.max(1, profile.rows),
        rows: [rowOfFile(profile, violation)],
      }),
    )
  })
}
