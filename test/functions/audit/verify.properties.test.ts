/** Chains of audit events: whatever is changed in them is found. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AuditEvent, beginning, follow, headOf } from '../../../functions/audit/event.ts'
import { nextAnchor, verify, verifyChain } from '../../../functions/audit/verify.ts'

const happening = fc.record({
  actor: fc.string({ minLength: 1 }),
  action: fc.constantFrom('run started', 'dataset approved', 'version registered'),
  resource: fc.string(),
  result: fc.constantFrom('begun' as const, 'done' as const, 'failed' as const),
  requestId: fc.uuid(),
  count: fc.option(fc.nat(), { nil: undefined }),
})
const chains = fc
  .array(fc.array(happening, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 })
  .map((told) =>
    told.map((happenings, at) => {
      let head = beginning(`writer-${at}/2026-01/x`)
      return happenings.map((one, second) => {
        const event = follow(head, one, {
          id: `${at}-${second}`,
          time: new Date(second * 1_000).toISOString(),
        })
        head = headOf(event)
        return event
      })
    }),
  )
const named = (all: readonly (readonly AuditEvent[])[]) =>
  new Map(all.map((events, at) => [`writer-${at}/2026-01/x`, events]))
const anchorOf = (all: readonly (readonly AuditEvent[])[]) =>
  nextAnchor(
    undefined,
    all.flatMap((events) => events.slice(-1).map(headOf)),
    '2026-01-02T00:00:00.000Z',
  )

type Field = 'actor' | 'action' | 'resource' | 'requestId' | 'time' | 'id' | 'previous' | 'hash' | 'chain'
const fields: readonly Field[] = [
  'actor',
  'action',
  'resource',
  'requestId',
  'time',
  'id',
  'previous',
  'hash',
  'chain',
]
const mutation = fc.record({
  kind: fc.constantFrom('edit', 'count', 'reseal', 'remove', 'swap', 'repeat', 'whole'),
  field: fc.constantFrom(...fields),
  chain: fc.nat(),
  at: fc.nat(),
})

describe('audit chains', () => {
  it('are sound as they were written, before and after they grew beyond an anchor', () => {
    fc.assert(
      fc.property(chains, (all) => {
        const anchors = [anchorOf(all.map((events) => events.slice(0, 1)))]
        expect(verify(named(all), anchors)).toEqual([])
        expect(verify(named(all), [...anchors, nextAnchor(anchors[0], [], '2026-01-03')])).toEqual([])
      }),
    )
  })

  it('tell any single change, removal or reordering of an anchored event', () => {
    fc.assert(
      fc.property(chains, mutation, (all, { kind, field, chain, at }) => {
        const chosen = chain % all.length
        const events = all[chosen] ?? []
        const place = at % events.length
        const mutated = mutate(events, place, kind, field)
        fc.pre(mutated !== undefined)
        const found = verify(named(all.map((one, index) => (index === chosen ? (mutated ?? []) : one))), [
          anchorOf(all),
        ])
        expect(found).toHaveLength(1)
        expect(found[0]?.chain).toBe(`writer-${chosen}/2026-01/x`)
      }),
      { numRuns: 500 },
    )
  })

  it('tell the first place where something lies that is no event any more', () => {
    fc.assert(
      fc.property(chains, fc.nat(), (all, at) => {
        const [events = []] = all
        const place = at % events.length
        const broken = new Map<string, readonly (AuditEvent | undefined)[]>(named(all))
        broken.set(
          'writer-0/2026-01/x',
          events.map((event, index) => (index === place ? undefined : event)),
        )
        expect(verify(broken, [anchorOf(all)])).toEqual([
          { chain: 'writer-0/2026-01/x', sequence: place + 1, what: 'an event was changed' },
        ])
      }),
    )
  })

  it('tell the chain that is gone with its name, by the anchor or by heads kept elsewhere', () => {
    fc.assert(
      fc.property(chains, (all) => {
        const { heads } = anchorOf(all)
        expect(verify(new Map(), [anchorOf(all)])).toHaveLength(all.length)
        expect(verify(new Map(), [], heads)).toHaveLength(all.length)
      }),
    )
  })

  it('tell an anchor that was changed or removed from between others', () => {
    fc.assert(
      fc.property(chains, (all) => {
        const first = anchorOf(all)
        const second = nextAnchor(first, first.heads, '2026-01-03T00:00:00.000Z')
        expect(verify(named(all), [second]).map(({ chain }) => chain)).toContain('anchors')
        expect(verify(named(all), [{ ...first, heads: [] }, second]).map(({ chain }) => chain)).toContain(
          'anchors',
        )
      }),
    )
  })

  it('tell a removed event by the links alone unless it was the last', () => {
    fc.assert(
      fc.property(chains, fc.nat(), ([events = []], at) => {
        fc.pre(events.length > 1)
        const place = at % (events.length - 1)
        expect(verifyChain('writer-0/2026-01/x', events.toSpliced(place, 1))?.sequence).toBe(place + 1)
      }),
    )
  })
})

/** `undefined` where the mutation would change nothing. */
function mutate(
  events: readonly AuditEvent[],
  at: number,
  kind: string,
  field: Field,
): AuditEvent[] | undefined {
  const event = events[at]
  if (event === undefined) return undefined
  switch (kind) {
    case 'edit':
      return events.with(at, { ...event, [field]: `${event[field]}x` })
    case 'count':
      return events.with(at, { ...event, count: (event.count ?? -1) + 1 })
    case 'reseal': {
      // Whoever edits an event and computes its hash anew is told by the next one, or by the anchor.
      const before = events[at - 1]
      const { chain, sequence: _, previous: __, hash: ___, id, time, ...told } = event
      const head = before === undefined ? beginning(chain) : headOf(before)
      return events.with(at, follow(head, { ...told, actor: `${event.actor}x` }, { id, time }))
    }
    case 'remove':
      return events.toSpliced(at, 1)
    case 'swap': {
      const next = events[at + 1]
      return next === undefined ? undefined : events.with(at, next).with(at + 1, event)
    }
    case 'repeat':
      return events.toSpliced(at, 0, event)
    default:
      return []
  }
}
