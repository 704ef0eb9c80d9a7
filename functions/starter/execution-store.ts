/** Starts a run's execution under the run's name, so that a second start is none, and asks whether it runs. */
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { canonicalJson } from '../canonical-json.ts'
import { requiredVariable } from '../required-variable.ts'
import { namedFault } from '../service-fault.ts'
import type { Pipeline } from './pipeline.ts'

const client = new SFNClient({})

export interface StartedExecution {
  readonly executionArn: string
  /** An execution of this name had ended before, or runs with another input. */
  readonly existed: boolean
}

export async function startExecution(
  stateMachineArn: string,
  name: string,
  input: unknown,
): Promise<StartedExecution> {
  // The text must be the same each time: Step Functions takes a repeated start as one only with the same input.
  const command = new StartExecutionCommand({ stateMachineArn, name, input: canonicalJson(input) })
  try {
    const { executionArn } = await client.send(command)
    return { executionArn: executionArn ?? executionArnOf(stateMachineArn, name), existed: false }
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionAlreadyExists')
      return { executionArn: executionArnOf(stateMachineArn, name), existed: true }
    throw namedFault(error, 'the execution could not be started')
  }
}

/** `false` for one that has ended and for one that is not there. */
export async function isRunning(executionArn: string): Promise<boolean> {
  try {
    const { status } = await client.send(new DescribeExecutionCommand({ executionArn }))
    return status === 'RUNNING'
  } catch (error) {
    if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return false
    throw namedFault(error, 'the execution could not be looked at')
  }
}

export const stateMachineOf = (project: string, pipeline: Pipeline) =>
  `${requiredVariable('STATE_MACHINE_PREFIX')}${project}-${pipeline}`

export const executionArnOf = (stateMachineArn: string, name: string) =>
  `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`
