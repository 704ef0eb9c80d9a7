/** The entities of a test whose outcomes have arrived, each once, with what its own version lost on it. */
import * as z from 'zod'
import { part } from '../dataset/part.ts'
import { route } from '../deployment/route.ts'
import { labelsOf } from '../drift/label-examples.ts'
import { readDeliveries } from '../drift/labels-store.ts'
import { readExamples } from '../features/example-store.ts'
import type { Examples } from '../features/examples.ts'
import { inferenceRun } from '../layout.ts'
import { getJson } from '../object-store.ts'
import type { Project } from '../project.ts'
import { loadVersion } from '../rollout/versions-store.ts'
import { pickExamples } from '../scoring/pick-examples.ts'
import { type Scorer, scoreExamples } from '../scoring/score-examples.ts'
import { listRunsSince } from '../starter/run-store.ts'
import type { AbTest } from './abtest.ts'
import type { Unit } from './sequential-test.ts'

export interface Outcomes {
  readonly units: Unit[]
  /** Inference runs since the test began, of which labels have arrived. */
  readonly runs: number
}

/**
 * An entity meets one version however often it comes, and so counts once: with the first batch that has its labels.
 *
 * @param project a binary classification
 */
export async function readOutcomes(project: Project, projectUri: string, test: AbTest): Promise<Outcomes> {
  const scorers = {
    champion: await loadVersion(project.id, projectUri, test.champion),
    challenger: await loadVersion(project.id, projectUri, test.challenger),
  }
  const seen = new Set<string>()
  const units: Unit[] = []
  let runs = 0
  for (const runUri of await batchesSince(project.id, test.since)) {
    const deliveries = await readDeliveries(runUri)
    if (deliveries.length === 0) continue
    runs += 1
    const met = new Set<string>()
    for (const each of z.array(part).parse(await getJson(inferenceRun.plan(runUri)))) {
      const examples = await readExamples(each, project)
      const labels = labelsOf(examples, deliveries)
      for (const [entity, unit] of unitsOf(examples, labels, test, scorers)) {
        if (seen.has(entity)) continue
        met.add(entity)
        units.push(unit)
      }
      // An entity whose rows lie in two parts counts with the first.
      for (const entity of met) seen.add(entity)
    }
  }
  return { units, runs }
}

/** Oldest first. */
async function batchesSince(project: string, since: string): Promise<string[]> {
  return (await listRunsSince(project, since)).flatMap(({ pipeline, status, runUri }) =>
    pipeline === 'inference' && status === 'SUCCEEDED' && runUri !== undefined ? [runUri] : [],
  )
}

const occasion = { timestamp: '', severeDrift: false, fallback: false, explanations: false }

/** Each version answers for its own entities alone; an entity's loss is the mean squared error of its examples. */
function unitsOf(
  examples: Examples,
  labels: ReadonlyMap<string, number>,
  { champion: version, challenger: other, share }: AbTest,
  scorers: Readonly<Record<'champion' | 'challenger', Scorer>>,
): [string, Unit][] {
  const entry = { version, challenger: { version: other, share } }
  const isLabelled = (row: number) => labels.has(examples.exampleKeys[row] ?? '')
  const rows = Array.from({ length: examples.rows }, (_, row) => row).filter(isLabelled)
  const found: [string, Unit][] = []
  for (const isChallenger of [false, true]) {
    const own = rows.filter((row) => (route(entry, examples.entityIds[row] ?? '') === other) === isChallenger)
    if (own.length === 0) continue
    const picked = pickExamples(examples, own)
    const losses = new Map<string, { sum: number; count: number }>()
    const scorer = isChallenger ? scorers.challenger : scorers.champion
    for (const [at, { value }] of [...scoreExamples(scorer, occasion, picked)].entries()) {
      const entity = picked.entityIds[at] ?? ''
      const label = labels.get(picked.exampleKeys[at] ?? '') ?? 0
      const { sum, count } = losses.get(entity) ?? { sum: 0, count: 0 }
      losses.set(entity, { sum: sum + (value - label) ** 2, count: count + 1 })
    }
    for (const [entity, { sum, count }] of losses) found.push([entity, { isChallenger, loss: sum / count }])
  }
  return found
}
