/** Reads a delivery of labels and the predictions of a run; keeps of each delivery what belongs to the run, once. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as z from 'zod'
import { openDatabase, textsOf } from '../duckdb-store.ts'
import { RegimenError } from '../errors.ts'
import { inferenceRun } from '../layout.ts'
import { download, getJson, list, putJsonOnce } from '../object-store.ts'
import type { Project } from '../project.ts'
import { quoteText } from '../quote-sql.ts'
import type { LabelDelivery, MadePrediction } from './label-join.ts'

const deliverySchema = z.object({ at: z.string(), labels: z.array(z.tuple([z.string(), z.number()])) })

/**
 * Labels of a CSV with the columns `example_key` and `label`: 0, 1 or the project's words for them, or a number for a
 * regression. An empty label has not arrived yet.
 * @throws RegimenError `DatasetSchemaMismatch` with the row, `DatasetUnreadable`.
 */
export async function readLabels(uri: string, project: Project): Promise<[string, number][]> {
  return await withFile(uri, 'labels.csv', async (file) => {
    const database = await openDatabase()
    try {
      const { columns, rows } = await database.columns(
        `SELECT * FROM read_csv(${quoteText(file)}, header = true, all_varchar = true, strict_mode = true)`,
      )
      const [keys, labels] = [columns.example_key, columns.label]
      if (keys === undefined || labels === undefined)
        throw new RegimenError('DatasetSchemaMismatch', {
          what: 'the labels lack a column',
          where: uri,
          got: Object.keys(columns).join(', '),
          expected: 'example_key and label',
        })
      const found: [string, number][] = []
      const texts = { keys: textsOf(keys), labels: textsOf(labels) }
      for (let row = 0; row < rows; row++) {
        const [key, text] = [texts.keys[row] ?? null, texts.labels[row] ?? null]
        if (key !== null && text !== null && text.trim() !== '')
          found.push([key, labelOf(text.trim(), row, uri, project)])
      }
      return found
    } finally {
      database.close()
    }
  })
}

function labelOf(text: string, row: number, where: string, { label, task }: Project): number {
  if (text === label.positive) return 1
  if (text === label.negative) return 0
  const value = Number(text)
  if (Number.isFinite(value) && (task === 'regression' || value === 0 || value === 1)) return value
  throw new RegimenError('DatasetSchemaMismatch', {
    what: 'a label is none',
    where: `${where}, row ${row + 1}, column "label"`,
    expected: task === 'regression' ? 'a number' : `0, 1, "${label.negative}" or "${label.positive}"`,
    do: 'correct the file and import it again',
  })
}

/** Predictions of all parts of a run, without what explains them. */
export async function readPredictions(
  runUri: string,
  parts: number,
  project: Project,
): Promise<MadePrediction[]> {
  const { names, fields } = project.prediction
  const groups = Object.keys(fields)
  const made: MadePrediction[] = []
  for (let part = 0; part < parts; part++)
    await withFile(inferenceRun.predictionsPart(runUri, part), 'predictions.jsonl', async (file) => {
      for await (const line of createInterface({ input: createReadStream(file) })) {
        if (line === '') continue
        const found = z.record(z.string(), z.unknown()).parse(JSON.parse(line))
        made.push({
          entityId: String(found[names.entityId]),
          exampleKey: String(found.exampleKey),
          prediction: Number(found[names.prediction]),
          groups: Object.fromEntries(
            groups.map((name) => [name, typeof found[name] === 'string' ? found[name] : null]),
          ),
        })
      }
    })
  return made
}

/**
 * Keeps the labels under a name made of their content: the same delivery twice leaves one object, and its first time.
 * @returns every delivery of the run, this one among them.
 */
export async function keepDelivery(
  runUri: string,
  labels: readonly (readonly [string, number])[],
  at: string,
): Promise<LabelDelivery[]> {
  const sorted = labels.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const name = createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16)
  await putJsonOnce(inferenceRun.labels(runUri, name), { at, labels: sorted })
  return await readDeliveries(runUri)
}

/** Every delivery of labels that a run has had; none where no label has arrived. */
export async function readDeliveries(runUri: string): Promise<LabelDelivery[]> {
  const deliveries: LabelDelivery[] = []
  for (const { uri } of await list(inferenceRun.labelsPrefix(runUri)))
    deliveries.push(deliverySchema.parse(await getJson(uri)))
  return deliveries
}

async function withFile<Result>(
  uri: string,
  name: string,
  read: (file: string) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'regimen-labels-'))
  try {
    const file = join(directory, name)
    await download({ uri }, file)
    return await read(file)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
