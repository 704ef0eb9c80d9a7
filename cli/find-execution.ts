/** Finds an execution by its run id or its ARN. */
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn'
import { RegimenError } from '../functions/errors.ts'
import { pipelines } from '../functions/starter/pipeline.ts'
import type { Context } from './context.ts'

export const flows = pipelines

/** @throws RegimenError `InvalidRequest` when no execution has it. */
export async function findExecution(context: Context, id: string) {
  const candidates = id.startsWith('arn:')
    ? [id]
    : flows.map((flow) => `${context.stateMachine(flow).replace(':stateMachine:', ':execution:')}:${id}`)
  for (const executionArn of candidates) {
    try {
      const found = await context.sfn.send(new DescribeExecutionCommand({ executionArn }))
      return {
        id: found.name ?? id,
        executionArn,
        stateMachine: found.stateMachineArn?.split(':').at(-1) ?? '',
        status: found.status ?? '',
        input: parse(found.input),
        output: parse(found.output),
        error: found.error,
        cause: found.cause,
        startedAt: found.startDate?.toISOString(),
        stoppedAt: found.stopDate?.toISOString(),
        redriveCount: found.redriveCount ?? 0,
        redriveStatus: found.redriveStatus,
      }
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ExecutionDoesNotExist') throw error
    }
  }
  throw new RegimenError('InvalidRequest', {
    what: `no execution "${id}"`,
    where: `in project ${context.project}`,
    do: 'see `regimen executions list`',
  })
}

const parse = (json: string | undefined): unknown => (json === undefined ? undefined : JSON.parse(json))
