/** Decides whether a profiled table is good enough to go on with, and says in words why not. */
import { ruleMeanings } from '../dataset/rules-sql.ts'
import type { Project } from '../project.ts'
import type { Purpose } from '../stages.ts'
import { counted, type Finding } from './finding.ts'
import { invalidCount, type Profile, type ProfileColumn, type Violation } from './profile.ts'

export interface Quality {
  readonly passed: boolean
  /** Names columns, rows and rules; never a value. */
  readonly summary: string
}

/** Findings named in the summary; state output stays small. */
const shownFindings = 10

/**
 * @param found as `findingsOf` makes them: errors among them stop registration and training. A batch is scored whatever
 * they say; the schema contract alone holds for it too.
 */
export function judgeQuality(
  profile: Profile,
  project: Project,
  purpose: Purpose,
  found: readonly Finding[] = [],
): Quality {
  const findings = [
    ...rowFindings(profile, project, purpose),
    ...project.source.columns.flatMap((rule) => {
      const column = profile.columns[rule.name]
      return column === undefined ? [] : columnFindings(rule.name, column, profile, project)
    }),
    ...(purpose === 'training' ? labelFindings(profile, project) : []),
    ...(purpose === 'inference' ? [] : errorsAmong(found)),
  ]
  if (findings.length === 0) {
    const kept = `${profile.rows} rows keep the schema contract`
    return {
      passed: true,
      summary: [kept, ...(purpose === 'inference' ? [] : warningsAmong(found))].join('; '),
    }
  }
  const more = findings.length > shownFindings ? `; and ${findings.length - shownFindings} more findings` : ''
  return { passed: false, summary: `${findings.slice(0, shownFindings).join('; ')}${more}` }
}

/** Cells that break the contract are told above, with their rows. */
const errorsAmong = (found: readonly Finding[]): string[] =>
  found
    .filter(({ severity, kind }) => severity === 'error' && !kind.startsWith('contract-'))
    .map(({ columns, kind, words }) => {
      const named =
        columns.length === 0
          ? 'the table'
          : `column ${columns.map((name) => JSON.stringify(name)).join(', ')}`
      return `${named} (${kind}): ${words.replace(/\.$/, '')}`
    })

/** `3 warnings: freshness ("sent"), row-count, range ("weight")`: whoever approves a version must not have to look for them. */
function warningsAmong(found: readonly Finding[]): string[] {
  const warnings = found.filter(({ severity }) => severity === 'warning')
  if (warnings.length === 0) return []
  const named = warnings.slice(0, shownFindings).map(({ source, kind, columns }) => {
    const what = source === 'privacy' ? `personal ${kind}` : kind
    const names = columns.map((name) => JSON.stringify(name.slice(0, 60))).join(', ')
    return names === '' ? what : `${what} (${names})`
  })
  const more = warnings.length > shownFindings ? `, and ${warnings.length - shownFindings} more` : ''
  return [`${counted(warnings.length, 'warning')}: ${named.join(', ')}${more}`]
}

function rowFindings(profile: Profile, { quality }: Project, purpose: Purpose): string[] {
  const needed = purpose === 'inference' ? 1 : quality.minRows
  const duplicates = duplicateShare(profile)
  return [
    ...(profile.rows < needed ? [`${profile.rows} rows, at least ${needed} are needed`] : []),
    ...(duplicates > quality.maxDuplicateShare
      ? [
          `${percent(duplicates)} of the rows repeat another, at most ${percent(quality.maxDuplicateShare)} may`,
        ]
      : []),
  ]
}

function columnFindings(
  name: string,
  column: ProfileColumn,
  profile: Profile,
  { quality }: Project,
): string[] {
  const { rows } = profile
  const findings: string[] = []
  if (invalidCount(column) > quality.maxInvalidShare * rows)
    for (const violation of column.violations)
      findings.push(
        `column ${JSON.stringify(name)}, ${placeOf(profile, violation)}: ${ruleMeanings[violation.rule]} ` +
          `(rule ${violation.rule}, ${violation.count} of ${rows} rows)`,
      )
  if (column.nulls > quality.maxMissingShare * rows)
    findings.push(
      `column ${JSON.stringify(name)}: ${percent(column.nulls / rows)} missing, at most ${percent(quality.maxMissingShare)} may be`,
    )
  return findings
}

function labelFindings(profile: Profile, project: Project): string[] {
  const train = profile.features?.sides.train
  if (train === undefined || train.rows === 0) return ['features.sql yields no example on the train side']
  const labelled = train.rows - train.unlabelled
  if (labelled === 0) return ['no example on the train side has a label']
  if (project.task !== 'regression' && (train.positives === 0 || train.positives === labelled))
    return ['all examples on the train side have the same label']
  return []
}

/** `row 1412`, counted from 1 without the header; with several files, the file's URI too. */
export function placeOf(profile: Profile, violation: Violation): string {
  const part = profile.parts.find(({ index }) => index === violation.part)
  const row = (part?.firstRow ?? 0) + violation.row
  const files = new Set(profile.parts.map(({ uri }) => uri))
  return files.size > 1 && part !== undefined ? `row ${row} of ${part.uri}` : `row ${row}`
}

/** Share of rows that repeat another; over several parts read off the sample of row hashes. */
export function duplicateShare(profile: Profile): number {
  if (profile.rows === 0) return 0
  const within = profile.duplicates / profile.rows
  if (profile.parts.length < 2) return within
  const sampled = profile.rowHashes.reduce((sum, [, count]) => sum + count, 0)
  return sampled === 0 ? within : Math.max(within, 1 - profile.rowHashes.length / sampled)
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`
