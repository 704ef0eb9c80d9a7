/** Checks an action's input by its schema, and refuses it in the words that AWS's own validation uses. */
import * as z from 'zod'
import { AwsError, type Json } from './service.ts'

/** A timestamp as any protocol hands it over: a Date, epoch seconds, or ISO 8601. */
export const timestamp = z.preprocess(
  (value) =>
    typeof value === 'number' ? new Date(value * 1000) : typeof value === 'string' ? new Date(value) : value,
  z.date(),
)

/** @throws AwsError `code` with `1 validation error detected: Value … at '…' failed to satisfy constraint: Member …`. */
export function acceptInput<Schema extends z.ZodType>(
  schema: Schema,
  input: Json,
  code = 'ValidationException',
): z.output<Schema> {
  const result = schema.safeParse(input, { reportInput: true })
  if (result.success) return result.data
  const { issues } = result.error
  const count = `${issues.length} validation error${issues.length === 1 ? '' : 's'} detected`
  throw new AwsError(code, `${count}: ${issues.map(finding).join('; ')}`)
}

type Issue = z.core.$ZodIssue

function finding(issue: Issue): string {
  if (issue.code === 'custom') return issue.message
  const value = issue.input === undefined ? 'null' : `'${text(issue.input)}'`
  return `Value ${value} at '${place(issue.path)}' failed to satisfy constraint: ${constraint(issue)}`
}

function constraint(issue: Issue): string {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'Member must not be null' : `Member must be of type ${issue.expected}`
  if (issue.code === 'invalid_value')
    return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`
  if (issue.code === 'invalid_format' && issue.format === 'regex')
    return `Member must satisfy regular expression pattern: ${bare(issue.pattern)}`
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    const measure = issue.origin === 'number' || issue.origin === 'int' ? 'value' : 'length'
    const bound =
      issue.code === 'too_small'
        ? `greater than or equal to ${issue.minimum}`
        : `less than or equal to ${issue.maximum}`
    return `Member must have ${measure} ${bound}`
  }
  return issue.message
}

const place = (path: readonly PropertyKey[]) =>
  path
    .map((step) =>
      typeof step === 'number'
        ? `${step + 1}.member`
        : String(step).replace(/^[A-Z]/, (c) => c.toLowerCase()),
    )
    .join('.')

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** AWS prints the pattern without the delimiters and anchors that a JavaScript expression needs. */
const bare = (pattern: string | undefined) => (pattern ?? '').replace(/^\/\^?|\$?\/[a-z]*$/g, '')
