/** `regimen executions list|show|follow`: what ran, what runs, and how each state did. */
import { DescribeExecutionCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn'
import { Command } from 'commander'
import { RegimenError } from '../../functions/errors.ts'
import { type Context, openContext } from '../context.ts'
import { statesOf } from '../execution-states.ts'
import { followExecution, historyOf } from '../follow-execution.ts'
import { table } from '../output.ts'

const flows = ['training', 'inference'] as const

export function executionsCommand(): Command {
  const command = new Command('executions').description('executions of the state machines')
  command
    .command('list')
    .description('newest first')
    .option('--limit <n>', 'at most this many', Number, 50)
    .action(async ({ limit }: { limit: number }, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const found = (await Promise.all(flows.map((flow) => listFlow(context, flow, limit)))).flat()
      const executions = found.sort((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, limit)
      context.out.result(executions, () =>
        table(
          ['ID', 'FLOW', 'STATUS', 'STARTED', 'SECONDS'],
          executions.map((e) => [e.id, e.flow, e.status, e.startedAt, e.seconds]),
        ),
      )
    })
  command
    .command('show <id>')
    .description('input, output, error and the time of each state')
    .action(async (id: string, _options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const { executionArn, ...execution } = await describe(context, id)
      const states = statesOf(await historyOf(context.sfn, executionArn)).map(
        ({ name, status, seconds }) => ({
          name,
          status,
          seconds,
        }),
      )
      context.out.result({ ...execution, states }, () =>
        [
          `${execution.stateMachine} ${execution.id}: ${execution.status}`,
          ...(execution.error === undefined ? [] : [`${execution.error}: ${execution.cause ?? ''}`]),
          table(
            ['STATE', 'STATUS', 'SECONDS'],
            states.map((state) => [state.name, state.status, state.seconds]),
          ),
        ].join('\n'),
      )
    })
  command
    .command('follow <id>')
    .description('until it ends')
    .action(async (id: string, _options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const { executionArn } = await describe(context, id)
      const execution = await followExecution(context.sfn, executionArn, context.out)
      context.out.result(execution, () => `${execution.status} after ${execution.seconds.toFixed(1)} s`)
      if (execution.status !== 'SUCCEEDED') process.exitCode = 1
    })
  return command
}

async function listFlow(context: Context, flow: (typeof flows)[number], maxResults: number) {
  const stateMachineArn = context.stateMachine(flow)
  const { executions = [] } = await context.sfn.send(
    new ListExecutionsCommand({ stateMachineArn, maxResults }),
  )
  return executions.map((execution) => ({
    id: execution.name ?? '',
    flow,
    executionArn: execution.executionArn ?? '',
    stateMachine: context.names.stateMachine(context.project, flow),
    status: execution.status ?? '',
    startedAt: execution.startDate?.toISOString() ?? '',
    stoppedAt: execution.stopDate?.toISOString(),
    seconds:
      execution.stopDate === undefined || execution.startDate === undefined
        ? undefined
        : (execution.stopDate.getTime() - execution.startDate.getTime()) / 1000,
  }))
}

/** @param id a run id or an execution ARN. @throws RegimenError `InvalidRequest` when no execution has it. */
async function describe(context: Context, id: string) {
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
