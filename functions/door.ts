/** The shape of every Lambda: validated input, one call into the stage, validated output; names and counts in the log. */
import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import type { z } from 'zod'
import { tellingRefusals } from './audit/refusal.ts'
import { brokenRule } from './broken-rule.ts'
import { RegimenError } from './errors.ts'

export interface Door<Input extends z.ZodType, Output extends z.ZodType> {
  readonly input: Input
  readonly output: Output
  run(input: z.output<Input>, logger: Logger, context: Context): Promise<z.input<Output>>
}

/**
 * @throws RegimenError `InvalidRequest` when the event breaks the input contract: the path and the rule, no value.
 */
export function door<Input extends z.ZodType, Output extends z.ZodType>(definition: Door<Input, Output>) {
  const logger = new Logger()
  return middy()
    .use(injectLambdaContext(logger, { logEvent: false }))
    .handler(async (event: unknown, context: Context): Promise<z.output<Output>> => {
      const input = accept(definition.input, event)
      const output = await tellingRefusals(() => definition.run(input, logger, context))
      return definition.output.parse(output)
    })
}

function accept<Schema extends z.ZodType>(schema: Schema, event: unknown): z.output<Schema> {
  const result = schema.safeParse(event)
  if (result.success) return result.data
  throw new RegimenError('InvalidRequest', {
    what: 'the request does not keep the contract',
    ...brokenRule(result.error),
  })
}
