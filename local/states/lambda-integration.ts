/** Lambda: `lambda:invoke` with its payload, and functions named directly by their ARN. */
import { StateFailure } from './failure.ts'
import type { TaskCall } from './integrations.ts'
import { callService } from './service-error.ts'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** @returns `{ExecutedVersion, Payload, StatusCode}` with the payload as JSON */
export async function invokeLambda(call: TaskCall): Promise<unknown> {
  const parameters = isObject(call.parameters) ? call.parameters : {}
  const { Payload = {}, ...rest } = parameters
  const answer = await callService(call, 'lambda', 'Invoke', {
    ...rest,
    Payload: Buffer.from(JSON.stringify(Payload)),
  })
  const payload = payloadOf(answer)
  return {
    ExecutedVersion: answer.ExecutedVersion ?? '$LATEST',
    ...(payload === undefined ? {} : { Payload: payload }),
    StatusCode: answer.StatusCode ?? 200,
  }
}

/** @returns what the function returned */
export async function invokeFunction(call: TaskCall): Promise<unknown> {
  const answer = await callService(call, 'lambda', 'Invoke', {
    FunctionName: call.resource.arn,
    Payload: Buffer.from(JSON.stringify(call.parameters)),
  })
  return payloadOf(answer) ?? null
}

/** The payload as JSON. @throws StateFailure named for the function's error, with its JSON as the cause */
function payloadOf(answer: Record<string, unknown>): unknown {
  const text = textOf(answer.Payload)
  if (typeof answer.FunctionError === 'string') {
    const details = parsed(text)
    const type =
      isObject(details) && typeof details.errorType === 'string' ? details.errorType : 'Lambda.Unknown'
    throw new StateFailure(type, text)
  }
  return text === '' ? undefined : parsed(text)
}

function textOf(payload: unknown): string {
  if (typeof payload === 'string') return payload
  if (payload instanceof Uint8Array) return Buffer.from(payload).toString('utf8')
  return payload === undefined || payload === null ? '' : JSON.stringify(payload)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}
