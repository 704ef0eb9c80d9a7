/** Lint of expressions: syntax, variables that nothing binds, functions that do not exist, `$states` fields out of place. */
import type { Finding } from './check-definition.ts'
import type { Flow, State } from './definition.ts'
import { compileExpression, expressionIn } from './expression.ts'
import { awsFunctions } from './expression-functions.ts'
import { innerFlows } from './lint-flow.ts'

/** The functions of JSONata 2 that Step Functions offers (all but `$eval`). */
const functions = new Set([
  ...Object.keys(awsFunctions).filter((name) => name !== 'eval'),
  ...'abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber fromMillis join keys length lookup lowercase map match max merge millis min not now number pad parseInteger power random reduce replace reverse round shuffle sift single sort split spread sqrt string substring substringAfter substringBefore sum toMillis trim type uppercase zip'.split(
    ' ',
  ),
])

/** Names that a flow can read: its own, and those of the flows around it unless a distributed Map cuts them off. */
interface Names {
  readonly visible: ReadonlySet<string>
  readonly cutOff: ReadonlySet<string>
}

export function lintExpressions(flow: Flow): Finding[] {
  return lintNames(flow, '', { visible: new Set(), cutOff: new Set() })
}

function lintNames(flow: Flow, path: string, outer: Names): Finding[] {
  const visible = new Set([...outer.visible, ...assignedNames(flow)])
  const findings: Finding[] = []
  for (const [name, state] of Object.entries(flow.States)) {
    const at = `${path}/States/${name}`
    const fields = Object.entries(state).filter(([key]) => !structural.has(key))
    for (const [key, value] of fields) {
      findings.push(
        ...lintTemplate(value, `${at}/${key}`, { visible, cutOff: outer.cutOff }, available(state, key)),
      )
    }
    for (const [child, where] of innerFlows(state)) {
      const distributed = state.Type === 'Map' && state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED'
      findings.push(
        ...lintNames(
          child,
          `${at}/${where}`,
          distributed
            ? { visible: new Set(), cutOff: new Set([...outer.cutOff, ...visible]) }
            : { visible, cutOff: outer.cutOff },
        ),
      )
    }
  }
  return findings
}

/** Fields that hold flows and texts, never expressions. */
export const structural: ReadonlySet<string> = new Set([
  'Type',
  'Comment',
  'QueryLanguage',
  'Resource',
  'Next',
  'End',
  'Default',
  'Branches',
  'ItemProcessor',
  'Retry',
  'Label',
])

function assignedNames(flow: Flow): string[] {
  return Object.values(flow.States).flatMap((state) => {
    const rules = [
      ...(state.Type === 'Choice' ? state.Choices : []),
      ...('Catch' in state && Array.isArray(state.Catch) ? state.Catch : []),
    ]
    return [state.Assign, ...rules.map((rule) => rule.Assign)].flatMap((assign) => Object.keys(assign ?? {}))
  })
}

/** Which fields of `$states` exist in a field of a state. */
function available(state: State, key: string): ReadonlySet<string> {
  const names = new Set(['input', 'context'])
  const works = state.Type === 'Task' || state.Type === 'Parallel' || state.Type === 'Map'
  if (works && (key === 'Output' || key === 'Assign')) names.add('result')
  if (key === 'Catch') names.add('errorOutput')
  return names
}

function lintTemplate(template: unknown, path: string, names: Names, states: ReadonlySet<string>): Finding[] {
  if (typeof template === 'string') {
    const expression = expressionIn(template)
    return expression === undefined ? [] : lintExpression(expression, path, names, states)
  }
  if (typeof template !== 'object' || template === null) return []
  return Object.entries(template).flatMap(([key, value]) =>
    lintTemplate(value, `${path}/${key}`, names, states),
  )
}

function lintExpression(
  expression: string,
  path: string,
  names: Names,
  states: ReadonlySet<string>,
): Finding[] {
  let ast: unknown
  try {
    ast = compileExpression(expression).ast()
  } catch (error) {
    const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error
    return [{ path, rule: 'expression-syntax', message: `"${expression}": ${String(message)}` }]
  }
  const bound = new Set<string>()
  const used = new Map<string, boolean>()
  const fields = new Set<string>()
  walk(ast, (node) => {
    for (const key of ['focus', 'index']) {
      const name = node[key]
      if (typeof name === 'string') bound.add(name)
    }
    if (node.type === 'bind') bindName(node.lhs)
    if (node.type === 'lambda' && Array.isArray(node.arguments)) node.arguments.forEach(bindName)
    if ((node.type === 'function' || node.type === 'partial') && isNode(node.procedure)) {
      if (typeof node.procedure.value === 'string') used.set(node.procedure.value, true)
    }
    if (node.type === 'variable' && typeof node.value === 'string' && !used.has(node.value)) {
      used.set(node.value, false)
    }
    if (node.type === 'path' && Array.isArray(node.steps)) {
      const [first, second] = node.steps
      if (isNode(first) && first.value === 'states' && isNode(second) && typeof second.value === 'string') {
        fields.add(second.value)
      }
    }
  })
  const findings: Finding[] = []
  for (const [name, called] of used) {
    if (name === '' || name === '$' || name === 'states' || bound.has(name) || names.visible.has(name))
      continue
    if (functions.has(name)) continue
    findings.push(
      names.cutOff.has(name)
        ? {
            path,
            rule: 'outer-variable-in-child',
            message: `$${name} is assigned outside of the distributed Map, whose children see no outer variables: hand it over in ItemSelector or BatchInput`,
          }
        : called
          ? { path, rule: 'unknown-function', message: `there is no function $${name}` }
          : { path, rule: 'unbound-variable', message: `nothing assigns $${name}` },
    )
  }
  for (const field of fields) {
    if (states.has(field)) continue
    findings.push({
      path,
      rule: 'states-field-not-available',
      message: `$states.${field} does not exist here; expected one of ${[...states].join(', ')}`,
    })
  }
  return findings

  function bindName(node: unknown): void {
    if (isNode(node) && typeof node.value === 'string') bound.add(node.value)
  }
}

type Node = Record<string, unknown>
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

function walk(value: unknown, visit: (node: Node) => void): void {
  if (!isNode(value)) return
  if (!Array.isArray(value)) visit(value)
  for (const item of Object.values(value)) walk(item, visit)
}
