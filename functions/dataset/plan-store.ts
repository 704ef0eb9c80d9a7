/** Reads the source objects of a run once and plans their parts; refuses what cannot be read before any part is. */
import { RegimenError } from '../errors.ts'
import { head, list, type ObjectHead } from '../object-store.ts'
import type { Part, Purpose } from '../stages.ts'
import { checkHeader } from './check-header.ts'
import { planParts, type SchemaContract, type SourceFile } from './plan.ts'
import { objectSource } from './source-text-store.ts'
import { walkSource } from './walk-store.ts'

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
  for (const object of objects) {
    const file = await walkSource(objectSource(object), contract, partBytes)
    for (const name of checkHeader(file.header, contract, purpose, file.uri).ignored) ignored.add(name)
    files.push(file)
  }
  return {
    parts: planParts(files, partBytes),
    files,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    ignored: [...ignored],
  }
}

async function findObjects(sourceUri: string): Promise<ObjectHead[]> {
  const uris = sourceUri.endsWith('/')
    ? (await list(sourceUri))
        .filter(({ bytes, uri }) => bytes > 0 && !/\/[._][^/]*$/.test(uri))
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
