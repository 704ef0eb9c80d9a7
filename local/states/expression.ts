/** Evaluates one JSONata expression of a state machine, with AWS's functions, error texts, and limits on time and depth. */
import { createContext, Script } from 'node:vm'
import jsonata from 'jsonata'
import { awsFunctions, memoryLimitMessage } from './expression-functions.ts'
import { EvaluationFailure } from './failure.ts'

export const expressionTimeoutMs = 2_000
/** Nested evaluations of one expression: AWS accepts 100 terms of a sum and refuses 101. */
export const expressionDepth = 100
/** Elements of `[1..n]` that AWS accepts. */
const maxSequence = 873_782
const maxCompiled = 2_000

/** `{% … %}`, the whole string. */
export function expressionIn(text: string): string | undefined {
  return text.startsWith('{%') && text.endsWith('%}') && text.length >= 4
    ? text.slice(2, -2).trim()
    : undefined
}

/**
 * A backtracking regular expression cannot be stopped from JavaScript, so each match runs under V8's own watchdog.
 * The context holds the match's two arguments only.
 */
const sandbox: { pattern: RegExp | undefined; text: string; result: unknown } = {
  pattern: undefined,
  text: '',
  result: null,
}
const context = createContext(sandbox)
const match = new Script('result = pattern.exec(text)')

class GuardedRegExp extends RegExp {
  override exec(text: string): RegExpExecArray | null {
    const plain = new RegExp(this.source, this.flags.includes('g') ? this.flags : `${this.flags}g`)
    plain.lastIndex = this.lastIndex
    sandbox.pattern = plain
    sandbox.text = text
    match.runInContext(context, { timeout: 1_000 })
    const found = sandbox.result
    this.lastIndex = plain.lastIndex
    return Array.isArray(found) ? (found as RegExpExecArray) : null
  }
}

type Compiled = ReturnType<typeof jsonata>
const compiled = new Map<string, Compiled>()

/** @throws the parser's error, which has `code` and `message`. */
export function compileExpression(expression: string): Compiled {
  const known = compiled.get(expression)
  if (known !== undefined) return known
  const fresh = jsonata(expression, {
    timeout: expressionTimeoutMs,
    stack: expressionDepth,
    sequence: maxSequence,
    RegexEngine: GuardedRegExp as RegExpConstructor,
  })
  for (const [name, implementation] of Object.entries(awsFunctions)) fresh.assign(name, implementation)
  if (compiled.size >= maxCompiled) compiled.clear()
  compiled.set(expression, fresh)
  return fresh
}

/**
 * The value of an expression as plain JSON.
 * @param field slash-joined path of the field that holds the expression, for the error text
 * @throws EvaluationFailure with AWS's wording
 */
export async function evaluateExpression(
  expression: string,
  bindings: Record<string, unknown>,
  field: string,
): Promise<unknown> {
  const failed = (what: string) =>
    new EvaluationFailure(
      `The JSONata expression '${expression}' specified for the field '${field}' ${what}`,
      field,
    )
  let value: unknown
  try {
    value = await compileExpression(expression).evaluate(undefined, bindings)
  } catch (error) {
    throw failed(`threw an error during evaluation${describe(error)}`)
  }
  if (value === undefined) throw failed('returned nothing (undefined).')
  try {
    return plain(value)
  } catch {
    throw failed('returned an unsupported result type.')
  }
}

/** Where AWS says in its own words, and without a code, what JSONata has codes for. */
const boundMessages: Readonly<Record<string, string>> = {
  D1011:
    'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive',
  D1012: 'Expression evaluation timeout: Check for infinite loop',
  D2014: memoryLimitMessage,
  D2015: memoryLimitMessage,
}

/** A coded message is a sentence of its own; one without a code follows a colon. */
function describe(error: unknown): string {
  if (typeof error !== 'object' || error === null) return `: ${String(error)}`
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const bound = code === undefined ? undefined : boundMessages[code]
  if (bound !== undefined) return `: ${bound}`
  const message = 'message' in error ? String(error.message) : 'unknown error'
  return code === undefined ? `: ${message}` : `. ${code}: ${message}`
}

/** Copies a JSONata result without its bookkeeping (sequences, wrappers); throws on what is no JSON. */
function plain(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  // JSON has no word for the others; AWS writes them as texts.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || '_jsonata_lambda' in value || '_jsonata_function' in value) {
    throw new TypeError('not JSON')
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, plain(item)]])),
  )
}

/** JSON's word for the type of a value. */
export function jsonType(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}
