/** The partition plan: what a file looks like, and the parts in which it is read. */
import type { Project } from '../project.ts'
import type { Encoding } from './csv-header.ts'
import type { Delimiter } from './csv-records.ts'
import type { Cut } from './cuts.ts'
import type { Part } from './part.ts'

/** What one walk over an object found. */
export interface SourceFile {
  readonly uri: string
  readonly versionId?: string | undefined
  readonly bytes: number
  readonly format: Part['format']
  readonly header: readonly string[]
  readonly delimiter?: Delimiter | undefined
  readonly encoding: Encoding
  readonly compression: 'none' | 'gzip' | 'zstd'
  readonly rows: number
  /** Where the text may be cut: bytes of the object, or of its text where it is compressed or in UTF-16. */
  readonly cuts: readonly Cut[]
  /** CSV: some of its line ends are not what other readers take for one. */
  readonly irregular?: boolean | undefined
  /** Parquet: rows of each row group. */
  readonly rowGroups?: readonly { rows: number; bytes: number }[] | undefined
  readonly shifts: Readonly<Record<string, number>>
}

/** The parts of all files, numbered from 0 in the order given. */
export function planParts(files: readonly SourceFile[], partBytes: number): Part[] {
  const origins = files[0]?.shifts ?? {}
  return files
    .flatMap((file) => cutsOf(file, partBytes).map((cut) => ({ file, cut })))
    .map(
      ({ file, cut }, index): Part => ({
        index,
        uri: file.uri,
        ...(file.versionId === undefined ? {} : { versionId: file.versionId }),
        format: file.format,
        byteStart: cut.byteStart,
        byteEnd: cut.byteEnd,
        ...(cut.rowGroups === undefined ? {} : { rowGroups: cut.rowGroups }),
        header: [...file.header],
        ...(file.delimiter === undefined ? {} : { delimiter: file.delimiter }),
        objectBytes: file.bytes,
        ...(file.format === 'parquet' ? {} : { encoding: file.encoding, compression: file.compression }),
        ...(file.irregular === true ? { irregular: true } : {}),
        firstRow: cut.firstRow,
        rows: cut.rows,
        shifts: { ...origins },
      }),
    )
}

function cutsOf(file: SourceFile, partBytes: number): (Cut & { rowGroups?: number[] })[] {
  if (file.rowGroups !== undefined) return groupsOf(file, file.rowGroups, partBytes)
  return [...file.cuts]
}

function groupsOf(file: SourceFile, groups: readonly { rows: number; bytes: number }[], partBytes: number) {
  const cuts: (Cut & { rowGroups: number[] })[] = []
  let open = { rowGroups: [] as number[], firstRow: 0, rows: 0, bytes: 0 }
  const close = () => {
    if (open.rowGroups.length === 0) return
    const { rowGroups, firstRow, rows } = open
    cuts.push({ byteStart: 0, byteEnd: file.bytes, rowGroups, firstRow, rows })
    open = { rowGroups: [], firstRow: firstRow + rows, rows: 0, bytes: 0 }
  }
  for (const [index, group] of groups.entries()) {
    if (group.rows === 0) continue
    open.rowGroups.push(index)
    open.rows += group.rows
    open.bytes += group.bytes
    if (open.bytes >= partBytes) close()
  }
  close()
  return cuts
}

/** The source columns of a project that a table must have, for the walk over its files. */
export type SchemaContract = Pick<Project['source'], 'columns' | 'nullTokens'> &
  Partial<Pick<Project['source'], 'extraColumns'>>
