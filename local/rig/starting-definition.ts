/** A definition of statemachines/ with its placeholders filled as the program fills them, functions by their names. */
import { fileURLToPath } from 'node:url'
import type { Project } from '../../functions/project.ts'
import type { Pipeline } from '../../functions/starter/pipeline.ts'
import {
  absent,
  type DefinitionValue,
  fillDefinition,
  placeholders,
  readDefinition,
} from '../../infra/definition.ts'

export function startingDefinition(
  flow: Pipeline,
  project: Project,
  bucket: string,
  functions: readonly string[],
): string {
  const values: Record<string, DefinitionValue> = {
    // Jobs of a laptop stand in no network.
    network: absent,
    partition: 'aws',
    project: project.id,
    bucket,
    environment: 'dev',
    partBytes: '250000',
    mapConcurrency: '4',
    seed: String(project.split.seed),
    trainingImage: '000000000000.dkr.ecr.us-east-1.amazonaws.com/regimen-xgboost:3.0-5',
    trainingRoleArn: 'arn:aws:iam::000000000000:role/training',
    dataKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/data',
    ...Object.fromEntries(functions.map((name) => [name, name])),
  }
  const file = fileURLToPath(new URL(`../../statemachines/${flow}.asl.json`, import.meta.url))
  const source = readDefinition(file)
  const asked = placeholders(source).flatMap((name) =>
    values[name] === undefined ? [] : [[name, values[name]] as const],
  )
  return fillDefinition(file, source, Object.fromEntries(asked))
}
