/** `regimen models deploy`: puts an approved version into production step by step; `models deployment`: what was seen of it. */
import { Command, InvalidArgumentError } from 'commander'
import * as z from 'zod'
import { RegimenError } from '../../functions/errors.ts'
import { deployment } from '../../functions/layout.ts'
import { getJson } from '../../functions/object-store.ts'
import { strategy } from '../../functions/rollout/steps.ts'
import { getRun } from '../../functions/starter/run-store.ts'
import { type Context, openContext } from '../context.ts'
import { table } from '../output.ts'
import { finishRun, startRun } from '../start-run.ts'

interface Options {
  readonly strategy: string
  readonly share?: number
  readonly watch?: number
  readonly reason: string
  readonly key?: string
  readonly wait?: boolean
}

const deployed = z.object({
  modelVersion: z.string(),
  replaced: z.string().nullable(),
  steps: z.union([z.array(z.number()), z.number()]),
})

export function deployCommand(): Command {
  return new Command('deploy')
    .description(
      'put an approved version into production, watched beside the one before; a worse one comes back',
    )
    .argument('<version>')
    .option('--strategy <name>', strategy.options.join(', '), oneOf(strategy.options), 'canary')
    .option(
      '--share <number>',
      "share of the entities: the canary's, or each step's; by default as the project says",
      number(0, 1),
    )
    .option(
      '--watch <seconds>',
      'how long a step is watched; by default as the project says',
      number(-1, 86_401),
    )
    .option('--reason <text>', 'why, for the ledger', 'deployed on the command line')
    .option('--key <text>', 'idempotency key: the same key is the same deployment')
    .option('--wait', 'follow the deployment to its end')
    .action(async (version: string, options: Options, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const { strategy, share, watch: watchSeconds, reason } = options
      const asked = {
        version,
        strategy,
        reason,
        ...(share === undefined ? {} : { share }),
        ...(watchSeconds === undefined ? {} : { watchSeconds }),
      }
      const run = await startRun(context, { pipeline: 'deployment', deployment: asked }, options.key)
      if (options.wait !== true) {
        context.out.result(run, () => `started ${run.runId}; see \`regimen executions follow ${run.runId}\``)
        return
      }
      const finished = await finishRun(context, run)
      const { modelVersion, replaced } = deployed.parse(finished.output)
      const seen = await readSeen(run.runUri)
      context.out.result({ ...finished, modelVersion, replaced, seen }, () =>
        [
          `version ${modelVersion} is in production${replaced === null ? '' : ` in the place of ${replaced}`}`,
          shown(seen),
        ].join('\n'),
      )
    })
}

export function deploymentCommand(): Command {
  return new Command('deployment')
    .description('what was seen of a version while it was deployed')
    .argument('<run>', 'id of the deployment')
    .action(async (runId: string, _options: object, self: Command) => {
      const context: Context = await openContext(self.optsWithGlobals())
      const run = await getRun(runId)
      if (run?.pipeline !== 'deployment' || run.runUri === undefined)
        throw new RegimenError('InvalidRequest', {
          what: `${runId} is no deployment of ${context.project}`,
          do: 'see regimen executions list',
        })
      const { status, requestedBy, startedAt, stoppedAt, request } = run
      const seen = await readSeen(run.runUri)
      context.out.result({ runId, status, requestedBy, startedAt, stoppedAt, request, seen }, () =>
        [`${runId}: ${status}`, shown(seen)].join('\n'),
      )
    })
}

const seenSchema = z.object({
  version: z.string(),
  champion: z.string().nullable(),
  step: z.int(),
  at: z.string(),
  checks: z.array(
    z.object({
      name: z.string(),
      passed: z.boolean(),
      value: z.number().nullable(),
      limit: z.number(),
      reason: z.string(),
    }),
  ),
})
type Seen = z.output<typeof seenSchema>

/** One per step that was watched; none for a deployment that was refused before its first. */
async function readSeen(runUri: string): Promise<Seen[]> {
  const seen: Seen[] = []
  for (let step = 0; ; step++) {
    const found = await getJson(deployment.watch(runUri, step)).catch((error: unknown) => {
      if (error instanceof Error && /NoSuchKey|NotFound/.test(error.name)) return undefined
      throw error
    })
    if (found === undefined) return seen
    seen.push(seenSchema.parse(found))
  }
}

const shown = (seen: readonly Seen[]) =>
  table(
    ['STEP', 'CHECK', '', 'VALUE', 'LIMIT', 'WHAT'],
    seen.flatMap(({ step, checks }) =>
      checks.map((check) => [
        step + 1,
        check.name,
        check.passed ? 'passed' : 'FAILED',
        check.value,
        check.limit,
        check.reason,
      ]),
    ),
  )

const oneOf = (names: readonly string[]) => (text: string) => {
  if (names.includes(text)) return text
  throw new InvalidArgumentError(`expected ${names.join(', ')}`)
}

const number = (above: number, below: number) => (text: string) => {
  const value = Number(text)
  if (text.trim() !== '' && value > above && value < below) return value
  throw new InvalidArgumentError(`expected a number above ${above} and below ${below}`)
}
