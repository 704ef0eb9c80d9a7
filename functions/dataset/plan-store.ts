/** Reads the source objects of a run once and plans their parts; refuses what cannot be read before any part is. */
import { RegimenError } from '../errors.ts'
import { head, list, type ObjectHead } from '../object-store.ts'
import type { Purpose } from '../stages.ts'
import { checkHeader } from './check-header.ts'
import { isTableName } from './is-table-name.ts'
import { objectSource } from './object-source-store.ts'
import type { Part } from './part.ts'
import { planParts, type SchemaContract, type SourceFile } from './plan.ts'
import { walkSource } from './walk-store.ts'

/**
 * Text that one run plans, in bytes: 40 GiB unless the environment says otherwise. One function walks over all of it
 * (docs/decisions/0013-planning-in-one-pass.md); Parquet is planned by its footer, whatever its size.
 */
const maxPlannedBytes = () => Number(process.env.DATASET_MAX_PLANNED_BYTES ?? 40 * 1_024 ** 3)

/** A part as JSON: Step Functions hands a Map's item on within 256 KiB, beside what else a function is told. */
const maxPartBytes = 200_000

export interface Plan {
  readonly parts: Part[]
  readonly files: SourceFile[]
  readonly rows: number
  readonly bytes: number
  /** Columns of the files that the project does not know: they are ignored. */
  readonly ignored: string[]
}

/**
 * @param sourceUri an object, or a prefix that ends in `/`.
 * @param partBytes aimed size of a part.
 * @throws RegimenError `DatasetNotFound`, `DatasetEmpty`, `DatasetUnreadable`, `DatasetSchemaMismatch`.
 */
export async function planSource(
  sourceUri: string,
  contract: SchemaContract,
  purpose: Purpose,
  partBytes: number,
): Promise<Plan> {
  const objects = await findObjects(sourceUri)
  const files: SourceFile[] = []
  const ignored = new Set<string>()
  let text = 0
  let empty: unknown
  for (const object of objects) {
    const maxBytes = maxPlannedBytes() - text
    const file = await walkSource(objectSource(object), contract, { partBytes, maxBytes }).catch(
      (error: unknown) => {
        if (!isEmpty(error)) throw error
        empty ??= error
      },
    )
    if (file === undefined) continue
    for (const name of checkHeader(file.header, contract, purpose, file.uri).ignored) ignored.add(name)
    files.push(file)
    text += file.format === 'parquet' ? 0 : file.bytes
  }
  // Whoever writes a table in parts may leave some of them without a row; a table has rows.
  if (files.length === 0 && empty !== undefined) throw empty
  const parts = planParts(files, partBytes)
  const [first] = parts
  if (first !== undefined && JSON.stringify(first).length > maxPartBytes) throw tooWide(first)
  return {
    parts,
    files,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    ignored: [...ignored],
  }
}

const isEmpty = (error: unknown) => error instanceof RegimenError && error.name === 'DatasetEmpty'

async function findObjects(sourceUri: string): Promise<ObjectHead[]> {
  const uris = sourceUri.endsWith('/')
    ? (await list(sourceUri))
        .filter(({ bytes, uri }) => bytes > 0 && isTableName(uri.slice(sourceUri.length)))
        .map(({ uri }) => uri)
    : [sourceUri]
  const heads: ObjectHead[] = []
  for (const uri of uris) heads.push(await head(uri).catch((error: unknown) => notFound(uri, error)))
  if (heads.length > 0) return heads
  throw new RegimenError('DatasetNotFound', {
    what: 'there is no file below the prefix',
    where: sourceUri,
    do: 'upload one, or name another prefix',
  })
}

function notFound(uri: string, error: unknown): never {
  if (error instanceof Error && (error.name === 'NotFound' || error.name === 'NoSuchKey'))
    throw new RegimenError('DatasetNotFound', { what: 'there is no such file', where: uri }, { cause: error })
  throw error
}

const tooWide = ({ header, uri }: Part) =>
  new RegimenError('DatasetSchemaMismatch', {
    what: `the names of the ${header?.length ?? 0} columns are too long together`,
    where: `${uri}, header`,
    expected: `at most ${maxPartBytes} bytes in each part of the plan`,
    do: 'shorten the names, or leave columns out',
  })
