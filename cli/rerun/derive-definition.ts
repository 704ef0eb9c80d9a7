/** A definition that begins where a rerun wants it to, and is the same as ever for everyone else. */
import * as z from 'zod'

const definition = z.looseObject({ StartAt: z.string(), States: z.record(z.string(), z.looseObject({})) })
export type Definition = z.output<typeof definition>

/** Member of the execution's input that holds what a rerun was begun with. */
export const rerunMember = 'regimen:rerun'
const asks = 'IsRerun'
const restores = 'RestoreRecorded'
const recorded = `$states.input.\`${rerunMember}\``

/** The names of a flow's own states, without those inside of a Map or Parallel, but with what a rerun put before them. */
export const ownStates = (text: string): Set<string> =>
  new Set(Object.keys(definition.parse(JSON.parse(text)).States))

/** The definition without what a rerun has put before it. */
export function plainDefinition(text: string): Definition {
  const parsed = definition.parse(JSON.parse(text))
  const { [asks]: question, [restores]: _, ...States } = parsed.States
  const first: unknown = question?.Default
  return typeof first === 'string' && parsed.StartAt === asks ? { ...parsed, StartAt: first, States } : parsed
}

/**
 * Begins at `from`, with variables and input as recorded, when the execution's input says that it is a rerun. Values
 * travel in that input and not in the definition, where a text that looks like an expression would be evaluated.
 */
export function deriveDefinition(plain: Definition, from: string, variables: readonly string[]): Definition {
  const Assign = Object.fromEntries(
    variables.map((name) => [name, `{% ${recorded}.variables.\`${name}\` %}`]),
  )
  return {
    ...plain,
    StartAt: asks,
    States: {
      [asks]: {
        Type: 'Choice',
        Comment: 'Only an execution that a rerun started begins anywhere else.',
        Choices: [{ Condition: `{% $exists(${recorded}) %}`, Next: restores }],
        Default: plain.StartAt,
      },
      [restores]: {
        Type: 'Pass',
        Comment: 'What the earlier execution had recorded when it entered the state.',
        ...(variables.length === 0 ? {} : { Assign }),
        Output: `{% ${recorded}.input %}`,
        Next: from,
      },
      ...plain.States,
    },
  }
}
