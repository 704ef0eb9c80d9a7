/** The table of functions, stage by stage. */
import { datasetFunctions } from './functions/dataset.ts'
import type { FunctionDefinition } from './functions/definition.ts'
import { deploymentFunctions } from './functions/deployment.ts'
import { inferenceFunctions } from './functions/inference.ts'
import { operationFunctions } from './functions/operation.ts'
import { trainingFunctions } from './functions/training.ts'
import { mapValues } from './map-values.ts'

export const functionDefinitions = {
  ...datasetFunctions,
  ...trainingFunctions,
  ...deploymentFunctions,
  ...inferenceFunctions,
  ...operationFunctions,
} as const satisfies Readonly<Record<string, FunctionDefinition>>

export type FunctionName = keyof typeof functionDefinitions

export function functionDefinition(name: FunctionName): FunctionDefinition {
  return functionDefinitions[name]
}

/** Function name to the file of its door. */
export const functionEntries: Readonly<Record<FunctionName, string>> = mapValues(
  functionDefinitions,
  ({ entry }) => entry,
)
