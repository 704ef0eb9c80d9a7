/** Writes one side of a part: Parquet with names for everything that reads, CSV for the training algorithm. */
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpenPart } from '../dataset/part-store.ts'
import { type Side, trainingRun } from '../layout.ts'
import type { Project } from '../project.ts'
import { putFile } from '../put-file-store.ts'
import { quoteText } from '../quote-sql.ts'
import { encodeRows } from './encode.ts'
import type { Encoder } from './encoder.ts'
import { selectExamples } from './example-store.ts'
import type { Examples } from './examples.ts'
import { writeEncodedCsv } from './write-csv.ts'

/** Rows encoded at once: a wide table would not fit whole. */
const rowsAtOnce = 8_192

export interface WrittenSide {
  readonly rows: number
  readonly positives: number
}

/**
 * Needs the table `examples`. Only labelled examples are written, ordered by their keys, so that a file does not depend
 * on how many threads read its part. The Parquet is always there; an empty CSV is not written, since the training
 * algorithm refuses an empty file.
 */
export async function writeSide(
  part: OpenPart,
  {
    project,
    encoder,
    runUri,
    side,
    index,
  }: { project: Project; encoder: Encoder; runUri: string; side: Side; index: number },
): Promise<WrittenSide> {
  const parquet = join(part.directory, `${side}.parquet`)
  const rows = `(SELECT * EXCLUDE (side) FROM examples WHERE side = ${quoteText(side)} AND label IS NOT NULL
    ORDER BY entity_id, example_key)`
  await part.database.run(`COPY ${rows} TO ${quoteText(parquet)} (FORMAT parquet, COMPRESSION zstd)`)
  await putFile(trainingRun.examplesPart(runUri, side, index), parquet)
  const examples = await selectExamples(part.database, `read_parquet(${quoteText(parquet)})`, project)
  await rm(parquet)
  if (examples.rows > 0) {
    const csv = join(part.directory, `${side}.csv`)
    await writeCsv(csv, examples, encoder)
    await putFile(trainingRun.encodedPart(runUri, side, index), csv, 'text/csv')
    await rm(csv)
  }
  return {
    rows: examples.rows,
    positives: examples.labels.reduce((sum, label) => sum + (label > 0.5 ? 1 : 0), 0),
  }
}

async function writeCsv(path: string, { rows, labels, features }: Examples, encoder: Encoder): Promise<void> {
  const file = await open(path, 'w')
  try {
    for (let start = 0; start < rows; start += rowsAtOnce) {
      const end = Math.min(start + rowsAtOnce, rows)
      await file.write(
        writeEncodedCsv(labels.subarray(start, end), encodeRows(features, encoder, start, end)),
      )
    }
  } finally {
    await file.close()
  }
}
