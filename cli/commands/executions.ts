/** `regimen executions`: what ran and how each state did; stop, redrive and rerun it. */
import { ListExecutionsCommand, RedriveExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { Command } from 'commander'
import { type Context, type GlobalOptions, openContext, openEnvironment } from '../context.ts'
import { statesOf } from '../execution-states.ts'
import { findExecution, flows } from '../find-execution.ts'
import { followExecution, historyOf } from '../follow-execution.ts'
import { table } from '../output.ts'
import { rerunExecution } from '../rerun/rerun-execution.ts'
import { waitingRuns, withdrawRun } from '../waiting-runs.ts'

export function executionsCommand(): Command {
  const command = new Command('executions').description('executions of the state machines')
  command
    .command('list')
    .description('newest first')
    .option('--limit <n>', 'at most this many', Number, 50)
    .action(async ({ limit }: { limit: number }, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const found = (await Promise.all(flows.map((flow) => listFlow(context, flow, limit)))).flat()
      const waiting = (await Promise.all(flows.map((flow) => listWaiting(context, flow)))).flat()
      const started = found.sort((a, b) => b.startedAt.localeCompare(a.startedAt))
      const executions = [...waiting.reverse(), ...started].slice(0, limit)
      context.out.result(executions, () =>
        table(
          ['ID', 'FLOW', 'STATUS', 'STARTED', 'SECONDS'],
          executions.map((e) => [
            e.id,
            e.flow,
            'place' in e ? `${e.status}, place ${e.place}` : e.status,
            e.startedAt,
            e.seconds,
          ]),
        ),
      )
    })
  command
    .command('show <id>')
    .description('input, output, error and the time of each state')
    .action(async (id: string, _options: object, self: Command) => {
      const context = await openFor(id, self.optsWithGlobals())
      const { executionArn, ...execution } = await findExecution(context, id)
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
      const context = await openFor(id, self.optsWithGlobals())
      const { executionArn } = await findExecution(context, id)
      await follow(context, executionArn)
    })
  command
    .command('stop <id>')
    .description('end it as ABORTED, and the jobs that it waits for')
    .option('--cause <text>', 'why, for whoever reads the execution', 'stopped by regimen')
    .action(async (id: string, { cause }: { cause: string }, self: Command) => {
      const context = await openFor(id, self.optsWithGlobals())
      const waiting = (await Promise.all(flows.map((flow) => waitingRuns(context, flow)))).flat()
      const queued = waiting.find((run) => run.id === id)
      if (queued !== undefined && (await withdrawRun(context, id, queued.flow))) {
        context.out.result({ id, status: 'ABORTED' }, () => `${id}: taken back while it waited`)
        return
      }
      const { executionArn } = await findExecution(context, id)
      await context.sfn.send(new StopExecutionCommand({ executionArn, error: 'Stopped', cause }))
      const execution = await findExecution(context, executionArn)
      context.out.result(execution, () => `${execution.id}: ${execution.status}`)
    })
  command
    .command('redrive <id>')
    .description('carry an unsuccessful one on from what had not succeeded: same definition, same input')
    .option('--wait', 'follow it to its end')
    .action(async (id: string, { wait }: { wait?: boolean }, self: Command) => {
      const context = await openFor(id, self.optsWithGlobals())
      const { executionArn } = await findExecution(context, id)
      await context.sfn.send(new RedriveExecutionCommand({ executionArn }))
      if (wait === true) return await follow(context, executionArn)
      const execution = await findExecution(context, executionArn)
      context.out.result(execution, () => `${execution.id}: redrive ${execution.redriveCount}`)
    })
  command
    .command('rerun <id>')
    .description("a new one with today's code, from what a state of this one was entered with")
    .requiredOption('--from <state>', 'the state to begin at')
    .option('--wait', 'follow it to its end')
    .action(async (id: string, { from, wait }: { from: string; wait?: boolean }, self: Command) => {
      const context = await openFor(id, self.optsWithGlobals())
      const { executionArn } = await findExecution(context, id)
      const rerun = await rerunExecution(context, executionArn, from)
      if (wait === true) return await follow(context, rerun.executionArn, rerun)
      context.out.result(rerun, () => `${rerun.id}: ${rerun.of} again from ${rerun.from}`)
    })
  return command
}

/** An ARN says itself where the execution is; a run id is one of the project's. */
const openFor = (id: string, options: GlobalOptions): Promise<Context> =>
  id.startsWith('arn:') ? openEnvironment(options) : openContext(options)

async function follow(context: Context, executionArn: string, about: object = {}): Promise<void> {
  const execution = await followExecution(context.sfn, executionArn, context.out)
  context.out.result(
    { ...about, ...execution },
    () => `${execution.status} after ${execution.seconds.toFixed(1)} s`,
  )
  if (execution.status !== 'SUCCEEDED') process.exitCode = 1
}

async function listWaiting(context: Context, flow: (typeof flows)[number]) {
  return (await waitingRuns(context, flow)).map(({ id, place, requestedBy, since }) => ({
    id,
    flow,
    executionArn: '',
    stateMachine: context.names.stateMachine(context.project, flow),
    status: 'QUEUED',
    place,
    requestedBy,
    startedAt: since,
    stoppedAt: undefined,
    seconds: undefined,
  }))
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
