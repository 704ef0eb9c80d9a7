/** What a service asks before it acts: whether it may assume a role, what the role may do, what a resource's policy says. */
import type { AccessChecks, Call } from '../service.ts'
import { evaluate } from './evaluate.ts'
import type { ResourcePolicies } from './resource-policies.ts'
import type { IamStore } from './store.ts'
import { type Trust, trustIn } from './trust.ts'

/** @param enforce false: a refusal is logged and lets the service go on */
export function accessChecks(
  store: IamStore,
  policies: ResourcePolicies,
  enforce: boolean,
  accountId: string,
  log: (line: string) => void,
): AccessChecks {
  const told = (allowed: boolean, line: string) => {
    if (!allowed) log(`iam: ${enforce ? 'refused' : 'would be refused'}: ${line}`)
    return allowed || !enforce
  }
  return {
    trusts(roleArn, service, sourceArn) {
      const trust = store.trust(roleArn)
      // A role that this cloud does not know is not judged, as its calls are not.
      if (trust === undefined) return true
      const context = { 'aws:SourceAccount': accountId, 'aws:SourceArn': sourceArn }
      const allowed = trustIn(trust, { service }, context) === 'named'
      return told(allowed, `${service} may not assume ${roleArn}`)
    },
    permits(service, action, resource, sourceArn, otherwise) {
      const allowed = policies.permits({ service, action, resource, sourceArn, accountId }) ?? otherwise
      return told(allowed, `${service} may not ${action} on ${resource} for ${sourceArn}`)
    },
    allows(roleArn, action, resource) {
      const documents = store.documents(roleArn)
      if (documents === undefined) return true
      const request = { principal: roleArn, action, resource, context: {} }
      const bounded = documents.boundary === undefined || evaluate(request, [documents.boundary]).allowed
      const allowed = bounded && evaluate(request, documents.identity).allowed
      return told(allowed, `${roleArn} may not ${action} on ${resource}`)
    },
  }
}

/** Whether a principal may assume a role: the trust policy names it, or its account, whose policies then allow it. */
export function mayAssume(
  store: IamStore,
  { principal }: Pick<Call, 'principal'>,
  roleArn: string,
  externalId: string | undefined,
): boolean {
  const trust = store.trust(roleArn)
  if (trust === undefined) return true
  const context = {
    'aws:PrincipalArn': principal.arn,
    'aws:PrincipalAccount': principal.accountId,
    'sts:ExternalId': externalId,
    // Whoever sits at the laptop has unlocked it.
    'aws:MultiFactorAuthPresent': principal.arn.endsWith(':root') ? 'true' : undefined,
  }
  const how: Trust = trustIn(trust, { arn: principal.arn }, context)
  if (how !== 'by-account' || principal.arn.endsWith(':root')) return how !== 'none'
  const documents = store.documents(principal.arn)
  if (documents === undefined) return true
  const request = { principal: principal.arn, action: 'sts:AssumeRole', resource: roleArn, context }
  return evaluate(request, documents.identity).allowed
}
