/** `regimen monitor`: look at the windows of the version in production, see the open episode, say that one has seen it. */
import { Command } from 'commander'
import * as z from 'zod'
import { listAlerts } from '../../functions/alarm/alert-store.ts'
import type { SignalState } from '../../functions/monitoring/monitor-state.ts'
import { readMonitor } from '../../functions/monitoring/monitor-store.ts'
import { openContext } from '../context.ts'
import { invokeFunction } from '../invoke-function.ts'
import { finishRun, startRun } from '../start-run.ts'

export function monitorCommand(): Command {
  const command = new Command('monitor').description('episodes of drift or lost performance, and retraining')
  command
    .command('run')
    .description('look at the windows now, as after every batch and once a day')
    .action(async (_options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const finished = await finishRun(context, await startRun(context, { pipeline: 'monitoring' }))
      const seen = observed.parse(finished.output)
      context.out.result({ ...finished, ...seen }, () =>
        [
          `version ${seen.modelVersion ?? 'none'}: ${seen.phase}${seen.episode === null ? '' : `, episode ${seen.episode}`}`,
          ...(seen.notices.length === 0 ? [] : [`told: ${seen.notices.join(', ')}`]),
          ...(seen.trainingRunId === undefined ? [] : [`challenger: run ${seen.trainingRunId}`]),
          `retraining: ${seen.reason}`,
        ].join('\n'),
      )
    })
  command
    .command('status')
    .description('the open episode, the last windows, retraining, what was told')
    .action(async (_options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const { revision: _, ...state } = await readMonitor(context.project)
      const told = (await listAlerts(context.project))
        .filter(({ pipeline }) => pipeline === 'monitoring')
        .map(({ runId: notice, status, at, published }) => ({ notice, status, at, published }))
      context.out.result({ ...state, told }, () => {
        const { episode, retraining, lastRetraining } = state
        return [
          episode === null
            ? 'no episode is open'
            : `episode ${episode.id} since ${episode.since} (${episode.causes.join(', ')}), ${episode.acknowledgedBy === undefined ? 'nobody has acknowledged it' : `acknowledged by ${episode.acknowledgedBy}`}`,
          `drift        ${windows(state.drift)}`,
          `performance  ${windows(state.performance)}`,
          retraining === null
            ? `last retraining: ${lastRetraining?.runId ?? lastRetraining?.key ?? 'none'}`
            : `retraining: ${retraining.runId ?? retraining.key}`,
          ...told.map(({ at, status, notice }) => `${at} ${status} ${notice}`),
        ].join('\n')
      })
    })
  command
    .command('acknowledge')
    .description('say that somebody looks after the open episode')
    .option('--episode <id>', 'of one that is named by its id')
    .action(async ({ episode }: { episode?: string }, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const { project, caller: requestedBy } = context
      const request = { project, requestedBy, ...(episode === undefined ? {} : { episode }) }
      const answer = await invokeFunction(context, 'acknowledge-episode', request, acknowledgement)
      context.out.result(answer, () =>
        answer.episode === null
          ? 'no episode is open'
          : `${answer.episode}: ${answer.acknowledged ? 'acknowledged' : 'not open, or acknowledged before'}`,
      )
    })
  return command
}

const acknowledgement = z.object({ episode: z.string().nullable(), acknowledged: z.boolean() })

const observed = z.object({
  modelVersion: z.string().nullable(),
  phase: z.string(),
  episode: z.string().nullable(),
  notices: z.array(z.string()),
  reason: z.string(),
  trainingRunId: z.string().optional(),
})

/** Oldest first: `!` beyond the limit, `.` quiet. */
const windows = ({ recent }: SignalState) =>
  recent.length === 0 ? '(no window yet)' : recent.map(({ violated }) => (violated ? '!' : '.')).join('')
