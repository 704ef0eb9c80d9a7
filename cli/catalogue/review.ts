/** `regimen datasets approve|reject`: a decision on a version, by whoever runs the command. */
import type { Command } from 'commander'
import * as z from 'zod'
import { decisionSchema } from '../../functions/dataset/review.ts'
import { openContext } from '../context.ts'
import { findDataset } from '../find-dataset.ts'
import { invokeFunction } from '../invoke-function.ts'

const answer = decisionSchema.extend({ changed: z.boolean() })

export function reviewCommand(command: Command, verb: string, status: 'approved' | 'rejected'): void {
  command
    .command(`${verb} <name@version>`)
    .description(
      status === 'approved' ? 'let models be trained on it' : 'keep models from being trained on it',
    )
    .option('--reason <text>', status === 'approved' ? 'why' : 'why; needed', '')
    .action(async (reference: string, { reason }: { reason: string }, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const { project, name, version } = await findDataset(context, reference)
      const request = { project, name, version, status, reviewer: context.caller, reason }
      const decision = await invokeFunction(context, 'review-dataset', request, answer)
      context.out.result(
        decision,
        () =>
          `${name}@${version}: ${decision.status} by ${decision.reviewer} at ${decision.decidedAt}${decision.changed ? '' : ' (as before)'}`,
      )
    })
}
