/** The project's quality rules held against a merged profile: what is broken, by how much, and where first. */
import type { Project, QualityRule } from '../project.ts'
import { counted, type Finding, percent } from './finding.ts'
import { outliersRows } from './outlier-rows.ts'
import type { Profile, ProfileColumn, Violation } from './profile.ts'
import { weightedValues } from './quantiles.ts'

export interface RuleContext {
  /** Milliseconds since 1970: what freshness is measured from. */
  readonly now: number
  /** Of the version before; without it a change of the row count cannot be judged. */
  readonly previous?: Profile | undefined
}

export interface RuleOutcome {
  readonly rule: QualityRule
  /** null: cannot be judged; `words` says why. */
  readonly passed: boolean | null
  readonly columns: readonly string[]
  readonly words: string
  readonly count?: number
  readonly share?: number
  readonly rows?: readonly number[]
}

/** The keys that rules ask to be unique: what the second look at the rows has to look for. */
export const keysOf = ({ quality }: Pick<Project, 'quality'>): string[][] =>
  quality.rules.flatMap((rule) => (rule.rule === 'uniqueness' ? [rule.columns] : []))

const dayMilliseconds = 86_400_000

export const judgeRules = (
  profile: Profile,
  rules: readonly QualityRule[],
  context: RuleContext,
): RuleOutcome[] => rules.map((rule) => judge(profile, rule, context))

/** Broken rules as findings; those that cannot be judged are notes. */
export const ruleFindings = (outcomes: readonly RuleOutcome[]): Finding[] =>
  outcomes.flatMap(({ rule, passed, columns, words, count, share, rows }) =>
    passed === true
      ? []
      : [
          {
            source: 'rule' as const,
            kind: rule.rule,
            severity: passed === null ? ('note' as const) : rule.severity,
            columns: [...columns],
            words,
            do: passed === null ? 'Nothing, unless the rule was meant to hold here.' : remedies[rule.rule],
            ...(count === undefined ? {} : { count }),
            ...(share === undefined ? {} : { share }),
            ...(rows === undefined || rows.length === 0 ? {} : { rows: [...rows] }),
          },
        ],
  )

const remedies: Record<QualityRule['rule'], string> = {
  schema: 'Correct the cells at their source, or the type in the schema contract.',
  range: 'Correct the rows, or widen the rule if the values are right.',
  levels: 'Correct the cells, or add the new levels to the rule.',
  completeness: 'Ask the source why the field is not filled.',
  uniqueness: 'Keep one row of each key, or name the columns that tell the rows apart.',
  freshness: 'Fetch a newer extract.',
  'row-count': 'Check that the extract is whole, and not loaded twice.',
}

function judge(profile: Profile, rule: QualityRule, context: RuleContext): RuleOutcome {
  switch (rule.rule) {
    case 'schema':
      return judgeSchema(profile, rule)
    case 'row-count':
      return judgeRowCount(profile, rule, context.previous)
    case 'uniqueness':
      return judgeUniqueness(profile, rule)
    case 'range':
    case 'levels':
    case 'completeness':
    case 'freshness': {
      const column = profile.columns[rule.column]
      if (column === undefined) return unknown(rule, [rule.column], 'The table has no such column.')
      if (rule.rule === 'range') return judgeRange(profile, rule, column)
      if (rule.rule === 'levels') return judgeLevels(rule, column)
      if (rule.rule === 'completeness') return judgeCompleteness(profile, rule, column)
      return judgeFreshness(rule, column, context.now)
    }
  }
}

type Of<Name extends QualityRule['rule']> = Extract<QualityRule, { rule: Name }>

const unknown = (rule: QualityRule, columns: readonly string[], words: string): RuleOutcome => ({
  rule,
  passed: null,
  columns,
  words,
})

/** The share of `all` that may break a rule; a table without rows breaks none. */
function tolerance(rule: QualityRule, columns: readonly string[], broken: Broken): RuleOutcome {
  const { count, all, allowed, words, rows = [] } = broken
  const share = all === 0 ? 0 : count / all
  return { rule, passed: !(share > allowed), columns, words, count, share, rows }
}

interface Broken {
  readonly count: number
  readonly all: number
  readonly allowed: number
  readonly words: string
  readonly rows?: readonly number[]
}

function judgeSchema(profile: Profile, rule: Of<'schema'>): RuleOutcome {
  const names = rule.columns ?? Object.keys(profile.columns)
  const absent = names.filter((name) => profile.columns[name] === undefined)
  const broken = names.flatMap((name) => {
    const column = profile.columns[name]
    return column !== undefined && column.unreadable > rule.maxShare * profile.rows ? [{ name, column }] : []
  })
  if (absent.length > 0)
    return {
      rule,
      passed: false,
      columns: absent,
      words: `${counted(absent.length, 'column')} of the rule ${absent.length === 1 ? 'is' : 'are'} not in the table.`,
    }
  const count = broken.reduce((sum, { column }) => sum + column.unreadable, 0)
  const rows = broken.flatMap(({ column }) =>
    rowsOf(
      profile,
      column.violations.filter((each) => each.rule === 'type'),
    ),
  )
  return {
    rule,
    passed: broken.length === 0,
    columns: broken.length === 0 ? names : broken.map(({ name }) => name),
    words: `${counted(count, 'cell')} cannot be read as the column's type.`,
    count,
    share: profile.rows === 0 || names.length === 0 ? 0 : count / (profile.rows * names.length),
    rows,
  }
}

