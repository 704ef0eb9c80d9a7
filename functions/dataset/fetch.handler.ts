/** Door: brings the data of an import to where their content says, from the bucket or from a URL. */
import { door } from '../door.ts'
import { loadProject } from '../project-store.ts'
import { requiredVariable } from '../required-variable.ts'
import { contracts } from '../stages.ts'
import { versionBefore } from './dataset-store.ts'
import { fetchObjects } from './fetch-object-store.ts'
import { fetchUrl } from './fetch-url-store.ts'

export const handler = door({
  ...contracts.fetchDataset,
  async run({ project, projectUri, name, source, requestedBy }, logger) {
    const key = process.env.PSEUDONYM_KEY ?? ''
    // Only where pseudonyms are made: it brings DuckDB along, which is a third of a cold start.
    const { pseudonymising } = key === '' ? {} : await import('./pseudonymise-store.ts')
    const transform = pseudonymising?.(await loadProject(projectUri), key)
    const place = { bucket: requiredVariable('BUCKET'), project, name, transform }
    const placed =
      source.kind === 'url'
        ? await fetchUrl(place, source, requestedBy)
        : await fetchObjects(place, source.uri, source.origin)
    logger.info('fetched', { name, version: placed.version, files: placed.files, bytes: placed.bytes })
    const previousUri = (await versionBefore(project, name, placed.version))?.profileUri
    return { ...placed, ...(previousUri === undefined ? {} : { previousUri }) }
  },
})
