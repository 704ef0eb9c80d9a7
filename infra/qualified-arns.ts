/** ARNs of published function versions by the functions' names: the placeholders of a definition. */
import type * as pulumi from '@pulumi/pulumi'
import type { FunctionName } from './functions.ts'
import type { StageFunction } from './stage-function.ts'

export function qualifiedArns(
  functions: Readonly<Partial<Record<FunctionName, StageFunction>>>,
  names: readonly FunctionName[],
): Readonly<Record<string, pulumi.Output<string>>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const found = functions[name]
      return found === undefined ? [] : [[name, found.qualifiedArn]]
    }),
  )
}
