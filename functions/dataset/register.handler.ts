/** Door: takes a profiled table into the catalogue as a version, or refuses it and leaves the catalogue as it was. */
import * as z from 'zod'
import { door } from '../door.ts'
import { datasetVersion, parseS3Uri } from '../layout.ts'
import { copyObject, getJson, putJsonOnce } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { checkedProfile, requireContract } from './contract-check.ts'
import { type DatasetItem, datasetItemOf, getDataset, putDataset } from './dataset-store.ts'
import { datasetManifest, describeColumns, ownersOf } from './manifest.ts'
import { part } from './part.ts'
import { requireQuality } from './quality-check.ts'
import { statusOf } from './review-store.ts'

type Request = z.output<(typeof contracts.registerDataset)['input']>

export const handler = door({
  ...contracts.registerDataset,
  async run(request, logger) {
    const { project, name, dataset } = request
    const known = await getDataset(project, name, dataset.version)
    const item = known ?? (await register(request))
    logger.info('registered', { name, version: item.version, rows: item.rows, existed: known !== undefined })
    const { version, rows, columns, uri } = item
    return {
      ...{ name, version, rows, columns, uri },
      status: known === undefined ? ('pending' as const) : await statusOf(item),
      existed: known !== undefined,
      quality: item.quality ?? request.quality,
      profileUri: item.profileUri ?? request.profileUri,
      reportUri: item.reportUri ?? request.reportUri,
    }
  },
})

/**
 * The item in the table is what makes a version; it is put last. The manifest is written once: of two imports of one
 * content the second takes the first one's, and what a crash left behind is used again.
 */
async function register(request: Request): Promise<DatasetItem> {
  const { dataset, name, project: id } = request
  const [project, parts, profile] = await Promise.all([
    loadProject(request.projectUri),
    getJson(request.planUri).then((value) => z.array(part).parse(value)),
    getJson(request.profileUri).then((value) => checkedProfile.parse(value)),
  ])
  requireContract(profile, project)
  requireQuality(profile.findings, request.dataset.fileName)
  const prefix = datasetVersion.prefix(parseS3Uri(dataset.uri).bucket, id, name, dataset.version)
  const places = { profileUri: datasetVersion.profile(prefix), reportUri: datasetVersion.report(prefix) }
  await copyObject({ uri: request.profileUri }, places.profileUri)
  await copyObject({ uri: request.reportUri }, places.reportUri)
  const [first] = parts
  const header = first?.header ?? project.source.columns.map((column) => column.name)
  const manifestUri = datasetVersion.manifest(prefix)
  const { version, sha256, uri, fileName, files, bytes, origin } = dataset
  const manifest = datasetManifest.parse({
    format: 'regimen-dataset/1',
    project: id,
    projectUri: request.projectUri,
    name,
    version,
    description: request.description === '' ? project.title : request.description,
    ...{ uri, fileName, files, bytes, sha256, origin, header },
    rows: profile.rows,
    columns: header.length,
    fileFormat: first?.format ?? 'csv',
    ...{ encoding: first?.encoding, delimiter: first?.delimiter, compression: first?.compression },
    schema: describeColumns(header, project.source.columns),
    ...ownersOf(origin, project.source),
    quality: request.quality,
    ...places,
    runId: request.runId,
    requestedBy: request.requestedBy,
    createdAt: request.createdAt,
  })
  const fresh = await putJsonOnce(manifestUri, manifest)
  const item = datasetItemOf(
    fresh ? manifest : datasetManifest.parse(await getJson(manifestUri)),
    manifestUri,
  )
  await putDataset(item)
  return item
}
