import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  admit,
  type Change,
  emptyQueue,
  join,
  leaseMilliseconds,
  leave,
  occupy,
  placesOf,
  type Queue,
} from '../../../functions/starter/queue.ts'
import { mostFailures, type QueuePorts, takeTurns } from '../../../functions/starter/take-turns.ts'

const waiting = (runId: string, requestedBy = 'ada') => ({
  runId,
  requestedBy,
  since: '2026-11-21T09:00:00Z',
})

/** Step Functions and the table in memory; each effect may be the last before a crash. */
class World {
  queue: Queue = emptyQueue
  revision = 0
  clock = 0
  readonly executions = new Map<string, 'RUNNING' | 'ENDED'>()
  readonly starts: string[] = []
  readonly givenUp: string[] = []
  mostAtOnce = 0
  readonly limit: number
  /** The effect, counted from 1, at which the caller dies; whether the effect still happens. */
  crash: { at: number; after: boolean } | undefined
  effects = 0
  readonly refused = new Set<string>()

  constructor(limit: number) {
    this.limit = limit
  }

  get ports(): QueuePorts {
    return {
      limit: this.limit,
      now: () => this.clock,
      change: async (change: Change) => {
        for (;;) {
          const [seen, revision] = [this.queue, this.revision]
          await Promise.resolve()
          const next = change(seen)
          const won = await this.#effect(() => {
            if (this.revision !== revision) return false
            this.queue = next
            this.revision += 1
            return true
          })
          if (won) return next
        }
      },
      start: async (runId) => {
        if (this.refused.has(runId)) throw new Error('refused')
        return await this.#effect(() => {
          if (this.executions.has(runId)) return { existed: this.executions.get(runId) === 'ENDED' }
          this.executions.set(runId, 'RUNNING')
          this.starts.push(runId)
          const going = [...this.executions.values()].filter((each) => each === 'RUNNING').length
          this.mostAtOnce = Math.max(this.mostAtOnce, going)
          return { existed: false }
        })
      },
      isRunning: async (runId) => this.executions.get(runId) === 'RUNNING',
      giveUp: async (runId) => {
        this.givenUp.push(runId)
      },
    }
  }

  async #effect<Result>(act: () => Result): Promise<Result> {
    this.effects += 1
    const dies = this.effects === this.crash?.at
    if (dies && !this.crash?.after) throw new Error('crash before')
    const result = act()
    await Promise.resolve()
    if (dies) throw new Error('crash after')
    return result
  }

  /** Ends a run; its status event comes until it is dealt with, as EventBridge delivers. */
  async end(runId: string): Promise<void> {
    this.executions.set(runId, 'ENDED')
    await this.#retried(leave(runId))
  }

  async ask(runId: string, requestedBy?: string): Promise<void> {
    await this.#retried(join(waiting(runId, requestedBy)))
  }

  async #retried(change: Change): Promise<void> {
    for (;;)
      try {
        if ((await takeTurns(this.ports, change)).failed.size === 0) return
      } catch {
        // The caller asks again.
      }
  }

  going = () => [...this.executions].flatMap(([runId, state]) => (state === 'RUNNING' ? [runId] : []))
}

