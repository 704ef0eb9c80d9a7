/** Condition operators of IAM policies; an operator that is not here is refused, never ignored. */
import { matchesArn, matchesWildcard } from './wildcard.ts'

/** Condition key (any case) to its value or values. */
export type ConditionContext = Readonly<Record<string, string | readonly string[] | undefined>>

type Test = (given: string, wanted: string) => boolean

const number =
  (compare: (given: number, wanted: number) => boolean): Test =>
  (given, wanted) =>
    compare(Number(given), Number(wanted))
const date =
  (compare: (given: number, wanted: number) => boolean): Test =>
  (given, wanted) =>
    compare(Date.parse(given), Date.parse(wanted))

/** Operator to its test and, for a negated one, `negated`: it holds when no value matches, also when the key is absent. */
const operators: Readonly<Record<string, { test: Test; negated?: true }>> = {
  StringEquals: { test: (given, wanted) => given === wanted },
  StringNotEquals: { test: (given, wanted) => given === wanted, negated: true },
  StringEqualsIgnoreCase: { test: (given, wanted) => given.toLowerCase() === wanted.toLowerCase() },
  StringNotEqualsIgnoreCase: {
    test: (given, wanted) => given.toLowerCase() === wanted.toLowerCase(),
    negated: true,
  },
  StringLike: { test: (given, wanted) => matchesWildcard(wanted, given) },
  StringNotLike: { test: (given, wanted) => matchesWildcard(wanted, given), negated: true },
  ArnEquals: { test: (given, wanted) => matchesArn(wanted, given) },
  ArnNotEquals: { test: (given, wanted) => matchesArn(wanted, given), negated: true },
  ArnLike: { test: (given, wanted) => matchesArn(wanted, given) },
  ArnNotLike: { test: (given, wanted) => matchesArn(wanted, given), negated: true },
  Bool: { test: (given, wanted) => given.toLowerCase() === wanted.toLowerCase() },
  NumericEquals: { test: number((given, wanted) => given === wanted) },
  NumericNotEquals: { test: number((given, wanted) => given === wanted), negated: true },
  NumericLessThan: { test: number((given, wanted) => given < wanted) },
  NumericLessThanEquals: { test: number((given, wanted) => given <= wanted) },
  NumericGreaterThan: { test: number((given, wanted) => given > wanted) },
  NumericGreaterThanEquals: { test: number((given, wanted) => given >= wanted) },
  DateEquals: { test: date((given, wanted) => given === wanted) },
  DateNotEquals: { test: date((given, wanted) => given === wanted), negated: true },
  DateLessThanEquals: { test: date((given, wanted) => given <= wanted) },
  DateGreaterThanEquals: { test: date((given, wanted) => given >= wanted) },
  DateLessThan: { test: date((given, wanted) => given < wanted) },
  DateGreaterThan: { test: date((given, wanted) => given > wanted) },
}

export class UnknownConditionOperator extends Error {
  override readonly name = 'UnknownConditionOperator'
}

/** One operator block `{key: values}`: all keys must hold. @throws UnknownConditionOperator */
export function conditionHolds(
  operator: string,
  block: Readonly<Record<string, readonly string[]>>,
  context: ConditionContext,
): boolean {
  const { set, name, ifExists } = parseOperator(operator)
  return Object.entries(block).every(([key, wanted]) => {
    const given = lookUp(context, key)
    if (name === 'Null')
      return wanted.some((value) => (given === undefined) === (value.toLowerCase() === 'true'))
    const known = operators[name]
    if (known === undefined)
      throw new UnknownConditionOperator(
        `unknown condition operator: ${operator}; expected one of ${[...Object.keys(operators), 'Null'].join(', ')}, with ForAllValues:, ForAnyValue: or IfExists`,
      )
    if (given === undefined)
      return ifExists || set === 'ForAllValues' || (known.negated === true && set === undefined)
    const matches = (value: string) =>
      wanted.some((pattern) => known.test(value, substitute(pattern, context))) !== (known.negated === true)
    return set === 'ForAnyValue' ? given.some(matches) : given.every(matches)
  })
}

function parseOperator(operator: string) {
  const [, set, name = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(.+?)(IfExists)?$/.exec(operator) ?? []
  return { set, name, ifExists: ifExists !== undefined }
}

function lookUp(context: ConditionContext, key: string): readonly string[] | undefined {
  const lower = key.toLowerCase()
  const found = Object.entries(context).find(([name]) => name.toLowerCase() === lower)?.[1]
  return found === undefined ? undefined : [found].flat()
}

const noValue = '\u0000'
/** Whether a substituted pattern held a variable without a value. */
export const hasNoValue = (pattern: string) => pattern.includes(noValue)

/** Policy variables `${aws:PrincipalArn}`; one without a value matches nothing. */
export function substitute(pattern: string, context: ConditionContext): string {
  return pattern.replace(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name === '*' || name === '?' || name === '$') return name
    return lookUp(context, name)?.[0] ?? noValue
  })
}
