/** The project definition that a version was trained by: it may be older than the one that is deployed now. */
import { RegimenError } from '../functions/errors.ts'
import type { Model } from '../functions/registry/model.ts'
import { getRun } from '../functions/starter/run-store.ts'

/** @throws RegimenError `ModelNotFound` */
export async function trainingDefinition({ runId }: Pick<Model, 'runId'>): Promise<string> {
  const projectUri = (await getRun(runId))?.projectUri
  if (projectUri !== undefined) return projectUri
  throw new RegimenError('ModelNotFound', {
    what: 'the run that trained this version names no project definition',
    where: `run ${runId}`,
    do: 'name a version that the training state machine made',
  })
}
