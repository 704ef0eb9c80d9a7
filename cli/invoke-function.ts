/** Calls one of the platform's functions and gives its answer, or its error under its own name. */
import { InvokeCommand } from '@aws-sdk/client-lambda'
import * as z from 'zod'
import type { Context } from './context.ts'
import { RemoteError } from './remote-error.ts'

const failure = z.object({ errorType: z.string().default('Error'), errorMessage: z.string().default('') })

export async function invokeFunction<Answer extends z.ZodType>(
  { lambda, names }: Pick<Context, 'lambda' | 'names'>,
  name: string,
  request: unknown,
  answer: Answer,
): Promise<z.output<Answer>> {
  const response = await lambda.send(
    new InvokeCommand({
      FunctionName: `${names.of('function', name)}:live`,
      Payload: JSON.stringify(request),
    }),
  )
  const payload: unknown = JSON.parse(Buffer.from(response.Payload ?? []).toString('utf8') || 'null')
  if (response.FunctionError === undefined) return answer.parse(payload)
  const { errorType, errorMessage } = failure.parse(payload)
  throw new RemoteError(errorType, errorMessage)
}
