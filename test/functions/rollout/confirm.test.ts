/** What is live is read again after it was changed, and before a deployment may call it its own. */
import { beforeEach, expect, test, vi } from 'vitest'
import { ScheduledTable } from '../../builders/scheduled-table.ts'

const table = new ScheduledTable()
vi.mock('../../../functions/table-store.ts', async (original) => ({
  ...(await original<object>()),
  ...table.store,
}))

const { promoteAfter, readLedger } = await import('../../../functions/deployment/ledger-store.ts')
const { takeStep } = await import('../../../functions/rollout/take-step-store.ts')
const { takeTurn } = await import('../../../functions/rollout/take-turn-store.ts')
const { confirm } = await import('../../../functions/rollout/finish-rollout-store.ts')
const { readLock, readRollout } = await import('../../../functions/rollout/rollout-lock-store.ts')

const project = 'demo'
const runId = 'run'
const overtaken = { name: 'RolloutOvertaken' }
const step = (at: number, share: number) =>
  takeStep({ runId, project, version: '2', champion: '1', step: at, share, who: 'ada', why: 'test' })

let hands = 0
async function byHand(version: string): Promise<void> {
  hands += 1
  const [newest] = await readLedger(project)
  const told = { version, who: 'grace', why: 'test', when: new Date().toISOString() }
  await promoteAfter(project, newest?.sequence ?? 0, { ...told, decision: `by hand ${hands}` })
}

beforeEach(async () => {
  table.clear()
  await byHand('1')
  await takeTurn(project, runId, '2', 3_600)
})

/** Neither confirmed nor let go: its end takes back what it has changed. */
async function nothingConfirmed() {
  expect((await readRollout(project))?.confirmed).not.toBe(runId)
  expect(await readLock(project)).toMatchObject({ owner: runId })
}

test('a version that answers for a share of the entities is not confirmed', async () => {
  await step(0, 0.1)
  await expect(confirm(project, runId, '2')).rejects.toMatchObject(overtaken)
  await nothingConfirmed()
})

test('a version that somebody took out of production after its last step is not confirmed', async () => {
  await step(0, 1)
  await byHand('1')
  await expect(confirm(project, runId, '2')).rejects.toMatchObject(overtaken)
  await nothingConfirmed()
  expect((await readLedger(project))[0]?.version).toBe('1')
})

test('the version of another deployment is not confirmed by this one', async () => {
  await step(0, 1)
  await expect(confirm(project, runId, '3')).rejects.toMatchObject(overtaken)
  await nothingConfirmed()
})

test('a version that answers for everybody is confirmed, once and for all', async () => {
  await step(0, 1)
  expect(await confirm(project, runId, '2')).toEqual({ version: '2', takenBack: false })
  expect(await readRollout(project)).toMatchObject({ confirmed: runId, owner: '' })
  expect(await confirm(project, runId, '2')).toEqual({ version: '2', takenBack: false })
})

test('a step whose place somebody else took meanwhile is not told as taken', async () => {
  let puts = 0
  table.let({
    atWrite(done) {
      if (done || puts > 0) return
      puts += 1
      const entry = {
        ...{ pk: `LEDGER#${project}`, sk: '000000000002', sequence: 2, version: '9', previous: '1' },
        ...{ who: 'grace', why: 'test', when: new Date().toISOString(), decision: 'meanwhile' },
      }
      table.items.set(`${entry.pk}\n${entry.sk}`, entry)
    },
  })
  await expect(step(0, 0.1)).rejects.toMatchObject(overtaken)
  expect((await readLedger(project))[0]).toMatchObject({ version: '9', decision: 'meanwhile' })
})
