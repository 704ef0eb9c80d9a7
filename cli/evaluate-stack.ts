import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readConfig } from '../local/deploy/program-config.ts'
import { type Evaluated, evaluateProgram } from '../stacks/evaluate.ts'
import { partitionOf } from '../stacks/stand-in.ts'
import { programDirectory } from './program-directory.ts'
import { requireEnvironment } from './require-environment.ts'

/** The account of AWS's own examples: the graph is evaluated without one. */
const exampleAccount = '123456789012'

/** @throws RegimenError `InvalidRequest` for an environment that has no file; Error as the program refuses its values. */
export async function evaluateStack(stack: string): Promise<Evaluated> {
  const root = resolve(programDirectory)
  requireEnvironment(root, stack)
  const { values, project, main } = readConfig(root, stack)
  const region = values['aws:region'] ?? process.env.AWS_REGION ?? 'us-east-1'
  return await evaluateProgram({
    stack,
    project,
    root,
    // Which machine's DuckDB is packed does not show in the graph; the deploying machine has at least its own.
    configuration: { [`${project}:duckdbPlatform`]: 'host', ...values },
    place: { accountId: exampleAccount, region, partition: partitionOf(region) },
    program: () => import(pathToFileURL(join(root, main)).href),
  })
}
