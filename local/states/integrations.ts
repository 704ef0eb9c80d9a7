/** The table of service integrations: which one does the work of a Task, and how its pattern waits. */
import { callbackOf } from './callback.ts'
import { StateFailure } from './failure.ts'
import { invokeFunction, invokeLambda } from './lambda-integration.ts'
import type { TaskResource } from './resource.ts'
import { callSdk, optimised } from './sdk-integration.ts'
import { runJob, syncJobs } from './sync-job.ts'
import type { Visit } from './visit.ts'

/** One attempt of a Task, as an integration sees it. */
export interface TaskCall {
  readonly visit: Visit
  readonly attempt: number
  readonly resource: TaskResource
  readonly parameters: unknown
  readonly token: string | undefined
  readonly heartbeatSeconds: number | undefined
  /** An earlier process began this attempt and did not see its end. */
  readonly resumed: boolean
  /** Aborted with States.Timeout, or because the execution or a parent ended. */
  readonly signal: AbortSignal
}

export async function integrate(call: TaskCall): Promise<unknown> {
  const { resource, visit } = call
  const { mocks } = visit.run.services
  if (mocks?.has(visit.name) === true) {
    const mocked = mocks.take(visit.name)
    if ('failure' in mocked) throw new StateFailure(mocked.failure.error, mocked.failure.cause)
    return mocked.result
  }
  const request = requestOf(resource)
  if (request === undefined) {
    throw new StateFailure(
      'States.Runtime',
      visit.explain(`The resource '${resource.arn}' is not supported.`),
    )
  }
  if (resource.pattern === 'waitForTaskToken') return callbackOf(call, request)
  return request(call)
}

/** What does the work of a resource; undefined when nothing does. */
export function requestOf(resource: TaskResource): ((call: TaskCall) => Promise<unknown>) | undefined {
  const { resourceType, action, pattern } = resource
  if (resourceType.startsWith('aws-sdk:')) {
    return pattern === 'request-response' || pattern === 'waitForTaskToken' ? callSdk : undefined
  }
  if (pattern === 'sync' || pattern === 'sync:2') {
    const job = syncJobs[`${resourceType}:${action}.${pattern}`]
    return job === undefined ? undefined : (call) => runJob(call, job)
  }
  if (resourceType === 'lambda' && action === 'function') return invokeFunction
  if (resourceType === 'lambda' && action === 'invoke') return invokeLambda
  const request = optimised[`${resourceType}:${action}`]
  if (request === undefined) return undefined
  return pattern === 'waitForTaskToken' && !request.callback ? undefined : request.perform
}
