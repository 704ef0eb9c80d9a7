/**
 * EventBridge event patterns: which events a rule takes.
 * Semantics: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import { AwsError } from '../service.ts'
import { fitsFilter, isKnownFilter } from './value-filter.ts'

type Fields = Readonly<Record<string, unknown>>
export type EventPattern = Fields

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @throws AwsError `InvalidEventPatternException` for what is no pattern, or has an operator that does not exist. */
export function parsePattern(text: string): EventPattern {
  let pattern: unknown
  try {
    pattern = JSON.parse(text)
  } catch {
    throw invalid('Filter is not an object')
  }
  check(pattern, [])
  return pattern
}

function check(pattern: unknown, path: readonly string[]): asserts pattern is EventPattern {
  if (!isFields(pattern))
    throw invalid(
      path.length === 0 ? 'Filter is not an object' : `"${path.at(-1)}" must be an object or an array`,
    )
  const entries = Object.entries(pattern)
  if (entries.length === 0) throw invalid('Empty objects are not allowed')
  for (const [key, rule] of entries) {
    if (key === '$or' && Array.isArray(rule) && rule.every(isFields)) {
      for (const [at, option] of rule.entries()) check(option, [...path, '$or', String(at)])
    } else if (Array.isArray(rule)) {
      if (rule.length === 0) throw invalid('Empty arrays are not allowed')
      for (const filter of rule)
        if (isFields(filter) && !isKnownFilter(filter))
          throw invalid(`Unrecognized match type ${Object.keys(filter)[0] ?? ''}`)
    } else check(rule, [...path, key])
  }
}

const invalid = (reason: string) =>
  new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`)

/** Every field that the pattern names must fit; `$or` asks for one of its alternatives. */
export function matchesPattern(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([key, rule]) => {
    if (key === '$or' && Array.isArray(rule)) return rule.some((option) => matchesPattern(option, event))
    return matchesField(rule, valuesAt(event, key))
  })
}

function matchesField(rule: unknown, values: readonly unknown[]): boolean {
  if (isFields(rule)) {
    // A pattern below a missing field still holds when it asks only for absence.
    const inner = values.filter(isFields)
    return inner.length === 0
      ? matchesPattern(rule, undefined)
      : inner.some((value) => matchesPattern(rule, value))
  }
  if (!Array.isArray(rule)) return false
  const leaves = values.filter((value) => !isFields(value))
  return rule.some((filter) => fitsFilter(filter, leaves))
}

/** The values of a field; an array stands for each of its elements, also one of objects. */
function valuesAt(event: unknown, key: string): unknown[] {
  if (!isFields(event) || !Object.hasOwn(event, key)) return []
  const value = event[key]
  return Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value]
}
