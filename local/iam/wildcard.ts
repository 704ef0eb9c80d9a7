/** IAM's wildcards: `*` for any text, `?` for one character. */

const compiled = new Map<string, RegExp>()

export function matchesWildcard(pattern: string, text: string, ignoreCase = false): boolean {
  const key = `${ignoreCase ? 'i' : 'c'}${pattern}`
  let expression = compiled.get(key)
  if (expression === undefined) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    expression = new RegExp(`^${source}$`, ignoreCase ? 'is' : 's')
    if (compiled.size > 10_000) compiled.clear()
    compiled.set(key, expression)
  }
  return expression.test(text)
}

/** ARNs match part by part: a `*` does not reach over a colon, except in the last part. */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true
  const wanted = splitArn(pattern)
  const given = splitArn(arn)
  return (
    wanted.length === given.length && wanted.every((part, index) => matchesWildcard(part, given[index] ?? ''))
  )
}

function splitArn(arn: string): string[] {
  const parts = arn.split(':')
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')]
}
