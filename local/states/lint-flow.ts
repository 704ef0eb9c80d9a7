/** Lint of states and transitions: unreachable states, integrations that do not exist, retriers that AWS refuses. */
import type { Finding } from './check-definition.ts'
import type { Flow, State, TaskState } from './definition.ts'
import { expressionIn } from './expression.ts'
import { requestOf } from './integrations.ts'
import { readOffsetDateTime } from './offset-date-time.ts'
import { parseResource } from './resource.ts'
import { sdkActionProblem } from './sdk-actions.ts'

export function lintFlow(flow: Flow, path = ''): Finding[] {
  const findings: Finding[] = []
  const reachable = reachableStates(flow)
  if (!Object.values(flow.States).some(isTerminal)) {
    findings.push({ path: path || '/', rule: 'missing-end-state', message: 'Workflow has no terminal state' })
  }
  for (const [name, state] of Object.entries(flow.States)) {
    const at = `${path}/States/${name}`
    if (!reachable.has(name)) {
      findings.push({ path: at, rule: 'unreachable-state', message: `State "${name}" is not reachable.` })
    }
    if (state.Type === 'Task') findings.push(...lintResource(state, at))
    findings.push(
      ...lintFields(state, at),
      ...lintWildcards(state, at),
      ...lintWait(state, at),
      ...lintLabel(state, at),
    )
    for (const [child, where] of innerFlows(state)) findings.push(...lintFlow(child, `${at}/${where}`))
  }
  return findings
}

const isTerminal = (state: State) =>
  state.Type === 'Succeed' || state.Type === 'Fail' || ('End' in state && state.End === true)

/** Fields that AWS knows on a few types of states only. */
const fieldTypes: Readonly<Record<string, readonly State['Type'][]>> = {
  TimeoutSeconds: ['Task'],
  HeartbeatSeconds: ['Task'],
  Credentials: ['Task'],
  Retry: ['Task', 'Parallel', 'Map'],
  Catch: ['Task', 'Parallel', 'Map'],
  Arguments: ['Task', 'Parallel'],
}

function lintFields(state: State, at: string): Finding[] {
  return Object.entries(fieldTypes)
    .filter(([field, types]) => Object.hasOwn(state, field) && !types.includes(state.Type))
    .map(([field]) => ({
      path: at,
      rule: 'unsupported-field',
      message: `Field '${field}' is not supported`,
    }))
}

/** Names of Map runs: they become part of an ARN. */
const label = /^[^\s?*<>{}[\]:;,\\|^~$#%&`"\p{Cc}]{1,40}$/u

function lintLabel(state: State, at: string): Finding[] {
  if (state.Type !== 'Map' || state.Label === undefined || label.test(state.Label)) return []
  const message =
    'Label must have 1 to 40 characters, without white space, wildcards, brackets and special characters'
  return [{ path: `${at}/Label`, rule: 'label-format', message }]
}

/** A point in time that is written out is looked at when the state machine is created. */
function lintWait(state: State, at: string): Finding[] {
  if (state.Type !== 'Wait') return []
  if ((state.Seconds === undefined) === (state.Timestamp === undefined)) {
    return [{ path: at, rule: 'wait-duration', message: 'A Wait has exactly one of Seconds and Timestamp' }]
  }
  if (state.Timestamp === undefined) return []
  if (expressionIn(state.Timestamp) !== undefined || readOffsetDateTime(state.Timestamp) !== undefined)
    return []
  const message = 'String does not match RFC3339 timestamp'
  return [{ path: `${at}/Timestamp`, rule: 'timestamp-format', message }]
}

/** The flows inside a state, with their place in it. */
export function innerFlows(state: State): [Flow, string][] {
  if (state.Type === 'Parallel') {
    return state.Branches.map((branch, index): [Flow, string] => [branch, `Branches/${index}`])
  }
  return state.Type === 'Map' ? [[state.ItemProcessor, 'ItemProcessor']] : []
}

function reachableStates(flow: Flow): Set<string> {
  const found = new Set<string>()
  const waiting = [flow.StartAt]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue
    found.add(name)
    const state = flow.States[name]
    if (state !== undefined) waiting.push(...transitions(state))
  }
  return found
}

function transitions(state: State): string[] {
  const caught =
    'Catch' in state && Array.isArray(state.Catch) ? state.Catch.map((catcher) => catcher.Next) : []
  if (state.Type === 'Choice') {
    const rules = state.Choices.map((rule) => rule.Next)
    return state.Default === undefined ? rules : [...rules, state.Default]
  }
  if (state.Type === 'Succeed' || state.Type === 'Fail' || state.Next === undefined) return caught
  return [state.Next, ...caught]
}

/** Actions that answer at once: there is nothing that `.sync` could wait for. */
const neverSync = /^(createModel|createEndpoint|createEndpointConfig|updateEndpoint)$/

function lintResource(state: TaskState, at: string): Finding[] {
  const path = `${at}/Resource`
  const resource = parseResource(state.Resource)
  if (resource === undefined) {
    return [
      {
        path,
        rule: 'unknown-integration',
        message: `"${state.Resource}" names no integration; expected arn:<partition>:states:::<service>:<action>[.sync|.sync:2|.waitForTaskToken] or a function's ARN`,
      },
    ]
  }
  if (resource.pattern.startsWith('sync') && neverSync.test(resource.action)) {
    return [
      {
        path,
        rule: 'sync-not-supported',
        message: `${resource.resource} does not exist: ${resource.action} returns at once; create it, then poll its description`,
      },
    ]
  }
  if (requestOf(resource) !== undefined) {
    const problem = sdkActionProblem(resource)
    return problem === undefined ? [] : [{ path, rule: 'unknown-integration', message: problem }]
  }
  return [
    {
      path,
      rule: 'unknown-integration',
      message: `${resource.resourceType}:${resource.resource} is no integration of this platform; check the spelling and the pattern`,
    },
  ]
}

/** AWS wants `States.ALL` alone in its list, and its list last. */
function lintWildcards(state: State, at: string): Finding[] {
  const findings: Finding[] = []
  for (const field of ['Retry', 'Catch'] as const) {
    const rules = field in state ? (state as Record<string, unknown>)[field] : undefined
    if (!Array.isArray(rules)) continue
    for (const [index, rule] of rules.entries()) {
      const names: unknown = rule.ErrorEquals
      if (!Array.isArray(names) || !names.includes('States.ALL')) continue
      if (names.length > 1 || index < rules.length - 1) {
        findings.push({
          path: `${at}/${field}/${index}/ErrorEquals`,
          rule: 'wildcard-not-last',
          message: 'States.ALL must stand alone, in the last rule',
        })
      }
    }
  }
  return findings
}
