/** IAM policy documents as data: statements in, JSON out. */
import type { Input } from '@pulumi/pulumi'

export interface Statement {
  readonly Sid?: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** Statements that a component hands out so that a role may use it. */
export type Grant = Input<readonly Statement[]>

export interface PrincipalStatement extends Statement {
  readonly Principal: '*' | Readonly<Record<string, string | readonly string[]>>
}

export const allow = (
  actions: readonly string[],
  resources: readonly string[],
  condition?: Statement['Condition'],
): Statement => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resources,
  ...(condition === undefined ? {} : { Condition: condition }),
})

export function policyDocument(statements: readonly (Statement | PrincipalStatement)[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: merged(statements) })
}

/** Who may assume a role: one service, on behalf of this account only (no confused deputy). */
export function serviceTrust(service: string, accountId: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': accountId } },
      },
    ],
  })
}

/** Statements that differ in their resources alone become one: a managed policy holds 6,144 characters. */
function merged(statements: readonly (Statement | PrincipalStatement)[]) {
  const byKind = new Map<string, Statement | PrincipalStatement>()
  for (const statement of statements) {
    const kind = JSON.stringify({ ...statement, Resource: null })
    const earlier = byKind.get(kind)
    const resources = [...new Set([...(earlier?.Resource ?? []), ...statement.Resource])].sort()
    byKind.set(kind, { ...statement, Resource: resources })
  }
  return [...byKind.values()]
}
