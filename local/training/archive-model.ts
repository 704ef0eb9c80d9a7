/** Packs a model as SageMaker does: `model.tar.gz` that holds the file `xgboost-model`. */
import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { pack } from 'tar-stream'
import { modelBytes } from './write-model.ts'

/** The archive appears whole or not at all, and the same model gives the same bytes. */
export async function archiveModel(document: object, directory: string): Promise<string> {
  const file = join(directory, 'model.tar.gz')
  const partial = `${file}.partial`
  const archive = pack()
  archive.entry({ name: 'xgboost-model', mtime: new Date(0) }, Buffer.from(modelBytes(document)))
  archive.finalize()
  await pipeline(archive, createGzip(), createWriteStream(partial))
  await rename(partial, file)
  return file
}
