/** Lint of what an expression reads: AWS gives it no context item, so a bare name, `$` and `$$` name nothing. */
import type { Finding } from './check-definition.ts'
import type { Flow } from './definition.ts'
import { compileExpression, expressionIn } from './expression.ts'
import { structural } from './lint-expressions.ts'
import { innerFlows } from './lint-flow.ts'

export function lintReferences(flow: Flow, path = ''): Finding[] {
  return Object.entries(flow.States).flatMap(([name, state]) => {
    const at = `${path}/States/${name}`
    const fields = Object.entries(state).filter(([key]) => !structural.has(key))
    return [
      ...fields.flatMap(([key, value]) => lintTemplate(value, `${at}/${key}`)),
      ...innerFlows(state).flatMap(([child, where]) => lintReferences(child, `${at}/${where}`)),
    ]
  })
}

function lintTemplate(template: unknown, path: string): Finding[] {
  if (typeof template === 'string') {
    const expression = expressionIn(template)
    return expression === undefined ? [] : lintExpression(expression, path)
  }
  if (typeof template !== 'object' || template === null) return []
  return Object.entries(template).flatMap(([key, value]) => lintTemplate(value, `${path}/${key}`))
}

function lintExpression(expression: string, path: string): Finding[] {
  let ast: unknown
  try {
    ast = compileExpression(expression).ast()
  } catch {
    // Told as a syntax error by the lint of expressions.
    return []
  }
  const names = new Set<string>()
  collect(ast, false, names)
  return [...names].map((name) => ({
    path,
    rule: 'top-level-reference',
    message: `Reference to '${name}' at the top level is not supported.`,
  }))
}

type Node = Record<string, unknown>
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** Parts of a node that are evaluated for each item of what stands before them. */
const perItem = new Set(['predicate', 'stages', 'group', 'terms', 'update', 'delete'])

/** @param bound whether there is an item that a bare name can be a member of */
function collect(node: unknown, bound: boolean, names: Set<string>): void {
  if (!isNode(node)) return
  if (Array.isArray(node)) {
    for (const item of node) collect(item, bound, names)
    return
  }
  if (node.type === 'path' && Array.isArray(node.steps)) {
    for (const [index, step] of node.steps.entries()) collect(step, bound || index > 0, names)
    collect(node.group, true, names)
    return
  }
  if (node.type === 'name' && typeof node.value === 'string' && !bound) names.add(node.value)
  if (node.type === 'variable' && node.value === '' && !bound) names.add('$')
  if (node.type === 'variable' && node.value === '$') names.add('$$')
  for (const [key, value] of Object.entries(node)) {
    if (key !== 'value') collect(value, bound || perItem.has(key), names)
  }
}
