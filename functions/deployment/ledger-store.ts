/** The ledger in the table: one conditional put of entry n+1 is the whole promotion. */
import { RegimenError } from '../errors.ts'
import { getModel } from '../registry/model-store.ts'
import { listItems, putNew, tableKeys } from '../table-store.ts'
import { type LedgerEntry, ledgerEntrySchema, nextEntry, type Promotion } from './ledger.ts'
import { type RollbackRequest, rollbackOf } from './rollback.ts'

/** Newest first, read consistently. */
export async function readLedger(project: string): Promise<LedgerEntry[]> {
  return await listItems(tableKeys.ledger(project), ledgerEntrySchema)
}

export type Appended = ReturnType<typeof nextEntry>
export type AppendedAfter = Appended | { skipped: 'overtaken' }

/** Each lost race means that another promotion was recorded: whoever loses this often meets a storm, not a peer. */
const attempts = 100

/**
 * Appends a promotion. Of concurrent ones each takes its own place; the one that lost reads again and decides again.
 * @throws RegimenError `Conflict` after 100 lost races.
 */
export async function promote(project: string, promotion: Promotion): Promise<Appended> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const ledger = await readLedger(project)
    const next = nextEntry(ledger, promotion)
    if ('skipped' in next || (await put(project, next.entry, ledger[0]))) return next
  }
  throw new RegimenError('Conflict', { what: `the ledger of ${project} moves too fast to append to` })
}

/**
 * Appends what was decided on the sight of one entry, unless another came after it.
 * @param seen sequence of the newest entry that the decision knows; 0 for none
 */
export async function promoteAfter(
  project: string,
  seen: number,
  promotion: Promotion,
): Promise<AppendedAfter> {
  const ledger = await readLedger(project)
  const next = nextEntry(ledger, promotion)
  if ('skipped' in next && next.skipped === 'recorded before') return next
  if ((ledger[0]?.sequence ?? 0) !== seen) return { skipped: 'overtaken' }
  if ('skipped' in next || (await put(project, next.entry, ledger[0]))) return next
  return { skipped: 'overtaken' }
}

/**
 * Puts a version of before into production again; trains nothing, touches no artifact.
 *
 * @throws RegimenError `NoChampion`, `InvalidRequest`, `ModelNotFound`, `ApprovalRefused` (rejected since), `Conflict`
 */
export async function rollBack(project: string, request: RollbackRequest): Promise<AppendedAfter> {
  const ledger = await readLedger(project)
  const promotion = rollbackOf(ledger, request)
  const { status } = await getModel(project, promotion.version)
  if (status === 'Rejected')
    throw new RegimenError('ApprovalRefused', {
      what: `${project} version ${promotion.version} was rejected since`,
      do: 'roll back to another version: regimen models rollback --to <version>',
    })
  const appended = await promoteAfter(project, ledger[0]?.sequence ?? 0, promotion)
  if ('skipped' in appended && appended.skipped === 'overtaken')
    throw new RegimenError('Conflict', {
      what: `the ledger of ${project} moved while it was rolled back`,
      do: 'look at regimen models history, and decide again',
    })
  return appended
}

/** Recording is what takes effect; a clock that is behind the last writer's does not reorder history. */
async function put(project: string, entry: LedgerEntry, before: LedgerEntry | undefined): Promise<boolean> {
  const now = new Date().toISOString()
  const recordedAt = before?.recordedAt !== undefined && before.recordedAt > now ? before.recordedAt : now
  return await putNew(tableKeys.ledgerEntry(project, entry.sequence), { ...entry, recordedAt })
}
