/** Runs `features.sql` over an open part, and leaves held-out entities behind. */
import { DatabaseError } from '../duckdb-store.ts'
import { RegimenError } from '../errors.ts'
import type { Project } from '../project.ts'
import { quoteName } from '../quote-sql.ts'
import { examplesSql } from './examples-sql.ts'
import type { OpenPart } from './part-store.ts'
import { heldOutSql } from './split.ts'
import { cellName, typedSql } from './typed-columns.ts'

/** Deletes the rows of held-out entities from `cells`, and so from `raw`. @returns rows that are left. */
export async function leaveOut(
  { database, header }: OpenPart,
  project: Project,
  seed: number,
  holdout: number,
): Promise<number> {
  const type = project.source.columns.find(({ name }) => name === project.entityKey)?.type ?? 'identifier'
  const entity = `CAST(${typedSql(type, cellName(header.indexOf(project.entityKey)))} AS VARCHAR)`
  if (holdout > 0) await database.run(`DELETE FROM cells WHERE ${heldOutSql(entity, seed, holdout)}`)
  const counted = await database.columns('SELECT count(*)::DOUBLE AS n FROM cells')
  return Number(counted.columns.n?.[0])
}

/**
 * Makes the table `examples`, `side` by the run's seed. Rows without an entity have no side and are left out.
 *
 * @throws RegimenError `InvalidProject` when features.sql does not run over the schema contract.
 */
export async function makeExamples({ database }: OpenPart, project: Project, seed: number): Promise<void> {
  const examples = identifiedExamplesSql(project, seed)
  await runningFeatures(project, () => database.run(`CREATE TABLE examples AS ${examples}`))
}

/** The examples as a SELECT in the order of the rows, for whoever reads them once. */
export const identifiedExamplesSql = (project: Project, seed: number) =>
  `SELECT * FROM (${examplesSql(project, seed)}) WHERE ${quoteName('entity_id')} IS NOT NULL`

/** @throws RegimenError `InvalidProject` where `work`, a query over `features.sql`, is refused by the database. */
export async function runningFeatures<Result>(
  project: Project,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error
    throw new RegimenError(
      'InvalidProject',
      {
        what: 'features.sql does not run over the source columns',
        where: `project ${project.id}`,
        got: error.message,
        do: 'correct projects/<id>/features.sql; use TRY_CAST where a text may be no number',
      },
      { cause: error },
    )
  }
}
