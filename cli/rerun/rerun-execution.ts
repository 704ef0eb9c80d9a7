/** `regimen executions rerun`: a new execution with today's definition, from a state of an earlier one on. */
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  StartExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn'
import { RegimenError } from '../../functions/errors.ts'
import { type Pipeline, pipelines } from '../../functions/starter/pipeline.ts'
import type { Context } from '../context.ts'
import { historyOf } from '../follow-execution.ts'
import {
  type Definition,
  deriveDefinition,
  ownStates,
  plainDefinition,
  rerunMember,
} from './derive-definition.ts'
import { enteredStates, type RecordedEntry, recordedEntry } from './recorded-entry.ts'
import { relocation } from './relocate.ts'

export interface Rerun {
  readonly id: string
  readonly executionArn: string
  readonly of: string
  readonly from: string
}

/** @throws RegimenError `InvalidRequest` when the state was never entered, or is none of today's definition. */
export async function rerunExecution(context: Context, executionArn: string, from: string): Promise<Rerun> {
  const { sfn } = context
  const earlier = await sfn.send(new DescribeExecutionCommand({ executionArn }))
  const machineArn = earlier.stateMachineArn ?? ''
  const entry = await entryOf(context, executionArn, from)
  const today = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn }))
  const plain = plainDefinition(today.definition ?? '{}')
  if (!Object.hasOwn(plain.States, from)) throw notThere(from, plain, "today's definition has it no more")

  const input: unknown = JSON.parse(earlier.input ?? '{}')
  const moved = relocation(context, withoutRerun(input), flowOf(context, machineArn))
  await moved.copy(entry.enteredAt)
  const recorded = {
    of: executionArn,
    from,
    input: moved.move(entry.input),
    variables: moved.move(entry.variables),
  }
  const version = await publish(context, machineArn, plain, from, entry)
  await moved.record()
  const started = await sfn.send(
    new StartExecutionCommand({
      stateMachineArn: version,
      name: moved.name,
      input: JSON.stringify({ ...members(moved.move(withoutRerun(input))), [rerunMember]: recorded }),
    }),
  )
  return { id: moved.name, executionArn: started.executionArn ?? '', of: earlier.name ?? '', from }
}

async function entryOf(context: Context, executionArn: string, from: string): Promise<RecordedEntry> {
  const { definition } = await context.sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }))
  const then = plainDefinition(definition ?? '{}')
  const events = await historyOf(context.sfn, executionArn, true)
  // What an earlier rerun restored counts as assigned.
  const assigning = ownStates(definition ?? '{}')
  const entry = Object.hasOwn(then.States, from) ? recordedEntry(events, assigning, from) : undefined
  if (entry !== undefined) return entry
  throw new RegimenError('InvalidRequest', {
    what: `the execution never entered a state "${from}"`,
    expected: `one of ${enteredStates(events, new Set(Object.keys(then.States))).join(', ')}`,
    do: 'a state inside a Map or Parallel is rerun from the Map or Parallel that holds it',
  })
}

/**
 * A version of the machine, so that role, name and alarms are the machine's own. The machine itself gets its plain
 * definition back; whoever starts it in between meets one that behaves the same.
 */
async function publish(
  { sfn }: Context,
  stateMachineArn: string,
  plain: Definition,
  from: string,
  { variables }: RecordedEntry,
): Promise<string> {
  const definition = JSON.stringify(deriveDefinition(plain, from, Object.keys(variables)))
  try {
    const versionDescription = `rerun from ${from}`
    const { stateMachineVersionArn } = await sfn.send(
      new UpdateStateMachineCommand({ stateMachineArn, definition, publish: true, versionDescription }),
    )
    return stateMachineVersionArn ?? stateMachineArn
  } finally {
    await sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: JSON.stringify(plain) }))
  }
}

function flowOf(context: Context, machineArn: string): Pipeline | undefined {
  return pipelines.find((flow) => context.stateMachine(flow) === machineArn)
}

const members = (input: unknown): object =>
  typeof input === 'object' && input !== null && !Array.isArray(input) ? input : {}

/** A rerun of a rerun carries the request, not what the first one was begun with. */
function withoutRerun(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
  return Object.fromEntries(Object.entries(input).filter(([name]) => name !== rerunMember))
}

function notThere(state: string, { States }: Definition, why: string): RegimenError {
  return new RegimenError('InvalidRequest', {
    what: `no state "${state}"`,
    where: why,
    expected: `one of ${Object.keys(States).join(', ')}`,
  })
}
