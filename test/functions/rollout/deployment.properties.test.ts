/** Deployments that die anywhere, meet each other and people: one version answers in the end, and the next may begin. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { Died, ScheduledTable } from '../../builders/scheduled-table.ts'

const table = new ScheduledTable()
vi.mock('../../../functions/table-store.ts', async (original) => ({
  ...(await original<object>()),
  ...table.store,
}))

const { promoteAfter, readLedger } = await import('../../../functions/deployment/ledger-store.ts')
const { takeStep } = await import('../../../functions/rollout/take-step-store.ts')
const { takeTurn } = await import('../../../functions/rollout/take-turn-store.ts')
const { confirm, takeBack } = await import('../../../functions/rollout/finish-rollout-store.ts')
const { readLock, readRollout } = await import('../../../functions/rollout/rollout-lock-store.ts')

const project = 'demo'

interface Told {
  /** Shares before the last step, which takes everything. */
  readonly shares: readonly number[]
  /** Whether the watch lets the version go on. */
  readonly good: boolean
  /** Seconds of the lease: one that is over at once makes a zombie of who goes on. */
  readonly lease: number
  /** Whether its end is heard of before the next one begins. */
  readonly heard: boolean
}

/** What the state machine does, state by state. @returns whether its version was confirmed */
async function deploy(runId: string, version: string, { shares, good, lease }: Told): Promise<boolean> {
  await takeTurn(project, runId, version, lease)
  const [newest] = await readLedger(project)
  const champion = newest === undefined || newest.version === version ? null : newest.version
  const steps = champion === null ? [1] : [...shares, 1]
  try {
    for (const [step, share] of steps.entries()) {
      await takeStep({ runId, project, version, champion, step, share, who: 'test', why: 'test' })
      if (!good && champion !== null) throw new Error('worse')
    }
    await confirm(project, runId, version)
    return true
  } catch (error) {
    if (error instanceof Died) throw error
    await takeBack(project, runId, 'worse')
    return false
  }
}

/** What the rule on the end of an execution does. */
async function ended(runId: string): Promise<void> {
  await takeBack(project, runId, 'its execution ended')
}

const told = fc.record({
  shares: fc.constantFrom<readonly number[]>([], [0.1], [0.25, 0.5, 0.75]),
  good: fc.boolean(),
  lease: fc.constantFrom(3_600, 3_600, -1),
  heard: fc.boolean(),
})

let decisions = 0
/** A person promotes or rolls back; whoever comes too late leaves it. */
async function byHand(version: string): Promise<void> {
  const [newest] = await readLedger(project)
  decisions += 1
  const when = new Date().toISOString()
  const decision = `by hand ${decisions}`
  await promoteAfter(project, newest?.sequence ?? 0, { version, who: 'ada', why: 'test', when, decision })
}

/** What holds once the ends of all have been heard of, and of every history. */
async function settled() {
  const entries = (await readLedger(project)).toReversed()
  expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, at) => at + 1))
  expect(await readLock(project)).toBeUndefined()
  expect(entries.at(-1)?.challenger).toBeUndefined()
  for (const [at, { decision }] of entries.entries()) {
    const [, runId, step] = /^deployment (\S+) step (\d+)$/.exec(decision) ?? []
    const before = entries[at - 1]
    // A step follows its own last step, and the first one a version that was alone: nobody's word is overridden.
    if (step === '0') expect(before?.challenger).toBeUndefined()
    else if (step !== undefined) expect(before?.decision).toBe(`deployment ${runId} step ${Number(step) - 1}`)
  }
  return entries
}

// Feature: mlops-platform, Property 25: Rollback availability
test('a deployment that dies at any write is undone by its end, or was confirmed; then the next one may begin', async () => {
  let died = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(told, { minLength: 1, maxLength: 5 }),
      fc.nat(12),
      fc.boolean(),
      async (runs, k, after) => {
        let write = 0
        table.clear()
        table.let({
          atWrite(done) {
            if (!done) write += 1
            if (write === k && done === after) throw new Died()
          },
        })
        // Nothing is in production before the first; what may be afterwards:
        let sound: (string | undefined)[] = [undefined]
        for (const [at, run] of runs.entries()) {
          const [version, runId] = [String(at + 2), `run${at}`]
          const heard = run.heard || at + 1 === runs.length
          const outcome = await deploy(runId, version, { ...run, lease: heard ? 3_600 : -1 }).catch(
            (error: unknown) => {
              expect(error).toBeInstanceOf(Died)
              died += 1
              return 'died' as const
            },
          )
          // Before its confirmation it is undone, after it it stays; the first version has nobody to go back to.
          if (outcome !== false) sound = outcome === true ? [version] : [...sound, version]
          if (!heard) continue
          // Who puts it right may die as well: EventBridge tells it again.
          await ended(runId).catch(() => ended(runId))
          const newest = (await settled()).at(-1)
          expect(sound).toContain(newest?.version)
        }
      },
    ),
    { numRuns: 300 },
  )
  expect(died).toBeGreaterThan(100)
})

test('a version that is deployed again stays, also when the next deployment looks for what nobody answers for', async () => {
  table.clear()
  await byHand('1')
  const good = { shares: [], good: true, lease: 3_600, heard: true }
  for (const runId of ['first', 'again']) {
    expect(await deploy(runId, '2', good)).toBe(true)
    await ended(runId)
    expect((await readLedger(project))[0]?.version).toBe('2')
  }
  expect(await deploy('worse', '3', { ...good, good: false })).toBe(false)
  expect((await settled()).at(-1)?.version).toBe('2')
})

test('deployments and people at the same time, some taken for gone while they go on, leave one version and no lock', async () => {
  const seen = { confirmed: 0, refused: 0, undone: 0 }
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(told, { minLength: 2, maxLength: 4 }),
      fc.array(fc.constantFrom('1', '9'), { maxLength: 2 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 2 }),
      async (scheduler, runs, hands, deaths) => {
        table.clear()
        await byHand('1')
        let write = 0
        table.let({
          turn: () => scheduler.schedule(Promise.resolve()),
          atWrite(done) {
            if (done) write += 1
            if (done && deaths.includes(write)) throw new Died()
          },
        })
        const outcomes = runs.map((run, at) => deploy(`run${at}`, String(at + 2), run).catch(() => false))
        const all = Promise.all([
          Promise.all(outcomes),
          ...hands.map((version) => byHand(version).catch(() => undefined)),
        ])
        await scheduler.waitFor(all)
        table.let({})
        const [confirmed] = await all
        // The events of the executions that failed, late.
        for (const [at, success] of confirmed.entries()) if (!success) await ended(`run${at}`)
        const entries = await settled()
        const newest = entries.at(-1)
        // One that died after its confirmation was written had confirmed.
        const { confirmed: last = '' } = (await readRollout(project)) ?? {}
        const sound = runs.flatMap((_, at) => (confirmed[at] || last === `run${at}` ? [String(at + 2)] : []))
        sound.push('1', '9')
        expect(sound).toContain(newest?.version)
        seen.confirmed += confirmed.filter((success) => success).length
        seen.refused += confirmed.filter((success) => !success).length
        seen.undone += entries.filter(({ decision }) => /taken back/.test(decision)).length
      },
    ),
    { numRuns: 1_000 },
  )
  expect(Math.min(seen.confirmed, seen.refused, seen.undone)).toBeGreaterThan(50)
})
