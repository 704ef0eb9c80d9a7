/** register-model: adds a version to the model registry, once per run, and projects it into the table. */
import { z } from 'zod'
import { door } from '../door.ts'
import { approvalStatus, modelOf, registration, versionOf } from './model.ts'
import { putModel } from './model-store.ts'
import { createPackage } from './package-store.ts'

export const handler = door({
  input: registration,
  output: z.object({ modelPackageArn: z.string(), modelVersion: z.string(), status: approvalStatus }),
  async run(input, logger) {
    const draft = modelOf(input, '', new Date())
    const modelPackageArn = await createPackage(draft)
    const model = { ...draft, packageArn: modelPackageArn, version: versionOf(modelPackageArn) }
    const added = await putModel(model)
    logger.info('model', { project: model.project, version: model.version, runId: model.runId, added })
    return { modelPackageArn, modelVersion: model.version, status: model.status }
  },
})
