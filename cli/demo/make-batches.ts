/** Later batches for the rehearsal: rows of entities that training left out, as they are or moved on purpose. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { heldOutSql } from '../../functions/dataset/split.ts'
import { openDatabase } from '../../functions/duckdb-store.ts'
import type { Project } from '../../functions/project.ts'
import { quoteName, quoteText } from '../../functions/quote-sql.ts'
import type { RehearsalBatch } from '../../projects/rehearsal.ts'

export interface BatchOptions {
  /** The whole table, CSV with a header, perhaps gzipped. */
  readonly source: string
  readonly project: Project
  /** Share of entities, 0 to 0.9, as the training run was told. */
  readonly holdout: number
  readonly batches: Readonly<Record<string, RehearsalBatch>>
  /** Where `<name>.csv` is written. */
  readonly directory: string
}

/** @returns batch name → file. */
export async function makeBatches(options: BatchOptions): Promise<Record<string, string>> {
  const { project, holdout, batches, directory } = options
  const scratch = await mkdtemp(join(tmpdir(), 'regimen-batches-'))
  const database = await openDatabase(scratch)
  try {
    const tokens = ['', ...project.source.nullTokens].map(quoteText).join(', ')
    const entity = quoteName(project.entityKey)
    await database.run(
      `CREATE TABLE batch AS SELECT * FROM read_csv(${quoteText(resolve(options.source))}, all_varchar = true, header = true, nullstr = [${tokens}])
       WHERE ${heldOutSql(entity, project.split.seed, holdout)}`,
    )
    const files: Record<string, string> = {}
    for (const [name, { sql }] of Object.entries(batches)) {
      const file = resolve(directory, `${name}.csv`)
      await database.run(`COPY (${sql}) TO ${quoteText(file)} (HEADER, DELIMITER ',')`)
      files[name] = file
    }
    return files
  } finally {
    database.close()
    await rm(scratch, { recursive: true, force: true })
  }
}
