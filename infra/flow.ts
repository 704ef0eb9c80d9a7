/** What the two flows of a project share: where they run, what they call, and how far they spread. */
import type { Project } from '../functions/project.ts'
import type { Account } from './account.ts'
import type { Environment } from './environment.ts'
import type { Names } from './names.ts'

export interface FlowArgs {
  readonly names: Names
  readonly account: Account
  readonly environment: Environment
  readonly project: Project
  /** The repository; definitions are in `statemachines/` below it. */
  readonly root: string
  /** Size of the parts that a table is cut into. */
  readonly partBytes: number
  /** Parts that are worked on at the same time. */
  readonly mapConcurrency: number
  /** At least 365. */
  readonly logRetentionDays: number
}

/** Values of the placeholders that both definitions use, beside the functions' ARNs. */
export function flowValues(args: FlowArgs): Readonly<Record<string, string | number>> {
  const { account, environment, project, partBytes, mapConcurrency } = args
  return {
    partition: account.partition,
    bucket: environment.storage.bucketName,
    project: project.id,
    partBytes,
    mapConcurrency,
    seed: project.split.seed,
  }
}
