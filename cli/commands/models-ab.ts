/** `regimen models ab`: two versions share the entities until outcomes say which one stays. */
import { Command, InvalidArgumentError } from 'commander'
import * as z from 'zod'
import { openContext } from '../context.ts'
import { invokeFunction } from '../invoke-function.ts'
import { table } from '../output.ts'

const started = z.object({ started: z.literal(true), sequence: z.number() })
const each = <Schema extends z.ZodType>(value: Schema) => z.object({ champion: value, challenger: value })
const standing = z.looseObject({
  ...each(z.string()).shape,
  units: each(z.number()),
  loss: each(z.number().nullable()),
  challengerBetter: z.number(),
  challengerWorse: z.number(),
  difference: z.object({ low: z.number(), high: z.number() }),
  decision: z.string(),
  why: z.string(),
  entry: z.object({ sequence: z.number(), version: z.string() }).optional(),
})
const ended = z.object({ ended: z.literal(true), sequence: z.number(), version: z.string(), why: z.string() })

interface StartOptions {
  readonly share: number
  readonly alpha: number
  readonly leastGain: number
  readonly reason: string
}

export function abCommand(): Command {
  const command = new Command('ab').description('A/B test of two versions, by outcomes')
  command
    .command('start <version>')
    .description('let an approved version share the entities with the one in production')
    .option('--share <number>', 'share of the entities that the new version gets', number, 0.5)
    .option('--alpha <number>', 'chance of a wrong promotion, however often one looks', number, 0.05)
    .option('--least-gain <number>', 'gain in mean squared error that is worth a new version', number, 0)
    .option('--reason <text>', 'why, for the ledger', 'A/B test')
    .action(async (version: string, options: StartOptions, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const { project, caller: requestedBy } = context
      const { share, alpha, leastGain, reason } = options
      const request = { project, action: 'start', requestedBy, version, share, alpha, leastGain, reason }
      const answer = await invokeFunction(context, 'compare-variants', request, started)
      context.out.result(
        answer,
        () => `version ${version} gets ${share * 100} % of the entities (entry ${answer.sequence})`,
      )
    })
  ask(command, 'status', 'how the two versions stand; may be looked at as often as one likes')
  ask(command, 'decide', 'promote the new version, stop the test, or go on, as its rule says')
  return command
}

function ask(command: Command, action: 'status' | 'decide', description: string): void {
  command
    .command(action)
    .description(description)
    .action(async (_options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const { project, caller: requestedBy } = context
      const request = { project, action, requestedBy }
      const answer = await invokeFunction(context, 'compare-variants', request, z.union([standing, ended]))
      context.out.result(answer, () => ('challenger' in answer ? shown(answer) : answered(answer)))
    })
}

const answered = ({ version, why }: z.output<typeof ended>) => `version ${version} is in production: ${why}`

function shown({
  units,
  loss,
  difference,
  decision,
  why,
  entry,
  ...test
}: z.output<typeof standing>): string {
  const row = (name: string, which: 'champion' | 'challenger') => [
    name,
    test[which],
    units[which],
    loss[which]?.toFixed(4),
  ]
  return [
    table(
      ['', 'VERSION', 'ENTITIES', 'LOSS'],
      [row('champion', 'champion'), row('challenger', 'challenger')],
    ),
    `loss of the challenger less that of the champion: ${difference.low.toFixed(4)} to ${difference.high.toFixed(4)}`,
    `${decision}: ${why}`,
    ...(entry === undefined ? [] : [`version ${entry.version} is in production (entry ${entry.sequence})`]),
  ].join('\n')
}

function number(text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0 || value >= 1) throw new InvalidArgumentError('from 0 to below 1')
  return value
}
