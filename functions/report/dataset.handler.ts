/** Door: writes the page of a table that is being imported; registration takes it into the version. */
import { door } from '../door.ts'
import { importRun } from '../layout.ts'
import { putBytes } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { readProfile } from './documents-store.ts'
import { renderDatasetReport } from './render-dataset-report.ts'

export const handler = door({
  ...contracts.reportDataset,
  async run(request, logger) {
    const [project, profile] = await Promise.all([
      loadProject(request.projectUri),
      readProfile(request.profileUri),
    ])
    const reportUri = importRun.report(request.runUri)
    await putBytes(reportUri, renderDatasetReport({ request, project, profile }), 'text/html; charset=utf-8')
    logger.info('reported', { runId: request.runId, rows: profile.rows })
    return { reportUri }
  },
})
