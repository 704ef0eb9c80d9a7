/** Trainings of several settings at once, through the real state machine, beside the same ones one by one. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Project, parseProject } from '../../functions/project.ts'
import { type Ended, type Rig, startRig } from '../../local/rig/rig.ts'
import { generate } from '../../projects/adherence/generate.ts'
import { project as adherence } from '../../projects/adherence/project.ts'

/** Each trains once alone and once among all the others. */
const count = 50

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
  await rig.platform.group(adherence.id)
})
afterAll(() => rig.stop())

/** Settings, tables and splits differ from one to the next. */
const variants = Array.from({ length: count }, (_, at) => ({
  seed: 100 + (at % 5),
  project: parseProject({
    ...adherence,
    quality: { ...adherence.quality, minRows: 50 },
    gates: [],
    groups: [],
    split: { train: 0.4, validation: 0.2, calibration: 0.2, test: 0.2, seed: at },
    hyperparameters: {
      ...adherence.hyperparameters,
      num_round: 3 + (at % 4),
      max_depth: 2 + (at % 3),
      eta: 0.1 + at / 100,
    },
  }),
}))

const tables = new Map<number, Promise<string>>()
const tableOf = (seed: number) => {
  const known =
    tables.get(seed) ??
    rig.put(`adherence/datasets/table/v${seed}/data/a.csv`, [...generate({ seed, encounters: 700 })].join(''))
  tables.set(seed, known)
  return known
}

async function train({ seed, project }: { seed: number; project: Project }): Promise<Ended> {
  const ended = await rig.train(project, await rig.use(project), await tableOf(seed))
  expect(ended.status, ended.cause).toBe('SUCCEEDED')
  return ended
}

/** What a training leaves, but for its own name, place and times. */
async function left({ runId, output }: Ended, runUri: string): Promise<Record<string, string>> {
  const { listed } = await import('../../functions/object-store.ts').then(async ({ list }) => ({
    listed: await list(`${runUri}/`),
  }))
  const told = output as { metrics: unknown }
  const found: Record<string, string> = { metrics: JSON.stringify(told.metrics) }
  for (const { uri } of listed) {
    const name = uri.slice(runUri.length + 1).replace(new RegExp(`[a-z0-9-]*${runId}[^/]*`), 'job')
    if (
      !/^(model\/|evaluation\.json|encoder|baseline|decision|train\/|validation\/|calibration\/)/.test(name)
    )
      continue
    const bytes = await bytesOf(uri)
    const said = name.endsWith('.json') ? bytes.toString().replaceAll(runId, 'run') : bytes
    found[name] = createHash('sha256').update(said).digest('hex')
  }
  return found
}

async function bytesOf(uri: string): Promise<Buffer> {
  const { getBytes } = await import('../../functions/object-store.ts')
  return await getBytes({ uri })
}

// Feature: mlops-platform, Property 4: Concurrent training independence
test(`${count} trainings, ten at once, leave byte for byte what they leave one by one`, async () => {
  const alone: Ended[] = []
  for (const variant of variants) alone.push(await train(variant))
  const together: Ended[] = []
  for (let at = 0; at < count; at += 10)
    together.push(...(await Promise.all(variants.slice(at, at + 10).map(train))))
  for (const [at, one] of alone.entries()) {
    const other = together[at]
    if (other === undefined) throw new Error(`no run ${at}`)
    const expected = await left(one, one.runUri)
    expect(Object.keys(expected)).toContain('model/job/output/model.tar.gz')
    expect(await left(other, other.runUri), `variant ${at}`).toEqual(expected)
  }
  // The comparison sees a difference where there is one.
  const [first, second] = alone
  if (first !== undefined && second !== undefined)
    expect(await left(second, second.runUri)).not.toEqual(await left(first, first.runUri))
}, 300_000)
