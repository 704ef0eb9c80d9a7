/**
 * The query language over runs: `rocAuc > 0.65 and params.max_depth = 6 and not status = FAILED`.
 *
 *     query      = all ("or" all)*
 *     all        = one ("and" one)*
 *     one        = "not" one | "(" query ")" | field sign value | field "in" "(" value ("," value)* ")"
 *     sign       = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" (contains, whatever the case)
 *     field      = `metrics.…`, `params.…`, `tags.…`, a field of the run, or a bare name: a field, else a metric, else a parameter
 *     value      = number | 'text' | word
 *
 * A run that does not have the field fulfils no comparison of it, `!=` included, as in SQL.
 */
import type { ExperimentRun } from './experiment-run.ts'
import { type Token, tokens, unreadable } from './query-tokens.ts'

export type Predicate = (run: ExperimentRun) => boolean

type Value = string | number

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

/** @throws RegimenError `InvalidRequest` naming the character from which the query cannot be read. An empty query takes every run. */
export function parseQuery(query: string): Predicate {
  const parser = new Parser(tokens(query))
  return parser.whole()
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(found: readonly Token[]) {
    this.#tokens = found
  }

  whole(): Predicate {
    if (this.#atEnd) return () => true
    const predicate = this.#any()
    if (!this.#atEnd) throw this.#refuse('and, or, or the end')
    return predicate
  }

  #any(): Predicate {
    const parts = [this.#all()]
    while (this.#takes('or')) parts.push(this.#all())
    return (run) => parts.some((part) => part(run))
  }

  #all(): Predicate {
    const parts = [this.#one()]
    while (this.#takes('and')) parts.push(this.#one())
    return (run) => parts.every((part) => part(run))
  }

  #one(): Predicate {
    if (this.#takes('not')) {
      const part = this.#one()
      return (run) => !part(run)
    }
    if (this.#takesSign('(')) {
      const part = this.#any()
      this.#expectSign(')')
      return part
    }
    return this.#comparison()
  }

  #comparison(): Predicate {
    const field = this.#next
    if (field.kind !== 'name') throw this.#refuse('the name of a field, a metric or a parameter')
    this.#at += 1
    if (this.#takes('in')) {
      const values = this.#list()
      return (run) => values.some((value) => holds(fieldOf(run, field.text), value, comparisons['=']))
    }
    const sign = this.#next
    if (sign.kind !== 'sign' || !(sign.text === '~' || Object.hasOwn(comparisons, sign.text)))
      throw this.#refuse('one of = != < <= > >= ~ in')
    this.#at += 1
    const value = this.#value()
    if (sign.text === '~') return (run) => contains(fieldOf(run, field.text), value)
    return (run) => holds(fieldOf(run, field.text), value, comparisons[sign.text])
  }

  #list(): Value[] {
    this.#expectSign('(')
    const values = [this.#value()]
    while (this.#takesSign(',')) values.push(this.#value())
    this.#expectSign(')')
    return values
  }

  #value(): Value {
    const token = this.#next
    if (token.kind === 'end' || token.kind === 'sign') throw this.#refuse('a number, a word or a quoted text')
    this.#at += 1
    return token.kind === 'number' ? token.value : token.text
  }

  get #atEnd(): boolean {
    return this.#next.kind === 'end'
  }

  get #next(): Token {
    // The last token is the end, and nothing goes past it.
    return this.#tokens[this.#at] as Token
  }

  #takes(word: string): boolean {
    const token = this.#next
    const taken = token.kind === 'name' && token.text.toLowerCase() === word
    if (taken) this.#at += 1
    return taken
  }

  #takesSign(sign: string): boolean {
    const token = this.#next
    const taken = token.kind === 'sign' && token.text === sign
    if (taken) this.#at += 1
    return taken
  }

  #expectSign(sign: string): void {
    if (!this.#takesSign(sign)) throw this.#refuse(sign)
  }

  #refuse(expected: string): Error {
    const { at, text } = this.#next
    return unreadable(at, text, expected)
  }
}

const groups = ['metrics', 'params', 'tags'] as const

function fieldOf(run: ExperimentRun, field: string): Value | boolean | undefined {
  for (const group of groups) {
    const prefix = `${group}.`
    const values: Readonly<Record<string, Value>> = run[group]
    if (field.startsWith(prefix)) return own(values, field.slice(prefix.length))
  }
  const fields: Readonly<Record<string, unknown>> = run
  const known = own(fields, field)
  if (typeof known === 'string' || typeof known === 'number' || typeof known === 'boolean') return known
  return own<Value>(run.metrics, field) ?? own<Value>(run.params, field)
}

const own = <V>(record: Readonly<Record<string, V>>, name: string): V | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined

function holds(
  found: Value | boolean | undefined,
  value: Value,
  test: ((order: number) => boolean) | undefined,
): boolean {
  if (found === undefined || test === undefined) return false
  const order = orderOf(found, value)
  return !Number.isNaN(order) && test(order)
}

/** Numbers as numbers where both are; texts by their characters, so that times in ISO 8601 stand in order. */
function orderOf(found: Value | boolean, value: Value): number {
  const [left, right] = [Number(found), Number(value)]
  const numeric = typeof found !== 'boolean' && `${found}`.trim() !== '' && `${value}`.trim() !== ''
  if (numeric && !Number.isNaN(left) && !Number.isNaN(right)) return Math.sign(left - right)
  const [one, other] = [String(found), String(value)]
  return one === other ? 0 : one < other ? -1 : 1
}

const contains = (found: Value | boolean | undefined, value: Value) =>
  found !== undefined && String(found).toLowerCase().includes(String(value).toLowerCase())
