/** The Task states of a state-machine definition, those inside maps and branches too. */
import { at, list } from './graph.ts'

export interface TaskState {
  readonly name: string
  readonly resource: string
  readonly args: unknown
  readonly state: unknown
  /** The states beside it, by name. */
  readonly siblings: unknown
}

/** A definition that is no JSON has none: AWS refuses it. */
export function tasksOf(definition: unknown): readonly TaskState[] {
  if (typeof definition !== 'string') return inFlow(definition)
  try {
    return inFlow(JSON.parse(definition))
  } catch {
    return []
  }
}

function inFlow(flow: unknown): TaskState[] {
  const siblings = at(flow, 'States')
  if (typeof siblings !== 'object' || siblings === null) return []
  return Object.entries(siblings).flatMap(([name, state]: [string, unknown]) => [
    ...(at(state, 'Type') === 'Task'
      ? [{ name, resource: String(at(state, 'Resource')), args: at(state, 'Arguments'), state, siblings }]
      : []),
    ...inFlow(at(state, 'ItemProcessor')),
    ...list(at(state, 'Branches')).flatMap(inFlow),
  ])
}
