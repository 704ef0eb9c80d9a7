/** Tells a fault of an AWS service, which passes, from an error of the request, which does not. */
import { RegimenError } from './errors.ts'

const passing =
  /^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|ProvisionedThroughputExceededException|InternalServerError|InternalFailure|ServiceUnavailable|SlowDown|RequestTimeout|TimeoutError|NetworkingError)$/

/** What Node says of a connection that was refused, or ended within an answer. */
const disconnected = /^(ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EAI_AGAIN|ERR_STREAM_PREMATURE_CLOSE)$/

/** The error under the name that a state's Retry lists, or the error itself when another attempt does not help. */
export function namedFault(error: unknown, what: string): unknown {
  if (!(error instanceof Error)) return error
  const status = httpStatus(error)
  const server = status !== undefined && status >= 500 && status !== 501
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (!server && !passing.test(error.name) && !disconnected.test(code)) return error
  return new RegimenError(
    'ServiceUnavailable',
    { what, got: code === '' ? error.name : code },
    { cause: error },
  )
}

/** The SDK keeps the status of the answer in `$metadata`. */
function httpStatus(error: Error): number | undefined {
  const metadata: unknown = Reflect.get(error, '$metadata')
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined
}
