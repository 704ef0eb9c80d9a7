/** A definition of statemachines/ with its placeholders filled as the program fills them, functions by their names. */
import { readFileSync } from 'node:fs'
import type { Project } from '../../functions/project.ts'
import type { Pipeline } from '../../functions/starter/pipeline.ts'

export function startingDefinition(
  flow: Pipeline,
  project: Project,
  bucket: string,
  functions: readonly string[],
): string {
  const values: Record<string, string> = {
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
  const text = readFileSync(new URL(`../../statemachines/${flow}.asl.json`, import.meta.url), 'utf8')
  return text.replace(/\$\{([\w-]+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`nothing fills \${${name}} of ${flow}.asl.json`)
    return value
  })
}
