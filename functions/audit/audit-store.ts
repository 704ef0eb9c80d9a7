/** Audit events in the table: one conditional put each, in a chain that this process alone appends to. */
import { randomUUID } from 'node:crypto'
import type { Context } from 'aws-lambda'
import * as z from 'zod'
import { RegimenError } from '../errors.ts'
import { getItem, listItems, putNew, tableKeys } from '../table-store.ts'
import { type AuditEvent, auditEvent, beginning, follow, type Happening, type Head, headOf } from './event.ts'
import { isRefusal, whenRefused } from './refusal.ts'
import { type Anchor, anchorSchema, type Kept, nextAnchor } from './verify.ts'

const heads = new Map<string, Head>()
let turn: Promise<unknown> = Promise.resolve()

/** Records what happened, or throws: an act that cannot be recorded is not done. */
export async function recordAudit(writer: string, happening: Happening): Promise<AuditEvent> {
  if (happening.result === 'begun')
    whenRefused((error) => recordAudit(writer, { ...happening, result: 'denied', error }))
  const mine = turn.then(() => append(writer, happening))
  // The next one waits for this one, however it ends.
  turn = mine.catch(() => undefined)
  return await mine
}

/**
 * For an act that is tried until it may begin, as one that waits for its turn: its event stands on the trail once,
 * however often it is tried. A refusal is told at whichever try it comes.
 *
 * @param act names it among all acts of the writer
 */
export async function recordOnce(writer: string, act: string, happening: Happening): Promise<void> {
  const key = tableKeys.auditAct(writer, act)
  if ((await getItem(key, z.unknown())) === undefined) {
    await recordAudit(writer, happening)
    // After the event: who dies between them tells it twice, and nothing is done untold.
    await putNew(key, {})
    return
  }
  whenRefused((error) => recordAudit(writer, { ...happening, result: 'denied', error }))
}

/** Whoever is refused a place, or is not told, begins a chain: the same event may then stand in two, under one id. */
async function append(writer: string, happening: Happening): Promise<AuditEvent> {
  const time = new Date().toISOString()
  const stem = `${writer}/${time.slice(0, 7)}`
  const id = randomUUID()
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const head = heads.get(stem) ?? beginning(`${stem}/${randomUUID()}`)
    const event = follow(head, happening, { id, time })
    heads.delete(stem)
    const index = { gsi1pk: tableKeys.auditDay(time.slice(0, 10)), gsi1sk: time }
    if (await putNew(tableKeys.auditEvent(event.chain, event.sequence), { ...event, ...index })) {
      heads.set(stem, headOf(event))
      return event
    }
  }
  throw new RegimenError('Conflict', { what: 'an audit event found no place', where: stem })
}

/** Puts an event before the act, and another one after it when it failed or when its outcome has a name of its own. */
export function audited<Input, Logger, Output>(
  writer: string,
  definition: {
    /** Undefined where nothing is to be told of this input. */
    of(input: Input): Pick<Happening, 'actor' | 'action' | 'resource' | 'purpose' | 'count'> | undefined
    outcome?(
      output: Output,
      input: Input,
    ): Partial<Pick<Happening, 'resource' | 'action' | 'count'>> | undefined
  },
  run: (input: Input, logger: Logger) => Promise<Output>,
) {
  return async (input: Input, logger: Logger, context?: Context): Promise<Output> => {
    const told = definition.of(input)
    if (told === undefined) return await run(input, logger)
    const happening = { ...told, requestId: context?.awsRequestId ?? 'none' }
    await recordAudit(writer, { ...happening, result: 'begun' })
    const output = await run(input, logger).catch(async (error: unknown) => {
      if (isRefusal(error)) throw error
      const name = error instanceof Error ? error.name : 'Error'
      await recordAudit(writer, { ...happening, result: 'failed', error: name })
      throw error
    })
    const outcome = definition.outcome?.(output, input)
    if (outcome !== undefined) await recordAudit(writer, { ...happening, ...outcome, result: 'done' })
    return output
  }
}

/** An item of the trail: where it lies, and the event unless it is none any more. */
const place = z.looseObject({ pk: z.string(), sk: z.string() }).transform((item) => ({
  chain: item.pk.slice(tableKeys.auditChain('').length),
  sequence: Number(item.sk),
  event: auditEvent.safeParse(item).data,
}))

export interface Listing {
  /** Oldest first, each once. */
  readonly events: readonly AuditEvent[]
  /** Where something lies that cannot be read as an event. */
  readonly unreadable: readonly Pick<Head, 'chain' | 'sequence'>[]
}

/** Events of some days; the index may lag a moment behind. */
export async function listAudit(since: Date, until: Date): Promise<Listing> {
  const found = new Map<string, AuditEvent>()
  const unreadable: Pick<Head, 'chain' | 'sequence'>[] = []
  for (const day of daysOf(since, until))
    for (const { event, chain, sequence } of await listItems(tableKeys.auditDay(day), place, {
      index: 'gsi1',
      ascending: true,
    })) {
      if (event === undefined) unreadable.push({ chain, sequence })
      else if (event.time >= since.toISOString() && event.time <= until.toISOString())
        found.set(event.id, event)
    }
  return { events: [...found.values()], unreadable }
}

/** All of a chain in the order of its keys; `undefined` for what is no event any more. */
export async function readChain(chain: string): Promise<Kept<AuditEvent>[]> {
  const items = await listItems(tableKeys.auditChain(chain), place, { ascending: true })
  return items.map(({ event }) => event)
}

export async function readAnchors(): Promise<Kept<Anchor>[]> {
  return await listItems(tableKeys.auditAnchors, anchorSchema.optional().catch(undefined), {
    ascending: true,
  })
}

/** Notes, once an hour, what each chain of the last two days has come to. @returns whether it was done */
export async function anchorHeads(now: Date): Promise<boolean> {
  const [before] = await listItems(tableKeys.auditAnchors, anchorSchema, { limit: 1 })
  const time = now.toISOString()
  if (before !== undefined && before.time.slice(0, 13) >= time.slice(0, 13)) return false
  const newest = new Map<string, Head>()
  for (const day of daysOf(new Date(now.getTime() - 86_400_000), now))
    for (const { event } of await listItems(tableKeys.auditDay(day), place, { index: 'gsi1' }))
      if (event !== undefined && event.sequence > (newest.get(event.chain)?.sequence ?? 0))
        newest.set(event.chain, headOf(event))
  const anchor = nextAnchor(before, [...newest.values()], time)
  return await putNew(tableKeys.auditAnchor(anchor.sequence), { ...anchor })
}

function daysOf(since: Date, until: Date): string[] {
  const last = until.toISOString().slice(0, 10)
  const days: string[] = []
  for (let at = since.getTime(); days.at(-1) !== last && at < until.getTime() + 86_400_000; at += 86_400_000)
    days.push(new Date(at).toISOString().slice(0, 10))
  return days
}
