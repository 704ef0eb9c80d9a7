/** Uploads a file and registers it as a version of a dataset; the same content again is the same version. */
import { z } from 'zod'
import type { Context } from './context.ts'
import { invokeFunction } from './invoke-function.ts'
import { uploadDataset } from './upload.ts'

const registered = z.object({
  name: z.string(),
  version: z.string(),
  rows: z.number(),
  columns: z.number(),
  uri: z.string(),
  status: z.string(),
})
export type RegisteredDataset = z.output<typeof registered>

export async function importDataset(
  context: Context,
  file: string,
  name: string,
): Promise<RegisteredDataset> {
  const uploaded = await uploadDataset(context, file, name)
  const { project, caller } = context
  const createdAt = new Date().toISOString()
  return invokeFunction(
    context,
    'register-dataset',
    { project, name, requestedBy: caller, createdAt, ...uploaded },
    registered,
  )
}
