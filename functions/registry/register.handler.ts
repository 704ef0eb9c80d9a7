/** register-model: adds a version to the model registry, once per run, and projects it into the table. */
import type { Logger } from '@aws-lambda-powertools/logger'
import * as z from 'zod'
import { audited } from '../audit/audit-store.ts'
import { door } from '../door.ts'
import { approvalStatus, modelOf, registration, versionOf } from './model.ts'
import { putModel } from './model-store.ts'
import { createPackage } from './package-store.ts'

export const handler = door({
  input: registration,
  output: z.object({ modelPackageArn: z.string(), modelVersion: z.string(), status: approvalStatus }),
  run: audited(
    'register-model',
    {
      of: ({ project, runId, requestedBy }) => ({
        actor: requestedBy,
        action: 'register version',
        resource: `${project} run ${runId}`,
      }),
      outcome: ({ modelVersion }, { project }) => ({ resource: `${project} version ${modelVersion}` }),
    },
    async (input: z.output<typeof registration>, logger: Logger) => {
      const draft = modelOf(input, '', new Date())
      const modelPackageArn = await createPackage(draft)
      const model = { ...draft, packageArn: modelPackageArn, version: versionOf(modelPackageArn) }
      const added = await putModel(model)
      logger.info('model', { project: model.project, version: model.version, runId: model.runId, added })
      return { modelPackageArn, modelVersion: model.version, status: model.status }
    },
  ),
})
