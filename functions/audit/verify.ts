/** Tells whether chains of audit events are what they were: nothing edited, removed, put in or moved. */
import * as z from 'zod'
import { digestOf } from '../canonical-json.ts'
import { type AuditEvent, beginning, type Head, hashOf } from './event.ts'

export const anchorSchema = z.object({
  sequence: z.int().min(1),
  time: z.string(),
  previous: z.string(),
  heads: z.array(z.object({ chain: z.string(), sequence: z.int(), hash: z.string() })),
  hash: z.string(),
})
export type Anchor = z.output<typeof anchorSchema>

export interface Breach {
  readonly chain: string
  /** Where the chain stops to be what it was. */
  readonly sequence: number
  readonly what:
    | 'an event is missing or moved'
    | 'an event was changed'
    | 'the link is broken'
    | 'the end is missing'
    | 'an anchor was changed or is missing'
}

/** Anchors that follow `before`: what each chain had come to at a time. */
export function nextAnchor(before: Anchor | undefined, heads: readonly Head[], time: string): Anchor {
  const unsealed = {
    sequence: (before?.sequence ?? 0) + 1,
    time,
    previous: before?.hash ?? '',
    heads: heads.map(({ chain, sequence, hash }) => ({ chain, sequence, hash })),
  }
  return { ...unsealed, hash: digestOf(unsealed) }
}

/** What cannot be read as an event, or an anchor, any more is `undefined` in its place. */
export type Kept<Item> = Item | undefined

/** @param events all of one chain, in the order of their keys */
export function verifyChain(chain: string, events: readonly Kept<AuditEvent>[]): Breach | undefined {
  let head = beginning(chain)
  for (const event of events) {
    const at = { chain, sequence: head.sequence + 1 }
    if (event === undefined) return { ...at, what: 'an event was changed' }
    const { sequence, hash } = event
    if (sequence !== head.sequence + 1 || event.chain !== chain)
      return { ...at, what: 'an event is missing or moved' }
    if (hashOf(event) !== hash) return { ...at, what: 'an event was changed' }
    if (event.previous !== head.hash) return { ...at, what: 'the link is broken' }
    head = { chain, sequence, hash }
  }
  return undefined
}

/**
 * @param chains name to all its events
 * @param anchors ascending
 * @param kept heads that somebody noted elsewhere
 */
export function verify(
  chains: ReadonlyMap<string, readonly Kept<AuditEvent>[]>,
  anchors: readonly Kept<Anchor>[],
  kept: readonly Head[] = [],
): Breach[] {
  const breaches = [...chains].flatMap(([chain, events]) => verifyChain(chain, events) ?? [])
  const anchorsBreak = brokenAnchor(anchors)
  if (anchorsBreak !== undefined) breaches.push(anchorsBreak)
  const told = new Set(breaches.map(({ chain }) => chain))
  for (const head of [...anchors.flatMap((anchor) => anchor?.heads ?? []), ...kept]) {
    const found = chains.get(head.chain)?.[head.sequence - 1]
    if (found?.hash === head.hash || told.has(head.chain)) continue
    told.add(head.chain)
    breaches.push({ chain: head.chain, sequence: head.sequence, what: 'the end is missing' })
  }
  return breaches
}

function brokenAnchor(anchors: readonly Kept<Anchor>[]): Breach | undefined {
  let before: Anchor | undefined
  for (const anchor of anchors) {
    const expected = anchor === undefined ? undefined : nextAnchor(before, anchor.heads, anchor.time)
    if (anchor === undefined || expected?.hash !== anchor.hash || expected.sequence !== anchor.sequence)
      return {
        chain: 'anchors',
        sequence: (before?.sequence ?? 0) + 1,
        what: 'an anchor was changed or is missing',
      }
    before = anchor
  }
  return undefined
}