describe('turns', () => {
  test('lets as many go as the limit says, and the next when one ends', async () => {
    const world = new World(2)
    for (const runId of ['a', 'b', 'c', 'd']) await world.ask(runId)
    expect(world.starts).toEqual(['a', 'b'])
    expect([...placesOf(world.queue)]).toEqual([
      ['c', 1],
      ['d', 2],
    ])
    await world.end('b')
    expect(world.starts).toEqual(['a', 'b', 'c'])
    expect([...placesOf(world.queue)]).toEqual([['d', 1]])
  })

  test('goes round among those who ask: ten runs of one do not hold up the one of another', async () => {
    const world = new World(2)
    for (let run = 0; run < 10; run += 1) await world.ask(`a${run}`, 'ada')
    await world.ask('g0', 'grace')
    expect(placesOf(world.queue).get('g0')).toBe(1)
    await world.end('a0')
    expect(world.starts).toEqual(['a0', 'a1', 'g0'])
    await world.end('a1')
    await world.end('g0')
    expect(world.starts.slice(3)).toEqual(['a2', 'a3'])
  })

  test('takes over the lease of a run that is gone, and renews that of one that is not', async () => {
    const world = new World(1)
    await world.ask('a')
    await world.ask('b')
    world.clock += leaseMilliseconds
    await world.ask('c')
    expect(world.starts).toEqual(['a'])
    // It ended, and nobody was told.
    world.executions.set('a', 'ENDED')
    world.clock += leaseMilliseconds
    await world.ask('d')
    expect(world.starts).toEqual(['a', 'b'])
    expect([...placesOf(world.queue).keys()]).toEqual(['c', 'd'])
  })

  test('gives up a run that cannot be started, and goes on with the next', async () => {
    const world = new World(1)
    world.refused.add('a')
    for (let attempt = 1; attempt < mostFailures; attempt += 1) {
      const { queue, failed } = await takeTurns(world.ports, join(waiting('a')))
      expect([...failed.keys()]).toEqual(['a'])
      expect(queue.running).toHaveLength(1)
    }
    await world.ask('b')
    expect(world.givenUp).toEqual(['a'])
    expect(world.starts).toEqual(['b'])
  })

  test('an end of an earlier life gives back no place of a redrive', () => {
    const queue = occupy(waiting('a'), 1, 0)(emptyQueue)
    expect(leave('a', 0)(queue).running).toHaveLength(1)
    expect(leave('a', 1)(queue).running).toHaveLength(0)
    expect(occupy(waiting('a'), 0, 5)(queue)).toBe(queue)
  })

  test('a place is the order in which those that wait are let in while nobody ends', () => {
    const asked = fc.array(fc.constantFrom('ada', 'grace', 'joan'), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(asked, fc.integer({ min: 1, max: 4 }), (people, limit) => {
        let queue = emptyQueue
        for (const [at, person] of people.entries())
          queue = admit(limit, 0)(join(waiting(`r${at}`, person))(queue))
        const places = [...placesOf(queue)].sort((a, b) => a[1] - b[1]).map(([runId]) => runId)
        const before = queue.running.length
        const all = admit(100, 0)(queue).running.slice(before)
        expect(all.map(({ runId }) => runId)).toEqual(places)
      }),
      { numRuns: 100 },
    )
  })

  // Feature: mlops-platform, Property 4: Concurrent training independence
  test('whoever dies at whichever write, each run is started once, within the limit, in the order of its requester', async () => {
    const history = fc.record({
      limit: fc.integer({ min: 1, max: 3 }),
      people: fc.array(fc.constantFrom('ada', 'grace'), { minLength: 1, maxLength: 8 }),
      crashes: fc.array(fc.record({ at: fc.integer({ min: 1, max: 12 }), after: fc.boolean() }), {
        maxLength: 6,
      }),
    })
    await fc.assert(
      fc.asyncProperty(history, async ({ limit, people, crashes }) => {
        const world = new World(limit)
        const armed = [...crashes]
        const arm = () => {
          const next = armed.shift()
          world.crash = next && { at: world.effects + next.at, after: next.after }
        }
        for (const [at, person] of people.entries()) {
          arm()
          await world.ask(`r${at}`, person)
        }
        while (world.going().length > 0) {
          arm()
          await world.end(world.going()[0] ?? '')
        }
        expect([...world.starts].sort()).toEqual(people.map((_, at) => `r${at}`).sort())
        expect(world.mostAtOnce).toBeLessThanOrEqual(limit)
        expect(world.queue).toEqual(emptyQueue)
        for (const person of new Set(people)) {
          const own = world.starts.filter((runId) => people[Number(runId.slice(1))] === person)
          expect(own).toEqual([...own].sort())
        }
      }),
      { numRuns: 300 },
    )
  })

  // Feature: mlops-platform, Property 4: Concurrent training independence
  test('requests and ends that interleave in any way start each run once, within the limit', async () => {
    const shape = fc.record({
      limit: fc.integer({ min: 1, max: 3 }),
      count: fc.integer({ min: 2, max: 7 }),
      twice: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(shape, async ({ limit, count, twice }) => {
        const world = new World(limit)
        const names = Array.from({ length: count }, (_, at) => `r${at}`)
        await Promise.all([...names, ...(twice ? names : [])].map((runId) => world.ask(runId)))
        while (world.going().length > 0) {
          const ends = world.going()
          // Two tellings of one end start one.
          await Promise.all([...ends, ...ends].map((runId) => world.end(runId)))
        }
        expect([...world.starts].sort()).toEqual(names)
        expect(world.mostAtOnce).toBeLessThanOrEqual(limit)
        expect(world.queue).toEqual(emptyQueue)
      }),
      { numRuns: 200 },
    )
  })
})
