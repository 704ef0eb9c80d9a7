/** `regimen audit`: who did what, and whether what is told of it is what was written. */
import { readFile, writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import * as z from 'zod'
import { listAudit, readAnchors, readChain } from '../../functions/audit/audit-store.ts'
import { type AuditEvent, headOf } from '../../functions/audit/event.ts'
import { type Kept, verify } from '../../functions/audit/verify.ts'
import { RegimenError } from '../../functions/errors.ts'
import { openEnvironment } from '../context.ts'
import { table } from '../output.ts'

const day = 86_400_000
interface Span {
  since?: string
  until?: string
}

export function auditCommand(): Command {
  const command = new Command('audit')
    .description('who started, decided, deployed what, and when')
    .option('--since <time>', 'ISO 8601 (default: 30 days ago)')
    .option('--until <time>', 'ISO 8601 (default: now)')
    .option('--who <text>', 'part of the name of a person')
    .option('--what <text>', 'part of an action or of what it was done to')
    .action(async (options: Span & { who?: string; what?: string }, self: Command) => {
      const context = await openEnvironment(self.optsWithGlobals())
      const { events: all, unreadable } = await listAudit(...spanOf(options))
      const events = all.filter(
        ({ actor, action, resource }) =>
          holds(actor, options.who) && (holds(action, options.what) || holds(resource, options.what)),
      )
      if (unreadable.length > 0)
        context.out.line(
          `events that cannot be read any more: ${unreadable.length}; regimen audit verify names them`,
        )
      context.out.result(events, () => shown(events))
    })
  command
    .command('verify')
    .description('whether an event was changed, removed or moved; exit code 1 when one was')
    .option('--keep <file>', 'note in this file what the chains have come to')
    .option('--against <file>', 'hold the chains against what was noted there before')
    .action(async (options: { keep?: string; against?: string }, self: Command) => {
      const globals: Span & { project?: string } = self.optsWithGlobals()
      const context = await openEnvironment(globals)
      const [since, until] = spanOf(globals)
      const [{ events, unreadable }, anchors] = await Promise.all([listAudit(since, until), readAnchors()])
      const kept = options.against === undefined ? [] : await readHeads(options.against)
      const names = new Set([
        ...[...events, ...unreadable].map(({ chain }) => chain),
        ...anchors.flatMap((anchor) => anchor?.heads.map(({ chain }) => chain) ?? []),
        ...kept.map(({ chain }) => chain),
      ])
      const chains = new Map<string, Kept<AuditEvent>[]>()
      for (const name of names) chains.set(name, await readChain(name))
      const breaches = verify(chains, anchors, kept)
      // A trail that was changed is not what others are to be held against.
      if (options.keep !== undefined && breaches.length === 0) {
        const heads = [...chains.values()].flatMap((chain) => chain.at(-1) ?? []).map(headOf)
        await writeFile(options.keep, `${JSON.stringify(heads)}\n`)
      }
      const count = [...chains.values()].reduce((sum, { length }) => sum + length, 0)
      const answer = {
        sound: breaches.length === 0,
        chains: chains.size,
        events: count,
        anchors: anchors.length,
        breaches,
      }
      context.out.result(answer, () =>
        answer.sound
          ? `${count} events in ${chains.size} chains are as they were written (${anchors.length} anchors)`
          : breaches.map(({ chain, sequence, what }) => `${chain} at ${sequence}: ${what}`).join('\n'),
      )
      if (!answer.sound) process.exitCode = 1
    })
  return command
}

const holds = (text: string, part: string | undefined) =>
  part === undefined || text.toLowerCase().includes(part.toLowerCase())

const shown = (events: readonly AuditEvent[]) =>
  table(
    ['TIME', 'WHO', 'WHAT', 'ON', 'RESULT', 'WHY'],
    events.map(({ time, actor, action, resource, result, error, purpose }) => [
      time,
      actor,
      action,
      resource,
      error === undefined ? result : `${result}: ${error}`,
      purpose ?? '',
    ]),
  )

function spanOf({ since, until }: Span): [Date, Date] {
  const to = until === undefined ? Date.now() : parseTime('--until', until)
  return [new Date(since === undefined ? to - 30 * day : parseTime('--since', since)), new Date(to)]
}

/** @throws RegimenError `InvalidRequest` */
function parseTime(option: string, text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new RegimenError('InvalidRequest', {
    what: `${option} is no time`,
    expected: 'ISO 8601: 2026-01-31T12:00:00Z',
  })
}

/** @throws RegimenError `InvalidRequest` */
async function readHeads(file: string) {
  const heads = z.array(z.object({ chain: z.string(), sequence: z.int(), hash: z.string() }))
  try {
    return heads.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    throw new RegimenError('InvalidRequest', {
      what: 'there is nothing to hold the chains against',
      where: file,
      expected: 'a file that was written by: regimen audit verify --keep <file>',
    })
  }
}
