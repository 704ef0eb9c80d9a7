/** Finds what AWS would refuse in a definition, and what it would accept and fail on later: `regimen states check`. */
import validate from 'asl-validator'
import { DefinitionRefused, type Machine, parseDefinition } from './definition.ts'
import { expressionIn } from './expression.ts'
import { lintExpressions } from './lint-expressions.ts'
import { lintFlow } from './lint-flow.ts'
import { lintReferences } from './lint-references.ts'
import { jsonPathProblems } from './query-language.ts'
import { leavesScope } from './transitions.ts'

export interface Finding {
  /** JSON pointer into the definition. */
  readonly path: string
  /** Stable, kebab-case: `unbound-variable`. */
  readonly rule: string
  readonly message: string
}

/** Findings in the order of the definition; none when it may be created. `${name}` placeholders count as numbers. */
export function checkDefinition(definition: unknown): Finding[] {
  const value = withoutPlaceholders(typeof definition === 'string' ? tryParse(definition) : definition)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [{ path: '/', rule: 'structure', message: 'the definition is not a JSON object' }]
  }
  const jsonPath = jsonPathProblems(value)
  if (jsonPath.length > 0) {
    return jsonPath.map((message) => ({
      path: / at (\/.*?)(?: \(field .*?\))?:/.exec(message)?.[1] ?? '/',
      rule: 'jsonpath',
      message,
    }))
  }
  const structure = structureFindings(value)
  let machine: Machine
  try {
    machine = parseDefinition(value)
  } catch (error) {
    if (!(error instanceof DefinitionRefused)) throw error
    const own = error.problems.map((message) => ({
      path: / at (\/.*)$/.exec(message)?.[1] ?? '/',
      rule: message.includes(leavesScope) ? 'transition-leaves-scope' : 'structure',
      message,
    }))
    return [...own, ...structure]
  }
  return [...structure, ...lintFlow(machine), ...lintExpressions(machine), ...lintReferences(machine)]
}

/** AWS's code for what it refuses when a state machine is created; other findings are warnings. */
export const refusals: Readonly<Record<string, string>> = {
  'unknown-integration': 'SCHEMA_VALIDATION_FAILED',
  'sync-not-supported': 'SCHEMA_VALIDATION_FAILED',
  'unsupported-field': 'SCHEMA_VALIDATION_FAILED',
  'wildcard-not-last': 'SCHEMA_VALIDATION_FAILED',
  'timestamp-format': 'SCHEMA_VALIDATION_FAILED',
  'wait-duration': 'SCHEMA_VALIDATION_FAILED',
  'label-format': 'SCHEMA_VALIDATION_FAILED',
  'unreachable-state': 'MISSING_TRANSITION_TARGET',
  'missing-end-state': 'MISSING_END_STATE',
  'expression-syntax': 'INVALID_JSONATA_EXPRESSION',
  'top-level-reference': 'UNSUPPORTED_JSONATA_EXPRESSION',
}

/**
 * The faults for which AWS, or this platform, creates no state machine, in AWS's form: `CODE: message at /path`.
 * Unlike `checkDefinition` it wants a deployed definition, without placeholders.
 * @throws DefinitionRefused as `parseDefinition`
 */
export function refuseDefinition(definition: unknown): string[] {
  const machine = parseDefinition(definition)
  return [...lintFlow(machine), ...lintExpressions(machine), ...lintReferences(machine)].flatMap(
    ({ rule, message, path }) => {
      const code = refusals[rule]
      // AWS has no place for a fault of the whole machine, and says so.
      return code === undefined ? [] : [`${code}: ${message} at ${path === '/' ? 'null' : path}`]
    },
  )
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Definitions in the repository hold `${partition}` and the like, which are filled in when they are deployed. */
function withoutPlaceholders(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(/\$\{[A-Za-z][A-Za-z0-9-]*\}/g, '0')
  if (Array.isArray(value)) return value.map(withoutPlaceholders)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutPlaceholders(item)]))
}

/** asl-validator knows objects and expressions as `Output`; AWS takes any JSON. The copy is asl-validator's to write into. */
function withObjectOutputs(definition: object): object {
  return JSON.parse(JSON.stringify(definition), function (this: unknown, key: string, value: unknown) {
    const literal =
      typeof value === 'string'
        ? expressionIn(value) === undefined
        : typeof value !== 'object' || value === null
    const holder = typeof this === 'object' && this !== null && ('Type' in this || 'Next' in this)
    return key === 'Output' && holder && (literal || Array.isArray(value)) ? {} : value
  })
}

/** asl-validator writes into what it checks, and takes a bare `QueryLanguage` for granted. */
function structureFindings(definition: object): Finding[] {
  const { errors } = validate(withObjectOutputs(definition), { checkPaths: false, checkArn: false })
  // Transitions are checked here, with the place of each.
  const others = errors.filter((error) => error['Error code'] !== 'MISSING_TRANSITION_TARGET')
  return others.map((error) => ({
    path: error.schemaError?.instancePath ?? '/',
    rule: 'structure',
    message: `${error['Error code']}: ${error.Message}`,
  }))
}
