/** Rewrites a table so that its direct identifiers are pseudonyms: what an environment with a key keeps of an import. */
import { createWriteStream } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { numbersOf, textsOf } from '../duckdb-store.ts'
import { pseudonymiser } from '../privacy/pseudonym.ts'
import type { Project } from '../project.ts'
import { cellFile } from './cell-file-store.ts'
import { localSource } from './local-source-store.ts'
import { type OpenPart, openCells } from './part-store.ts'
import { type FileTransform, hashFile } from './place-store.ts'
import { cellName } from './typed-columns.ts'
import { walkSource } from './walk-store.ts'
import { cellLine } from './write-cells.ts'

/** Rows read at once. */
const rowsAtOnce = 8_192

/**
 * @param key 64 hexadecimal digits; empty where the environment keeps identifiers as they are.
 * @returns undefined without a key.
 */
export function pseudonymising(project: Project, key: string): FileTransform | undefined {
  if (key === '') return undefined
  return async (file, directory) => {
    const work = await mkdtemp(join(directory, 'pseudonyms-'))
    const source = await localSource(file.file, file.name)
    try {
      const walked = await walkSource(source, { columns: [] }, { partBytes: Number.POSITIVE_INFINITY })
      const [cut = { byteStart: 0, byteEnd: walked.bytes }] = walked.cuts
      const cells = await cellFile(source, { ...walked, ...cut, rowGroups: undefined }, walked.header, work)
      const { nullTokens } = project.source
      const options = { directory: work, where: file.name, rows: walked.rows }
      const table = await openCells({ ...cells, nullTokens }, options)
      try {
        const target = join(directory, `${file.sha256}.csv`)
        await pipeline(pseudonymisedCsv(table, project, key), createWriteStream(target))
        return await hashFile(target, `${file.name.replace(/\.[A-Za-z]+$/, '')}.csv`)
      } finally {
        await table.close()
      }
    } finally {
      await source.close()
    }
  }
}

/** Columns of the contract alone: what the project does not know may identify anybody, and nothing needs it. */
async function* pseudonymisedCsv(table: OpenPart, { source }: Project, key: string): AsyncGenerator<string> {
  const kept = source.columns.flatMap((column) => {
    const at = table.header.indexOf(column.name)
    if (at < 0) return []
    const change = column.phi === 'direct' ? pseudonymiser(key, column.type) : undefined
    return [{ name: column.name, at, change }]
  })
  yield cellLine(kept.map(({ name }) => name))
  const selected = kept.map(({ at }) => cellName(at)).join(', ')
  for (let from = 0; from < table.rows; from += rowsAtOnce) {
    const { columns } = await table.database.columns(
      `SELECT row_number::DOUBLE AS row, ${selected} FROM cells
       WHERE row_number > ${from} AND row_number <= ${from + rowsAtOnce} ORDER BY row_number`,
    )
    const cells = kept.map(({ at, change }) => {
      const texts = textsOf(columns[cellName(at)])
      return change === undefined ? texts : texts.map(change)
    })
    const rows = numbersOf(columns.row).length
    let lines = ''
    for (let row = 0; row < rows; row++) lines += cellLine(cells.map((texts) => texts[row] ?? null))
    yield lines
  }
}
