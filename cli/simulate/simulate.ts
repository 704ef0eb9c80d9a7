/** Weeks of traffic through the real state machines, doors and stores in one process, with a drift planted in it. */
import * as z from 'zod'
import { performanceSchema } from '../../functions/drift/performance.ts'
import { inferenceRun } from '../../functions/layout.ts'
import type { Project } from '../../functions/project.ts'
import { type Ended, type Rig, startRig } from '../../local/rig/rig.ts'
import type { Traffic } from '../../projects/rehearsal.ts'
import { allowedBy, driftSeen, observed } from './answers.ts'

export interface SimulationOptions {
  readonly weeks: number
  /** First week of the drifted world, from 1; absent: the world stays as it is. */
  readonly driftAt?: number | undefined
  readonly seed: number
  readonly batchesPerWeek: number
  readonly rowsPerWeek: number
  /** Of the table that the first version is trained on. */
  readonly trainingRows: number
  readonly onWeek?: (week: SimulatedWeek) => void
}

export interface SimulatedWeek {
  readonly week: number
  readonly modelVersion: string
  /** Means over the week's batches. */
  readonly driftScore: number | null
  /** Columns that drifted in any of them. */
  readonly drifted: readonly string[]
  readonly metric: string | null
  /** Known when the labels have come, a week later. */
  performance: number | null
  readonly estimated: number | null
  /** An episode is open. */
  readonly alarm: boolean
  readonly events: readonly string[]
}

export interface Simulation {
  readonly weeks: readonly SimulatedWeek[]
  readonly retrainings: readonly { week: number; runId: string; registered: string | null }[]
  readonly promotions: readonly {
    week: number
    version: string
    replaced: string
    metric: string | null
    champion: number | null
    challenger: number | null
  }[]
  readonly notices: readonly { week: number; kind: string }[]
}

const day = 86_400_000
/** A Monday. */
export const start = Date.UTC(2026, 0, 5)

interface Batch {
  readonly week: number
  readonly table: string
  readonly runUri: string
}

/** Once in a process: the stores keep the cloud that they were first given. */
export async function simulate(
  project: Project,
  traffic: Traffic,
  options: SimulationOptions,
): Promise<Simulation> {
  const clock = simulatedClock()
  const rig = await startRig({ now: clock.now })
  try {
    return await live({ rig, clock, project, traffic, options })
  } finally {
    await rig.stop()
  }
}

/** Stands where it was set and goes on from there, so that what comes later is later. */
function simulatedClock() {
  let [base, set] = [start, performance.now()]
  return {
    now: () => new Date(base + Math.round(performance.now() - set)),
    set(time: number): void {
      base = time
      set = performance.now()
    },
  }
}

interface World {
  readonly rig: Rig
  readonly clock: ReturnType<typeof simulatedClock>
  readonly project: Project
  readonly traffic: Traffic
  readonly options: SimulationOptions
}

