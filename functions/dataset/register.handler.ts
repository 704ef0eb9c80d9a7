/** Door: takes a new dataset version into the catalogue, once every row has been held against the schema contract. */
import { z } from 'zod'
import { door } from '../door.ts'
import { datasetVersion, parseS3Uri } from '../layout.ts'
import { putJson } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { projectUriOf } from '../project-uri.ts'
import { checkParts } from './check-store.ts'
import { contentHash } from './content-hash-store.ts'
import { putDataset } from './dataset-store.ts'
import { planSource } from './plan-store.ts'

const partBytes = 64 * 1_024 * 1_024
const uri = z.string().startsWith('s3://')

const input = z.object({
  project: z.string(),
  /** @default the environment's own definition of the project */
  projectUri: uri.optional(),
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'a name of letters, digits, . _ and -'),
  /** The content hash, when the caller has it; @default the first 16 digits of the object's sha256 */
  version: z
    .string()
    .regex(/^[a-z0-9]{8,64}$/)
    .optional(),
  uri,
  fileName: z.string(),
  bytes: z.int().min(0),
  requestedBy: z.string(),
  createdAt: z.iso.datetime(),
})

const output = z.object({
  name: z.string(),
  version: z.string(),
  rows: z.int(),
  columns: z.int(),
  uri,
  status: z.enum(['pending', 'approved', 'rejected']),
})

export const handler = door({
  input,
  output,
  async run(request, logger) {
    const project = await loadProject(
      projectUriOf(request.project, request.projectUri, process.env.PROJECT_URIS),
    )
    const plan = await planSource(request.uri, project.source, 'training', partBytes)
    const rowsChecked = await checkParts(plan.parts, project)
    const sha256 = await contentHash(request.uri)
    const version = request.version ?? sha256.slice(0, 16)
    const { bucket } = parseS3Uri(request.uri)
    const prefix = datasetVersion.prefix(bucket, request.project, request.name, version)
    const columns = plan.files[0]?.header ?? []
    const { attribution, licence } = project.source
    const manifestUri = datasetVersion.manifest(prefix)
    const item = {
      project: request.project,
      name: request.name,
      version,
      uri: request.uri,
      fileName: request.fileName,
      bytes: plan.bytes,
      rows: plan.rows,
      columns: columns.length,
      sha256,
      manifestUri,
      requestedBy: request.requestedBy,
      createdAt: request.createdAt,
      status: 'pending' as const,
    }
    // The manifest is written from what the table holds, so that registering twice changes nothing.
    const registered = await putDataset(item)
    const { status, ...lasting } = registered
    await putJson(manifestUri, {
      ...lasting,
      rowsChecked,
      header: columns,
      ignored: plan.ignored,
      attribution,
      licence,
    })
    logger.info('registered', { name: item.name, version, rows: registered.rows })
    const { rows, columns: width } = registered
    return { name: registered.name, version, rows, columns: width, uri: registered.uri, status }
  },
})
