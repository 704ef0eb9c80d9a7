/** Cuts a query over runs into words, each with its place, so that a refusal can point at it. */
import { RegimenError } from '../errors.ts'

export type Token =
  | { readonly kind: 'name' | 'text'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly text: string; readonly value: number; readonly at: number }
  | { readonly kind: 'sign'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly text: 'the end'; readonly at: number }

const shapes = [
  ['number', /-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w:.-])/y],
  // A time, a version or an id may stand without quotes: 2026-11-21T04:00:00Z, 3.0-5, run7.
  ['name', /[A-Za-z0-9_][\w.:@-]*/y],
  ['name', /`([^`]+)`/y],
  ['text', /'((?:[^'\\]|\\.)*)'/y],
  ['text', /"((?:[^"\\]|\\.)*)"/y],
  ['sign', /<=|>=|!=|<>|==|[=<>~(),]/y],
] as const

/** @throws RegimenError `InvalidRequest` naming the place of the first character that fits nowhere. */
export function tokens(query: string): readonly Token[] {
  const found: Token[] = []
  let at = 0
  for (;;) {
    while (/\s/.test(query[at] ?? '')) at += 1
    if (at >= query.length) return [...found, { kind: 'end', text: 'the end', at }]
    const token = tokenAt(query, at)
    if (token === undefined)
      throw unreadable(at, `the character ${JSON.stringify(query[at])}`, 'a name, a number, a quoted text')
    found.push(token.token)
    at = token.next
  }
}

function tokenAt(query: string, at: number): { token: Token; next: number } | undefined {
  for (const [kind, shape] of shapes) {
    shape.lastIndex = at
    const match = shape.exec(query)
    if (match === null) continue
    const [whole, inner] = match
    const text = (inner ?? whole).replaceAll(/\\(.)/g, kind === 'text' ? '$1' : '\\$1')
    const token: Token = kind === 'number' ? { kind, text, value: Number(text), at } : { kind, text, at }
    return { token, next: at + whole.length }
  }
  return undefined
}

export function unreadable(at: number, got: string, expected: string): RegimenError {
  return new RegimenError('InvalidRequest', {
    what: 'the query cannot be read',
    where: `character ${at + 1}`,
    got,
    expected,
    do: "write for example: rocAuc > 0.65 and params.max_depth = 6 and startedAt >= '2026-11-01'",
  })
}
