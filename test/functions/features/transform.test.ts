import { beforeEach, describe, expect, it, vi } from 'vitest'
import { part as partSchema } from '../../../functions/dataset/part.ts'
import { handler as planParts } from '../../../functions/dataset/plan.handler.ts'
import { sideOf } from '../../../functions/dataset/split.ts'
import { readExamples, readExamplesParquet } from '../../../functions/features/example-store.ts'
import { handler as fitEncoder } from '../../../functions/features/fit.handler.ts'
import { handler as transformPart } from '../../../functions/features/transform.handler.ts'
import { sides, trainingRun } from '../../../functions/layout.ts'
import { handler as mergeProfile } from '../../../functions/profile/merge.handler.ts'
import { handler as profilePart } from '../../../functions/profile/part.handler.ts'
import type { ProjectInput } from '../../../functions/project.ts'
import { contracts } from '../../../functions/stages.ts'
import { lambdaContext } from '../../builders/lambda-context.ts'
import { objects } from '../../builders/memory-objects.ts'
import { csvOf, parcelRow, parcels, parcelsProject } from '../../builders/project.ts'

vi.mock(
  '../../../functions/object-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)
vi.mock(
  '../../../functions/put-file-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)

const runUri = 's3://b/parcels/runs/aaaaaaaaaaaaaaaa'
const text = (uri: string) => objects.get(uri)!.toString('utf8')

/** From a table to the files that training reads. */
async function run(
  table: string,
  { partBytes = 4_096, holdout = 0, seed = 7, changes = {} as Partial<ProjectInput> } = {},
) {
  const project = parcelsProject(changes)
  const projectUri = `s3://b/projects/${JSON.stringify(changes).length}.json`
  objects.set(projectUri, Buffer.from(JSON.stringify(project)))
  objects.set('s3://b/in.csv', Buffer.from(table))
  const context = { contract: 1, runId: 'aaaaaaaaaaaaaaaa', projectUri, runUri }
  const purpose = 'training'
  const { planUri } = await planParts(
    { ...context, purpose, sourceUri: 's3://b/in.csv', partBytes },
    lambdaContext,
  )
  const parts = partSchema.array().parse(JSON.parse(text(planUri)))
  for (const part of parts) await profilePart({ ...context, purpose, part, holdout, seed }, lambdaContext)
  const { profileUri } = await mergeProfile({ ...context, purpose, parts: parts.length }, lambdaContext)
  const { encoderUri, encodedColumns } = await fitEncoder({ ...context, profileUri }, lambdaContext)
  const written = []
  for (const part of parts) {
    const answer = await transformPart({ ...context, part, holdout, seed, encoderUri }, lambdaContext)
    written.push(contracts.transformPart.output.parse(answer))
  }
  return { project, parts, written, encodedColumns }
}

describe('transforming a run', () => {
  beforeEach(() => objects.clear())

  it('writes each example to the side of its customer, label first, as wide as the encoder', async () => {
    const { project, parts, written, encodedColumns } = await run(parcels(400))
    expect(parts.length).toBeGreaterThan(3)
    let rows = 0
    for (const { index } of parts)
      for (const side of sides) {
        const examples = await readExamplesParquet(trainingRun.examplesPart(runUri, side, index), project)
        for (const entity of examples.entityIds) expect(sideOf(entity, 7, project.split)).toBe(side)
        const csv = objects.get(trainingRun.encodedPart(runUri, side, index))?.toString('utf8') ?? ''
        const lines = csv.split('\n').filter((line) => line !== '')
        expect(lines.length).toBe(examples.rows)
        expect(written[index]?.rows[side]).toBe(examples.rows)
        for (const [at, line] of lines.entries()) {
          const cells = line.split(',')
          expect(cells.length).toBe(encodedColumns + 1)
          expect(Number(cells[0])).toBe(examples.labels[at])
        }
        rows += examples.rows
      }
    expect(rows).toBe(400)
  })

  it('splits by the seed of the run, not by that of the project', async () => {
    const { project, parts } = await run(parcels(200), { seed: 12 })
    let elsewhere = 0
    for (const { index } of parts)
      for (const side of sides) {
        const examples = await readExamplesParquet(trainingRun.examplesPart(runUri, side, index), project)
        for (const entity of examples.entityIds) {
          expect(sideOf(entity, 12, project.split)).toBe(side)
          if (sideOf(entity, project.split.seed, project.split) !== side) elsewhere++
        }
      }
    expect(elsewhere).toBeGreaterThan(0)
  })

  it('writes an empty side as Parquet alone, since training refuses an empty CSV', async () => {
    const rows = Array.from({ length: 20 }, (_, at) => parcelRow(at, { customer: 'one' }))
    const { project } = await run(csvOf(rows))
    const side = sideOf('one', 7, project.split)
    for (const other of sides.filter((each) => each !== side)) {
      expect(objects.has(trainingRun.encodedPart(runUri, other, 0))).toBe(false)
      expect((await readExamplesParquet(trainingRun.examplesPart(runUri, other, 0), project)).rows).toBe(0)
    }
  }, 60_000)

  it('leaves out unlabelled examples and counts them', async () => {
    const rows = Array.from({ length: 60 }, (_, at) => parcelRow(at, at % 6 === 0 ? { late: '' } : {}))
    const { written } = await run(csvOf(rows), { partBytes: 1_000_000 })
    expect(written[0]?.unlabelled).toBe(10)
    expect(Object.values(written[0]!.rows).reduce((a, b) => a + b, 0)).toBe(50)
  })

  it('gives the same bytes when run twice', async () => {
    await run(parcels(200))
    const first = text(trainingRun.encodedPart(runUri, 'train', 0))
    await run(parcels(200))
    expect(text(trainingRun.encodedPart(runUri, 'train', 0))).toBe(first)
  })

  it('reads a part in the order of its rows, for scoring, with groups and fields as text', async () => {
    const { project, parts } = await run(parcels(50), { partBytes: 1_000_000 })
    const examples = await readExamples(parts[0]!, project)
    expect(examples.exampleKeys).toEqual(Array.from({ length: 50 }, (_, at) => `p${at}`))
    expect(Object.keys(examples.extra).sort()).toEqual(['carrier', 'stops', 'zone'])
    expect(examples.extra.zone?.slice(0, 2)).toEqual(['north', 'south'])
    expect(examples.features.columns.weight).toBeInstanceOf(Float64Array)
    expect(examples.labels[1]).toBe(1)
    const train = await readExamples(parts[0]!, project, { sides: ['train'] })
    expect(train.rows).toBeLessThan(50)
  })

  it('gives NaN for every label of a batch whose outcome is not known yet', async () => {
    const { project, parts } = await run(parcels(12), { partBytes: 1_000_000 })
    const header = parts[0]!.header!.slice(0, -1)
    const body = csvOf(
      Array.from({ length: 12 }, (_, at) => parcelRow(at).slice(0, -1)),
      { header },
    )
    objects.set('s3://b/batch.csv', Buffer.from(body))
    const part = { ...parts[0]!, uri: 's3://b/batch.csv', header, byteEnd: Buffer.byteLength(body) }
    const { labels } = await readExamples(part, project)
    expect(Array.from(labels)).toEqual(new Array(12).fill(Number.NaN))
  })

  it('names a features.sql that does not fit its columns, and no cell', async () => {
    const broken = {
      featuresSql:
        'SELECT carrier::INTEGER AS label, parcel AS entity_id, parcel AS example_key, weight, stops, zone, carrier, fragile FROM raw',
    }
    await expect(run(parcels(20), { changes: broken })).rejects.toThrow(
      'features.sql does not run over the source columns, project parcels: got Conversion Error; ' +
        'correct projects/<id>/features.sql; use TRY_CAST where a text may be no number',
    )
    const unknown = { featuresSql: 'SELECT colour FROM raw' }
    await expect(run(parcels(20), { changes: unknown })).rejects.toMatchObject({ name: 'InvalidProject' })
  })
})
