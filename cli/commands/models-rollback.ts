/** `regimen models rollback`: the version before takes over again, at once and without training. */
import { Command } from 'commander'
import { recordAudit } from '../../functions/audit/audit-store.ts'
import { tellingRefusals } from '../../functions/audit/refusal.ts'
import { rollBack } from '../../functions/deployment/ledger-store.ts'
import { openContext } from '../context.ts'

export function rollbackCommand(): Command {
  return new Command('rollback')
    .description('put a version of before into production again; trains nothing')
    .option('--to <version>', 'a version that was in production before; by default the last other one')
    .requiredOption('--reason <text>', 'why, for the ledger')
    .action(async ({ to, reason }: { to?: string; reason: string }, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const appended = await tellingRefusals(async () => {
        await recordAudit('regimen', {
          actor: context.caller,
          action: 'roll back',
          resource: `${context.project} ${to === undefined ? 'to the version before' : `to version ${to}`}`,
          purpose: reason,
          result: 'begun',
          requestId: crypto.randomUUID(),
        })
        return await rollBack(context.project, {
          to,
          who: context.caller,
          why: reason,
          now: new Date().toISOString(),
        })
      })
      const answer =
        'entry' in appended
          ? { rolledBack: true, ...appended.entry }
          : { rolledBack: false, reason: appended.skipped }
      context.out.result(answer, () =>
        'entry' in appended
          ? `version ${appended.entry.version} is in production again (entry ${appended.entry.sequence})`
          : `nothing to do: ${appended.skipped}`,
      )
    })
}
