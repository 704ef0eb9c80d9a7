/** What an IAM resource pattern can know of a state's argument: literals as they are, the rest as `*`. */

/**
 * `name` → `name`; `{% 'jobs-' & $id & '.json' %}` → `jobs-*.json`; any other expression → `*`.
 */
export function literalPattern(argument: unknown): string {
  if (typeof argument !== 'string') return '*'
  const expression = /^\{%([\s\S]*)%\}$/.exec(argument)?.[1]?.trim()
  if (expression === undefined) return argument
  // A function call or a choice could yield anything: only a plain chain of `&` is understood.
  const terms = splitConcatenation(expression)
  if (terms === undefined) return '*'
  return terms
    .map((term) => literal(term) ?? '*')
    .join('')
    .replaceAll(/\*+/g, '*')
}

/** Terms between top-level `&`; undefined when another operator stands at the top level. */
function splitConcatenation(expression: string): string[] | undefined {
  const terms = ['']
  let depth = 0
  let quote = ''
  for (const char of expression) {
    const last = terms.length - 1
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === "'" || char === '"') quote = char
    else if ('([{'.includes(char)) depth += 1
    else if (')]}'.includes(char)) depth -= 1
    else if (depth === 0 && char === '&') {
      terms.push('')
      continue
    } else if (depth === 0 && '?:;|<>=!~'.includes(char)) return undefined
    terms[last] += char
  }
  return terms.map((term) => term.trim())
}

function literal(term: string): string | undefined {
  return /^'([^'\\]*)'$/.exec(term)?.[1] ?? /^"([^"\\]*)"$/.exec(term)?.[1]
}
