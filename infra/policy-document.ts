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

/** Characters that a managed policy holds; white space is not counted, and there is none. */
export const policyLimit = 6_144

/**
 * Cuts statements, in their order, into documents that fit a managed policy each: a role with many projects has several.
 * A statement that fits none stands alone, and the rule `policy-fits` refuses it.
 * @returns where each document begins and ends among the statements
 */
export function policyParts(
  statements: readonly Statement[],
): readonly (readonly [from: number, to: number])[] {
  const parts: [number, number][] = []
  for (const at of statements.keys()) {
    const last = parts.at(-1)
    if (last !== undefined && policyDocument(statements.slice(last[0], at + 1)).length <= policyLimit)
      last[1] = at + 1
    else parts.push([at, at + 1])
  }
  return parts
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

/** Statements that differ in their resources alone become one: a document has to fit. */
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
