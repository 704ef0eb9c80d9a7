/** Tells a fault of an AWS service, which passes, from an error of the request, which does not. */
import { RegimenError } from './errors.ts'

const passing =
  /^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|ProvisionedThroughputExceededException|InternalServerError|InternalFailure|ServiceUnavailable|SlowDown|RequestTimeout|TimeoutError|NetworkingError)$/

/** The error under the name that a state's Retry lists, or the error itself when another attempt does not help. */
export function namedFault(error: unknown, what: string): unknown {
  if (!(error instanceof Error)) return error
  const { $metadata: metadata } = { $metadata: undefined, ...error }
  const status = (metadata as { httpStatusCode?: unknown } | undefined)?.httpStatusCode
  const server = typeof status === 'number' && status >= 500 && status !== 501
  if (!server && !passing.test(error.name)) return error
  return new RegimenError('ServiceUnavailable', { what, got: error.name }, { cause: error })
}
