/** Opens a whole file on disk as a table: in memory where it is a small CSV, else in DuckDB. */
import { CellCoder } from '../dataset/code-cells.ts'
import type { CodedTable } from '../dataset/coded-table.ts'
import { localSource } from '../dataset/local-source-store.ts'
import type { OpenPart } from '../dataset/part-store.ts'
import { type Glimpse, type TextTaker, walkSource } from '../dataset/walk-store.ts'

export interface OpenFile {
  readonly coded: CodedTable | undefined
  /** The table in DuckDB, loaded when somebody asks first. */
  inDuckDb(): Promise<OpenPart>
  close(): Promise<void>
}

/** What is kept in memory. */
const usualLimits = {
  /** Of the file: about a part of a dataset. */
  fileBytes: 64 * 1_024 * 1_024,
  /** Of the table; one that takes more has many cells that are all different. */
  tableBytes: 96 * 1_024 * 1_024,
}

/** @throws RegimenError `DatasetNotFound`, `DatasetEmpty`, `DatasetUnreadable`, `DatasetSchemaMismatch`. */
export async function openFile(
  path: string,
  nullTokens: readonly string[],
  limits = usualLimits,
): Promise<OpenFile> {
  const source = await localSource(path)
  let early: Promise<OpenPart | undefined> | undefined
  let loaded: Promise<OpenPart> | undefined
  let coder: CellCoder | undefined
  const close = async () => {
    await (await early)?.close()
    await (await loaded?.catch(() => undefined))?.close()
    coder?.release()
    await source.close()
  }
  // DuckDB loads a large file while the walk looks for what would have to be read otherwise.
  const loadEarly = (glimpse: Glimpse) => {
    if (glimpse.isPlain)
      early ??= loader().then(({ loadGlimpsed }) => loadGlimpsed(source, glimpse, nullTokens))
  }
  try {
    const take = (glimpse: Glimpse): TextTaker | undefined => {
      if (source.bytes > limits.fileBytes) return void loadEarly(glimpse)
      const coding = new CellCoder(glimpse.header.length, glimpse.delimiter ?? ',', limits.tableBytes)
      coder = coding
      return { push: (chunk) => void (coding.push(chunk) || loadEarly(glimpse)) }
    }
    const walked = await walkSource(
      source,
      { columns: [] },
      { partBytes: Number.POSITIVE_INFINITY, onGlimpse: take },
    )
    const decoder = new TextDecoder(walked.encoding === 'latin-1' ? 'windows-1252' : 'utf-8', {
      ignoreBOM: true,
    })
    const load = async () => {
      const { isAsGlimpsed, loadWalked } = await loader()
      const opened = await early
      if (opened === undefined) return await loadWalked(source, walked, nullTokens)
      early = undefined
      if (isAsGlimpsed(walked, opened)) return opened
      await opened.close()
      return await loadWalked(source, walked, nullTokens)
    }
    return {
      coded: coder?.end({ header: walked.header, decode: (bytes) => decoder.decode(bytes), nullTokens }),
      inDuckDb: () => (loaded ??= load()),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Whoever reads small tables only does not load DuckDB. */
const loader = () => import('./load-file-store.ts')
