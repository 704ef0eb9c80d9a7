/** What a schema says of a document, as parts of an error: places, types and rules, never a value. */
import type { z } from 'zod'
import type { ErrorParts } from './errors.ts'

type Issue = z.core.$ZodIssue
type Broken = Pick<ErrorParts, 'where' | 'got' | 'expected'>

/** zod's own messages, which name the type that came; those of our rules say what is expected and no more. */
const typed = /^(?:Invalid|Too) [^:]+: expected (?<expected>.+?)(?:, received (?<got>.+))?$/s

/** The first rule that is broken. @param document names the document that the path leads into */
export function brokenRule({ issues: [first] }: z.ZodError, document?: string): Broken {
  const inside = document === undefined ? 'at' : `${document}, at`
  if (first === undefined) return { where: `${inside} its root` }
  const { path, message } = closest(first)
  const where = `${inside} ${path.join('.') || 'its root'}`
  const { expected, got } = typed.exec(message)?.groups ?? {}
  if (expected === undefined) return { where, expected: message }
  return { where, ...(got === undefined ? {} : { got: got === 'undefined' ? 'nothing' : got }), expected }
}

/** Of the shapes that a document may have, the one that it comes nearest to. */
function closest(issue: Issue): Pick<Issue, 'path' | 'message'> {
  if (issue.code !== 'invalid_union') return issue
  const [branch] = issue.errors.toSorted((a, b) => a.length - b.length)
  const [first] = branch ?? []
  if (first === undefined) return issue
  const { path, message } = closest(first)
  return { path: [...issue.path, ...path], message }
}
