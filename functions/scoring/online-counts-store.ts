/**
 * Counts of single predictions while two versions share them, in the table: one item for each process and version below
 * the entry of the ledger that shares them, so that no item is written by two and none is hot.
 */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { listItems, tableKeys, updateItem } from '../table-store.ts'
import { addCounts, noCounts, type OnlineCounts, onlineCounts } from './online-counts.ts'

const mine = randomUUID()
const totals = new Map<string, OnlineCounts>()

/** @param sequence of the entry of the ledger that was answered by */
export async function keepCounts(
  project: string,
  sequence: number,
  versions: ReadonlyMap<string, OnlineCounts>,
): Promise<void> {
  const items = [...versions].map(([version, counts]) => {
    const key = tableKeys.onlineCount(project, sequence, version, mine)
    const total = addCounts(totals.get(`${key.pk}\n${key.sk}`) ?? noCounts, counts)
    totals.set(`${key.pk}\n${key.sk}`, total)
    return updateItem(key, { set: { version, ...total } })
  })
  await Promise.all(items)
}

/** Version to what all processes have counted. */
export async function readCounts(project: string, sequence: number): Promise<Map<string, OnlineCounts>> {
  const items = await listItems(
    tableKeys.onlineCounts(project, sequence),
    onlineCounts.extend({ version: z.string() }),
  )
  const versions = new Map<string, OnlineCounts>()
  for (const { version, ...counts } of items)
    versions.set(version, addCounts(versions.get(version) ?? noCounts, counts))
  return versions
}
