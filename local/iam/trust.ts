/** Decides by a role's trust policy who may assume it: explicit deny, then allow, otherwise nobody. */
import { type ConditionContext, conditionHolds, UnknownConditionOperator } from './condition.ts'
import type { PolicyDocument, PolicyStatement } from './policy-document.ts'
import { matchesWildcard } from './wildcard.ts'

/** A service by its name (`states.amazonaws.com`), or a principal of an account by its ARN. */
export type Assumer = { readonly service: string } | { readonly arn: string }

/** How a trust policy names who asks: itself, its account as a whole (whose policies then decide), or not at all. */
export type Trust = 'named' | 'by-account' | 'none'

export function trustIn(document: PolicyDocument, assumer: Assumer, context: ConditionContext): Trust {
  const matching = document.Statement.filter((statement) => isAbout(statement, context)).map((statement) => ({
    effect: statement.Effect,
    how: naming(statement, assumer),
  }))
  const found = matching.filter(({ how }) => how !== 'none')
  if (found.some(({ effect }) => effect === 'Deny')) return 'none'
  if (found.some(({ how }) => how === 'named')) return 'named'
  return found.length > 0 ? 'by-account' : 'none'
}

function isAbout(
  { Effect, Action, NotAction, Condition }: PolicyStatement,
  context: ConditionContext,
): boolean {
  const about = (patterns: readonly string[]) =>
    patterns.some((pattern) => matchesWildcard(pattern, 'sts:AssumeRole', true))
  if (Action !== undefined ? !about(Action) : about(NotAction ?? [])) return false
  try {
    return Object.entries(Condition ?? {}).every(([operator, block]) =>
      conditionHolds(operator, block, context),
    )
  } catch (error) {
    // What cannot be evaluated must not silently allow, and denies where it stands in a denial.
    if (error instanceof UnknownConditionOperator) return Effect === 'Deny'
    throw error
  }
}

function naming({ Principal }: PolicyStatement, assumer: Assumer): Trust {
  if (Principal === '*') return 'named'
  if (typeof Principal !== 'object' || Principal === null) return 'none'
  const kind = 'service' in assumer ? 'Service' : 'AWS'
  const names = [Reflect.get(Principal, kind)].flat().filter((name) => typeof name === 'string')
  if ('service' in assumer) return names.includes(assumer.service) ? 'named' : 'none'
  if (names.includes(assumer.arn) || names.includes('*')) return 'named'
  const [, partition, , , account] = assumer.arn.split(':')
  const whole = [account, `arn:${partition}:iam::${account}:root`]
  return names.some((name) => whole.includes(name)) ? 'by-account' : 'none'
}
