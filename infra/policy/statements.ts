/** The statements of an IAM policy document, read leniently: one action is a list of one. */
import { isText, list } from './graph.ts'

export interface PolicyStatement {
  readonly sid: string
  readonly allow: boolean
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  /** `*`, or `Service:events.amazonaws.com`, `AWS:arn…`, `Federated:…`. */
  readonly principals: readonly string[]
  readonly condition: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly exceptActions: boolean
}

type Document = Readonly<Record<string, unknown>>

/** No document, or one that is no JSON, has no statements. */
export function statementsOf(document: unknown): readonly PolicyStatement[] {
  return list(parsed(document)?.Statement).flatMap((statement) =>
    isObject(statement) ? [read(statement)] : [],
  )
}

function read(statement: Document): PolicyStatement {
  return {
    sid: String(statement.Sid ?? ''),
    allow: statement.Effect === 'Allow',
    actions: list(statement.Action).filter(isText),
    resources: list(statement.Resource).filter(isText),
    principals: principals(statement.Principal),
    condition: isObject(statement.Condition) ? conditions(statement.Condition) : {},
    exceptActions: statement.NotAction !== undefined,
  }
}

const isObject = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parsed(document: unknown): Document | undefined {
  if (isObject(document)) return document
  if (typeof document !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(document)
    return isObject(value) ? value : undefined
  } catch {
    // Neither is it one for AWS, which refuses it.
    return undefined
  }
}

function principals(principal: unknown): string[] {
  if (isText(principal)) return [principal]
  if (!isObject(principal)) return []
  return Object.entries(principal).flatMap(([kind, who]) =>
    list(who).map((each) => (each === '*' ? '*' : `${kind}:${String(each)}`)),
  )
}

function conditions(condition: Document): PolicyStatement['condition'] {
  return Object.fromEntries(
    Object.entries(condition).map(([operator, block]) => [operator, isObject(block) ? block : {}]),
  )
}

/** Whether a condition speaks of the key, by whatever operator. */
export function conditionsOn({ condition }: PolicyStatement, key: string): boolean {
  return Object.values(condition).some((block) =>
    Object.keys(block).some((name) => name.toLowerCase() === key.toLowerCase()),
  )
}

/** A refusal of everything that does not come over TLS. */
export function deniesPlaintext({ allow, principals, condition }: PolicyStatement): boolean {
  return !allow && principals.includes('*') && String(condition.Bool?.['aws:SecureTransport']) === 'false'
}

/** An open door: anybody, and nothing that narrows who that is. */
export function isOpen(statement: PolicyStatement): boolean {
  const narrowing = [
    'aws:SourceAccount',
    'aws:SourceArn',
    'aws:PrincipalOrgID',
    'aws:PrincipalArn',
    'aws:PrincipalAccount',
    'aws:SourceVpce',
    'kms:CallerAccount',
  ]
  return (
    statement.allow &&
    statement.principals.includes('*') &&
    !narrowing.some((key) => conditionsOn(statement, key))
  )
}
