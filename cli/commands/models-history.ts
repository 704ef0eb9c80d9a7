/** `regimen models history`: the promotion ledger, or which version was in production at a time and who put it there. */
import { Command } from 'commander'
import { inEffectAt, type LedgerEntry } from '../../functions/deployment/ledger.ts'
import { readLedger } from '../../functions/deployment/ledger-store.ts'
import { RegimenError } from '../../functions/errors.ts'
import { openContext } from '../context.ts'
import { table } from '../output.ts'

export function historyCommand(): Command {
  return new Command('history')
    .description('the promotion ledger: who put which version into production, when and why')
    .option('--at <time>', 'only what was in production at this time (ISO 8601)')
    .action(async ({ at }: { at?: string }, self: Command) => {
      const time = at === undefined ? undefined : parseTime(at)
      const context = await openContext(self.optsWithGlobals())
      const entries = await readLedger(context.project)
      if (time === undefined) {
        context.out.result(entries, () => shown(entries))
        return
      }
      const entry = inEffectAt(entries, time)
      context.out.result({ at: new Date(time).toISOString(), inProduction: entry ?? null }, () =>
        entry === undefined ? `${context.project} had no version in production` : shown([entry]),
      )
    })
}

const shown = (entries: readonly LedgerEntry[]) =>
  table(
    ['#', 'VERSION', 'CHALLENGER', 'PREVIOUS', 'WHO', 'WHY', 'DECIDED', 'IN EFFECT'],
    entries.map(({ challenger, ...e }) => [
      e.sequence,
      e.version,
      challenger === undefined ? '' : `${challenger.version} (${challenger.share * 100} %)`,
      e.previous,
      e.who,
      e.why,
      e.when,
      e.recordedAt ?? e.when,
    ]),
  )

/** @throws RegimenError `InvalidRequest` */
function parseTime(at: string): number {
  const time = /^\d{4}-\d{2}-\d{2}/.test(at) ? Date.parse(at) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new RegimenError('InvalidRequest', {
    what: '--at is no time',
    expected: 'ISO 8601: 2026-01-31T12:00:00Z',
  })
}
