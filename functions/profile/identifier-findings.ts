/** Columns that seem to hold identifiers and are not classed so, as findings; no value is named. */
import { detectIdentifier, type IdentifierFinding, wordsOf } from '../privacy/detect-identifiers.ts'
import type { SourceColumn } from '../project.ts'
import { type Finding, percent } from './finding.ts'
import type { Profile, ProfileColumn } from './profile.ts'
import { distinct } from './quantiles.ts'

/** What every column of an examined table seems to hold, whatever it is classed as. */
export function detectIdentifiers(profile: Profile): IdentifierFinding[] {
  const { identifiers = {} } = profile.examination ?? {}
  return Object.entries(profile.columns).flatMap(([name, column]) => {
    const sample = identifiers[name]
    const found =
      sample === undefined
        ? undefined
        : detectIdentifier(name, sample, { count: column.count, distinct: distinct(column) })
    const told = found ?? highAge(name, column)
    return told === undefined ? [] : [told]
  })
}

/** From 90 on an age is an item of the list; beyond the oldest person it is no age. */
const [leastAge, mostAge] = [90, 130]

function highAge(name: string, column: ProfileColumn): IdentifierFinding | undefined {
  if (column.kind !== 'numeric' || column.type === 'timestamp' || column.max === null) return undefined
  if (column.max < leastAge || column.max > mostAge) return undefined
  if (!/ (?:age|age (?:in )?years?|age at \p{L}+) $/u.test(wordsOf(name))) return undefined
  return { column: name, kind: 'age', item: 'C', words: 'age above 89', phi: 'quasi', by: 'name', share: 0 }
}

const classes = { none: 0, quasi: 1, direct: 2 } as const

/**
 * @param columns what the project says; without a project nothing is classed.
 * @param severity `warning` where data are tried out, `error` where they are real: staging and prod.
 */
export function identifierFindings(
  profile: Profile,
  columns: readonly SourceColumn[] | undefined,
  severity: 'error' | 'warning',
): Finding[] {
  const described = new Map(columns?.map((column) => [column.name, column]))
  return detectIdentifiers(profile).flatMap((found): Finding[] => {
    const source = described.get(found.column)
    if (source !== undefined && (source.phiReviewed || classes[source.phi] >= classes[found.phi])) return []
    return [
      {
        source: 'privacy',
        kind: found.kind,
        severity,
        columns: [found.column],
        words: `Seems to hold ${withArticle(found.words)} (Safe Harbor item ${found.item}), ${evidence(found)}.`,
        do:
          columns === undefined
            ? `Class it phi: '${found.phi}' in the schema before the table is shared.`
            : `Class it phi: '${found.phi}' in the project, or set phiReviewed if somebody looked and it is none.`,
        share: found.share,
      },
    ]
  })
}

const withArticle = (words: string) => `${/^[aeio]/i.test(words) ? 'an' : 'a'} ${words}`

const evidence = ({ by, share }: IdentifierFinding) =>
  by === 'name'
    ? 'by its name'
    : `by ${percent(share)} of a sample of its values${by === 'both' ? ' and by its name' : ''}`
