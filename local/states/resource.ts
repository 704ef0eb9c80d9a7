/** Reads a Task's `Resource`: which service and action it names, and by which pattern it is waited for. */

export type Pattern = 'request-response' | 'sync' | 'sync:2' | 'waitForTaskToken'

export interface TaskResource {
  readonly arn: string
  /** As history events spell it: `lambda`, `sagemaker`, `aws-sdk:s3`. */
  readonly resourceType: string
  /** As history events spell it: `invoke`, `createTrainingJob.sync`. */
  readonly resource: string
  /** Without the pattern: `createTrainingJob`. */
  readonly action: string
  readonly pattern: Pattern
}

/** `undefined` when it is no resource that a Task can name. */
export function parseResource(arn: string): TaskResource | undefined {
  if (/^arn:[^:]+:lambda:[^:]*:[^:]*:function:.+$/.test(arn)) {
    return {
      arn,
      resourceType: 'lambda',
      resource: 'function',
      action: 'function',
      pattern: 'request-response',
    }
  }
  const match =
    /^arn:[^:]+:states:[^:]*:[^:]*:((?:aws-sdk:)?[A-Za-z0-9-]+):([A-Za-z0-9]+)(?:\.(sync|sync:2|waitForTaskToken))?$/.exec(
      arn,
    )
  const [, resourceType, action, pattern] = match ?? []
  if (resourceType === undefined || action === undefined) return undefined
  return {
    arn,
    resourceType,
    resource: pattern === undefined ? action : `${action}.${pattern}`,
    action,
    pattern:
      pattern === 'sync' || pattern === 'sync:2' || pattern === 'waitForTaskToken'
        ? pattern
        : 'request-response',
  }
}
