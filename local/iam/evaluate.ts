/** Decides one request by identity policies, as IAM does: explicit deny, then allow, otherwise denied. */
import {
  type ConditionContext,
  conditionHolds,
  hasNoValue,
  substitute,
  UnknownConditionOperator,
} from './condition.ts'
import type { PolicyDocument, PolicyStatement } from './policy-document.ts'
import { matchesArn, matchesWildcard } from './wildcard.ts'

export interface AccessRequest {
  readonly principal: string
  /** `s3:GetObject` */
  readonly action: string
  readonly resource: string
  readonly context: ConditionContext
}

export interface Decision {
  readonly allowed: boolean
  readonly reason: string
}

/** Policies of one role. A statement that cannot be evaluated denies: it must not silently allow. */
export function evaluate(request: AccessRequest, policies: readonly PolicyDocument[]): Decision {
  const context = {
    'aws:PrincipalArn': request.principal,
    'aws:PrincipalAccount': request.principal.split(':')[4],
    ...request.context,
  }
  const statements = policies.flatMap(({ Statement }) => Statement)
  try {
    const matching = statements.filter((statement) => applies(statement, request, context))
    const denied = matching.find(({ Effect }) => Effect === 'Deny')
    if (denied !== undefined) return { allowed: false, reason: `an explicit deny${sid(denied)}` }
    const allowed = matching.find(({ Effect }) => Effect === 'Allow')
    if (allowed !== undefined) return { allowed: true, reason: `allowed${sid(allowed)}` }
    return { allowed: false, reason: 'no identity-based policy allows it' }
  } catch (error) {
    if (error instanceof UnknownConditionOperator) return { allowed: false, reason: error.message }
    throw error
  }
}

const sid = ({ Sid }: PolicyStatement) => (Sid === undefined ? '' : ` by ${Sid}`)

/** With a variable that has no value nobody can say what of the service's resources is left out: nothing applies. */
function leavesOpen(pattern: string, resource: string): boolean {
  if (!hasNoValue(pattern)) return false
  const [wanted, given] = [pattern.split(':'), resource.split(':')]
  return [0, 1, 2, 3, 4].every((part) => matchesWildcard(wanted[part] ?? '', given[part] ?? ''))
}

function applies(statement: PolicyStatement, request: AccessRequest, context: ConditionContext): boolean {
  const { Action, NotAction, Resource, NotResource, Condition } = statement
  const onAction = (patterns: readonly string[]) =>
    patterns.some((pattern) => matchesWildcard(pattern, request.action, true))
  const resolved = (patterns: readonly string[]) => patterns.map((pattern) => substitute(pattern, context))
  const onResource = (patterns: readonly string[]) =>
    resolved(patterns).some((pattern) => matchesArn(pattern, request.resource))
  if (Action !== undefined && !onAction(Action)) return false
  if (NotAction !== undefined && onAction(NotAction)) return false
  if (Resource !== undefined && !onResource(Resource)) return false
  if (
    NotResource !== undefined &&
    (onResource(NotResource) ||
      resolved(NotResource).some((pattern) => leavesOpen(pattern, request.resource)))
  )
    return false
  return Object.entries(Condition ?? {}).every(([operator, block]) =>
    conditionHolds(operator, block, context),
  )
}
