/** Tables in DuckDB from rows in memory, profiled: what tests of the statistics start from. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenPart, openCells } from '../../functions/dataset/part-store.ts'
import type { Project } from '../../functions/project.ts'
import { csvOf } from './project.ts'

/** The rows as an open part of a project; close it. */
export async function openRows(
  rows: readonly (readonly string[])[],
  header: readonly string[],
  source: Project['source'],
): Promise<OpenPart> {
  const directory = await mkdtemp(join(tmpdir(), 'regimen-test-'))
  const file = join(directory, 'rows.csv')
  await writeFile(file, csvOf(rows, { header: [...header] }))
  return openCells(
    { file, format: 'csv', header, hasHeader: true, nullTokens: source.nullTokens },
    { directory, where: 'rows', columns: source.columns },
  )
}
