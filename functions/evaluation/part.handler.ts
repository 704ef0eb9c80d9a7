/** The door of a part's evaluation: scores its calibration and test rows with the model, and with the champion. */
import { door } from '../door.ts'
import { readExamplesParquet } from '../features/example-store.ts'
import { trainingRun } from '../layout.ts'
import { getJson, putJson } from '../object-store.ts'
import { profileSchema } from '../profile/profile.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { loadEncodedModel } from './encoded-model-store.ts'
import { evaluatePart } from './evaluate-part.ts'

export const handler = door({
  ...contracts.evaluatePart,
  async run({ projectUri, runUri, runId, index, modelUri, encoderUri, champion }, logger) {
    const project = await loadProject(projectUri)
    const examples = (side: 'calibration' | 'test') =>
      readExamplesParquet(trainingRun.examplesPart(runUri, side, index), project)
    const [calibration, test, challenger, incumbent, profile] = await Promise.all([
      examples('calibration'),
      examples('test'),
      loadEncodedModel(modelUri, encoderUri),
      champion === undefined ? undefined : loadEncodedModel(champion.modelUri, champion.encoderUri),
      getJson(trainingRun.profile(runUri)).then((value) => profileSchema.parse(value)),
    ])
    const part = evaluatePart({
      index,
      project,
      challenger,
      champion: incumbent,
      profile,
      calibration,
      test,
      salt: runId,
    })
    await putJson(trainingRun.evaluationPart(runUri, index), part)
    const rows = test.rows
    logger.info('part evaluated', { part: index, rows, calibration: calibration.rows })
    return { index, rows }
  },
})