async function live({ rig, clock, project, traffic, options }: World): Promise<Simulation> {
  const { weeks, driftAt, seed, batchesPerWeek, rowsPerWeek, trainingRows, onWeek } = options
  clock.set(start - 7 * day)
  await rig.platform.group(project.id)
  const projectUri = await rig.use(project)
  let first = trainingRows
  const table = [...traffic.rows({ seed, rows: trainingRows, first: 0, drifted: false })].join('')
  await bringData(table, 'first')
  const [dataset] = await datasets()
  if (dataset === undefined) throw new Error('the first table was not registered')
  const trained = succeeded(await rig.train(project, projectUri, dataset.uri, dataset))
  let production = await approve(trained)
  const result = {
    weeks: [] as SimulatedWeek[],
    retrainings: [] as Simulation['retrainings'][number][],
    promotions: [] as Simulation['promotions'][number][],
    notices: [] as Simulation['notices'][number][],
  }
  const batches: Batch[] = []
  for (let week = 1; week <= weeks; week += 1) {
    const simulated = await oneWeek(week)
    result.weeks.push(simulated)
    onWeek?.(simulated)
  }
  clock.set(start + weeks * 7 * day)
  await labelsOf(weeks)
  return result

  async function oneWeek(week: number): Promise<SimulatedWeek> {
    const events: string[] = []
    const seen = []
    let [alarm, modelVersion] = [false, production]
    for (let batch = 0; batch < batchesPerWeek; batch += 1) {
      clock.set(start + ((week - 1) * 7 + (batch * 7) / batchesPerWeek) * day)
      if (batch === 0) await labelsOf(week - 1)
      const rows = Math.round(rowsPerWeek / batchesPerWeek)
      const drifted = driftAt !== undefined && week >= driftAt
      const table = [...traffic.rows({ seed: seed * 100_003 + first, rows, first, drifted })].join('')
      first += rows
      const name = `week-${week}-${batch}`
      const uri = await rig.put(`${project.id}/batches/${name}.csv`, traffic.undecided(table))
      const { runUri } = succeeded(await rig.infer(project, projectUri, uri))
      batches.push({ week, table, runUri })
      seen.push(driftSeen.parse(await rig.json(inferenceRun.drift(runUri))))
      const looked = await look(week, events)
      alarm = looked.episode !== null
      modelVersion = looked.modelVersion ?? modelVersion
    }
    return {
      week,
      modelVersion,
      driftScore: mean(seen.map(({ driftScore }) => driftScore)),
      drifted: [...new Set(seen.flatMap(({ drifted }) => drifted))].sort(),
      metric: 'rocAuc',
      performance: null,
      estimated: mean(seen.map(({ estimate }) => estimate?.rocAuc?.value ?? null)),
      alarm,
      events,
    }
  }

  /** As the rule after each batch; what it starts is run to its end, and people do what people do. */
  async function look(week: number, events: string[]) {
    const looked = observed.parse(succeeded(await rig.monitor(project, projectUri)).output)
    for (const kind of looked.notices) {
      result.notices.push({ week, kind })
      events.push(kind)
    }
    if (looked.notices.includes('opened'))
      await rig.door('acknowledge-episode', { project: project.id, requestedBy: 'simulation' })
    for (const ended of await rig.settle(project)) {
      events.push('retrained')
      const registered = allowedBy.safeParse(ended.output)
      const version = registered.success ? registered.data.modelVersion : null
      result.retrainings.push({ week, runId: ended.runId, registered: version })
      if (version === null) continue
      const comparison = await comparedWithChampion(ended)
      const replaced = production
      production = await approve(ended)
      result.promotions.push({ week, version, replaced, ...comparison })
      events.push(`promoted ${version}`)
    }
    return looked
  }

  /** Outcomes of a week are known in the next; while an episode is open, the rows of since then become a dataset. */
  async function labelsOf(week: number): Promise<void> {
    const known = batches.filter((batch) => batch.week === week)
    const values: (number | null)[] = []
    for (const [at, { table, runUri }] of known.entries()) {
      const labelsUri = await rig.put(`${project.id}/labels/week-${week}-${at}.csv`, traffic.labels(table))
      await rig.door('join-labels', { runUri, labelsUri, receivedAt: clock.now().toISOString() })
      const { metrics } = performanceSchema.parse(await rig.json(inferenceRun.performance(runUri)))
      values.push(metrics.rocAuc ?? null)
    }
    const lived = result.weeks[week - 1]
    if (lived !== undefined) lived.performance = mean(values)
    const { readMonitor } = await import('../../functions/monitoring/monitor-store.ts')
    const since = (await readMonitor(project.id)).episode?.since
    if (since === undefined) return
    const from = Math.max(1, Math.floor((Date.parse(since) - start) / (7 * day)) + 1)
    const tables = batches.filter((batch) => batch.week >= from && batch.week <= week)
    if (tables.length === 0) return
    const [header = ''] = tables[0]?.table.split('\n', 1) ?? []
    const rows = tables.map(({ table }) => table.slice(header.length + 1))
    await bringData(`${header}\n${rows.join('')}`, `week-${week}`)
  }

  async function bringData(table: string, name: string): Promise<void> {
    const uri = await rig.put(`${project.id}/inbox/traffic/${name}.csv`, table)
    succeeded(await rig.importObject(project, projectUri, uri, 'traffic'))
  }

  async function datasets() {
    const { listDatasets } = await import('../../functions/dataset/dataset-store.ts')
    return await listDatasets(project.id)
  }

  /** Somebody approves; the registry's event promotes. */
  async function approve({ output }: Ended): Promise<string> {
    const { modelVersion, modelPackageArn } = allowedBy.parse(output)
    const { approveModel } = await import('../../functions/registry/model-store.ts')
    await approveModel({
      project: project.id,
      version: modelVersion,
      decision: 'Approved',
      reason: 'simulation',
    })
    await rig.door('promote-model', { detail: { ModelPackageArn: modelPackageArn } })
    return modelVersion
  }

  async function comparedWithChampion({ runUri }: Ended) {
    const { champion } = z
      .object({ champion: comparisonSchema.nullable() })
      .parse(await rig.json(`${runUri}/evaluation.json`))
    return {
      metric: champion?.metric ?? null,
      champion: champion?.champion ?? null,
      challenger: champion?.challenger ?? null,
    }
  }
}

const comparisonSchema = z.object({
  metric: z.string().optional(),
  champion: z.number().optional(),
  challenger: z.number().optional(),
})

function succeeded(ended: Ended): Ended {
  if (ended.status === 'SUCCEEDED') return ended
  throw new Error(`run ${ended.runId} ended with ${ended.status}: ${ended.error}: ${ended.cause}`)
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}
