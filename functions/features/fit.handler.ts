/** Door: fits the encoder of a training run. */
import { door } from '../door.ts'
import { trainingRun } from '../layout.ts'
import { getJson, putJson } from '../object-store.ts'
import { profileSchema } from '../profile/profile.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { fitEncoder } from './fit-encoder.ts'

export const handler = door({
  ...contracts.fitEncoder,
  async run({ projectUri, runUri, profileUri }, logger) {
    const project = await loadProject(projectUri)
    const encoder = fitEncoder(profileSchema.parse(await getJson(profileUri)), project)
    const encoderUri = trainingRun.encoder(runUri)
    await putJson(encoderUri, encoder)
    logger.info('fitted', { features: encoder.features.length, columns: encoder.columns.length })
    return { encoderUri, encodedColumns: encoder.columns.length }
  },
})