function judgeRange(profile: Profile, rule: Of<'range'>, column: ProfileColumn): RuleOutcome {
  if (column.kind !== 'numeric') return unknown(rule, [rule.column], 'The column is no number.')
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = rule
  const listed = weightedValues(column).reduce(
    (sum, [value, count]) => (value < min || value > max ? sum + count : sum),
    0,
  )
  // Beyond 1,000 values they are counted in bins of 1 %; least and greatest are exact.
  const isBroken = (column.min ?? min) < min || (column.max ?? max) > max
  const count = isBroken ? Math.max(1, listed) : 0
  const about = column.levels === undefined && count > 0 ? 'About ' : ''
  return tolerance(rule, [rule.column], {
    count,
    all: profile.rows,
    allowed: rule.maxShare,
    words: `${about}${counted(count, 'value')} outside ${rule.min ?? '−∞'} to ${rule.max ?? '∞'}.`,
    rows: outliersRows(profile, rule.column, { low: min, high: max }),
  })
}

function judgeLevels(rule: Of<'levels'>, column: ProfileColumn): RuleOutcome {
  if (column.kind !== 'category')
    return unknown(rule, [rule.column], 'The levels of the column are not listed.')
  const allowed = new Set(rule.levels)
  const foreign = column.levels.filter(([level]) => !allowed.has(level))
  // Levels that are not listed are none of the rule's, which are listed unless they are the rarest of all.
  const count = foreign.reduce((sum, [, each]) => sum + each, 0) + column.otherCount
  return tolerance(rule, [rule.column], {
    count,
    all: column.count,
    allowed: rule.maxShare,
    words: `${counted(count, 'value')} of ${counted(foreign.length, 'level')} that the rule does not know.`,
  })
}

function judgeCompleteness(profile: Profile, rule: Of<'completeness'>, column: ProfileColumn): RuleOutcome {
  const share = profile.rows === 0 ? 1 : column.count / profile.rows
  return {
    rule,
    passed: share >= rule.minShare,
    columns: [rule.column],
    words: `${percent(share)} of the rows have a value, at least ${percent(rule.minShare)} must.`,
    count: profile.rows - column.count,
    share: 1 - share,
    rows: rowsOf(
      profile,
      column.violations.filter((each) => each.rule === 'null'),
    ),
  }
}

function judgeUniqueness(profile: Profile, rule: Of<'uniqueness'>): RuleOutcome {
  const found = profile.examination?.keys.find(
    ({ columns }) => columns.join('\u0000') === rule.columns.join('\u0000'),
  )
  if (found === undefined) return unknown(rule, rule.columns, 'The rows were not looked at for this key.')
  // Within a part every repetition is counted; across parts it is read off the sample of the smallest hashes.
  const sampled = found.hashes.reduce((sum, [, count]) => sum + count, 0)
  const across = sampled === 0 ? 0 : 1 - found.hashes.length / sampled
  const isEstimate = profile.parts.length > 1 && across * profile.rows > found.repeated
  const count = isEstimate ? Math.max(1, Math.round(across * profile.rows)) : found.repeated
  return tolerance(rule, rule.columns, {
    count,
    all: profile.rows,
    allowed: rule.maxShare,
    words: `${isEstimate ? 'About ' : ''}${counted(count, 'row repeats', 'rows repeat')} the key of another.`,
    rows: found.first === undefined ? [] : rowsOf(profile, [found.first]),
  })
}

function judgeFreshness(rule: Of<'freshness'>, column: ProfileColumn, now: number): RuleOutcome {
  if (column.kind !== 'numeric' || column.type !== 'timestamp')
    return unknown(rule, [rule.column], 'The column holds no times.')
  if (column.max === null)
    return { rule, passed: false, columns: [rule.column], words: 'No row has a time.', count: 0 }
  const days = (now - column.max * 1_000) / dayMilliseconds
  // A clock of another zone is at most a day ahead; one time beyond would make any old table look new.
  if (days < -1)
    return {
      rule,
      passed: false,
      columns: [rule.column],
      words: `The newest time lies ${(-days).toFixed(1)} days ahead, so that nothing tells how old the table is.`,
    }
  return {
    rule,
    passed: days <= rule.maxAgeDays,
    columns: [rule.column],
    words: `The newest time is ${days.toFixed(1)} days old, at most ${rule.maxAgeDays} may pass.`,
  }
}

function judgeRowCount(profile: Profile, rule: Of<'row-count'>, previous: Profile | undefined): RuleOutcome {
  if (previous === undefined || previous.rows === 0)
    return unknown(rule, [], 'There is no version before to compare with.')
  const change = profile.rows / previous.rows - 1
  return {
    rule,
    passed: change >= -rule.maxFall && change <= rule.maxRise,
    columns: [],
    words: `${counted(profile.rows, 'row')}, ${percent(Math.abs(change))} ${change < 0 ? 'fewer' : 'more'} than the version before; −${percent(rule.maxFall)} to +${percent(rule.maxRise)} may be.`,
    count: profile.rows,
    share: Math.abs(change),
  }
}

const rowsOf = ({ parts }: Profile, places: readonly Pick<Violation, 'part' | 'row'>[]): number[] =>
  places.map(({ part, row }) => (parts.find(({ index }) => index === part)?.firstRow ?? 0) + row)
