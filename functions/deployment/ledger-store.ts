/** The ledger in the table: one conditional put of entry n+1 is the whole promotion. */
import { RegimenError } from '../errors.ts'
import { listItems, putNew, tableKeys } from '../table-store.ts'
import { type LedgerEntry, ledgerEntrySchema, nextEntry, type Promotion } from './ledger.ts'

/** Newest first, read consistently. */
export async function readLedger(project: string): Promise<LedgerEntry[]> {
  return await listItems(tableKeys.ledger(project), ledgerEntrySchema)
}

export type Appended = ReturnType<typeof nextEntry>

/** Each lost race means that another promotion was recorded: whoever loses this often meets a storm, not a peer. */
const attempts = 100

/**
 * Appends a promotion. Of concurrent ones each takes its own place; the one that lost reads again and decides again.
 * @throws RegimenError `Conflict` after 100 lost races.
 */
export async function promote(project: string, promotion: Promotion): Promise<Appended> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const next = nextEntry(await readLedger(project), promotion)
    if ('skipped' in next) return next
    if (await putNew(tableKeys.ledgerEntry(project, next.entry.sequence), next.entry)) return next
  }
  throw new RegimenError('Conflict', { what: `the ledger of ${project} moves too fast to append to` })
}
