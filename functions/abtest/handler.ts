/** compare-variants: begins an A/B test, tells how it stands, and ends it by its rule. */
import * as z from 'zod'
import { recordAudit } from '../audit/audit-store.ts'
import { requireApproved } from '../deployment/approval-store.ts'
import { promoteAfter, readLedger } from '../deployment/ledger-store.ts'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
import { loadProject } from '../project-store.ts'
import { projectUriOf } from '../project-uri.ts'
import { getModel } from '../registry/model-store.ts'
import { readLock } from '../rollout/rollout-lock-store.ts'
import { type AbTest, abTestOf, endedAs, endOf, isAsked, startOf } from './abtest.ts'
import { decide } from './decide.ts'
import { weigh } from './sequential-test.ts'
import { readOutcomes } from './units-store.ts'

const named = z.object({ project: z.string(), requestedBy: z.string().min(1).max(256) })
const request = z.discriminatedUnion('action', [
  named.extend({
    action: z.literal('start'),
    version: z.string().regex(/^[1-9]\d*$/),
    share: z.number().gte(0.01).lte(0.99).default(0.5),
    alpha: z.number().gte(0.0001).lte(0.2).default(0.05),
    leastGain: z.number().gte(0).lt(1).default(0),
    reason: z.string().min(1).max(500).default('A/B test'),
  }),
  named.extend({ action: z.literal('status') }),
  named.extend({ action: z.literal('decide') }),
])

const count = z.int().min(0)
const loss = z.number().nullable()
const standing = z.object({
  champion: z.string(),
  challenger: z.string(),
  share: z.number(),
  alpha: z.number(),
  leastGain: z.number(),
  since: z.string(),
  sequence: z.int(),
  /** Inference runs whose labels have arrived. */
  runs: count,
  units: z.object({ champion: count, challenger: count }),
  loss: z.object({ champion: loss, challenger: loss }),
  challengerBetter: z.number(),
  challengerWorse: z.number(),
  difference: z.object({ low: z.number(), high: z.number() }),
  decision: z.enum(['promote', 'stop', 'continue']),
  why: z.string(),
  /** What the decision put into the ledger, if anything. */
  entry: z.object({ sequence: z.int(), version: z.string() }).optional(),
})

export const handler = door({
  input: request,
  output: z.union([
    standing,
    z.object({ started: z.literal(true), sequence: z.int() }),
    z.object({ ended: z.literal(true), sequence: z.int(), version: z.string(), why: z.string() }),
  ]),
  async run(input, logger, { awsRequestId: requestId }) {
    const { project: id, action, requestedBy: who } = input
    const [newest] = await readLedger(id)
    logger.info('A/B test', { project: id, action })
    if (action !== 'status')
      await recordAudit('compare-variants', {
        actor: who,
        action: `${action} A/B test`,
        resource: action === 'start' ? `${id} version ${input.version}` : id,
        result: 'begun',
        requestId,
      })
    const test = abTestOf(newest)
    if (action === 'start') {
      const { version: challenger, share, alpha, leastGain, reason: why } = input
      const asked = { challenger, share, alpha, leastGain }
      if (test !== undefined && isAsked(test, asked))
        return { started: true as const, sequence: test.sequence }
      await requireApproved(id, challenger)
      await requireNoDeployment(id)
      const promotion = startOf(newest, asked, { who, why, now: new Date().toISOString() })
      return { started: true as const, sequence: await append(id, newest?.sequence ?? 0, promotion) }
    }
    if (test === undefined) {
      // Told again after an answer was lost.
      if (newest !== undefined && newest.decision === endedAs(newest.sequence - 1))
        return { ended: true as const, sequence: newest.sequence, version: newest.version, why: newest.why }
      throw new RegimenError('InvalidRequest', {
        what: `no A/B test of ${id} goes on`,
        do: 'start one: regimen models ab start <version>',
      })
    }
    const found = await stand(id, test)
    if (action === 'status') return found
    if (found.decision === 'promote') {
      await requireApproved(id, test.challenger)
      await requireNoDeployment(id)
    }
    const end = endOf(test, found, { who, now: new Date().toISOString() })
    if (end === undefined) return found
    const sequence = await append(id, test.sequence, end)
    return { ...found, entry: { sequence, version: end.version } }
  },
})

async function stand(id: string, test: AbTest) {
  const projectUri = projectUriOf(id, undefined, process.env.PROJECT_URIS)
  const project = await loadProject(projectUri)
  if (project.task !== 'binary-classification')
    throw new RegimenError('InvalidRequest', {
      what: `an A/B test needs losses from 0 to 1, and ${id} has none`,
      got: project.task,
      expected: 'binary-classification',
    })
  const { units, runs } = await readOutcomes(project, projectUri, test)
  // Known before the first outcome: the squared error on the champion's own test side.
  const center = Math.min(Math.max((await getModel(id, test.champion)).metrics.brier ?? 0.25, 0), 1)
  const evidence = weigh(units, { share: test.share, center }, test.alpha)
  return { ...test, runs, ...evidence, ...decide(evidence, test) }
}

/** @throws RegimenError `RolloutInProgress` while a deployment moves the ledger */
async function requireNoDeployment(project: string): Promise<void> {
  const lock = await readLock(project)
  if (lock !== undefined)
    throw new RegimenError('RolloutInProgress', {
      what: `version ${lock.version} of ${project} is being deployed`,
      do: 'wait for its end, then ask again',
    })
}

async function append(
  project: string,
  seen: number,
  promotion: Parameters<typeof promoteAfter>[2],
): Promise<number> {
  const appended = await promoteAfter(project, seen, promotion)
  if ('entry' in appended) return appended.entry.sequence
  if (appended.skipped === 'recorded before') return seen + 1
  throw new RegimenError('Conflict', {
    what: `the ledger of ${project} moved in the meantime`,
    do: 'look at regimen models history, and decide again',
  })
}
