/** Calls a service for a Task, and names its errors as Step Functions does. */
import { AwsError } from '../service.ts'
import { Interrupted, StateFailure } from './failure.ts'
import type { TaskCall } from './integrations.ts'

/** How a service's errors begin, in optimised integrations, and what an error without a name of its own is called. */
const optimisedNames: Readonly<Record<string, { prefix: string; service: string; generic: string }>> = {
  lambda: { prefix: 'Lambda', service: 'AWSLambda', generic: 'AWSLambdaException' },
  sagemaker: { prefix: 'SageMaker', service: 'AmazonSageMaker', generic: 'AmazonSageMakerException' },
  states: { prefix: 'StepFunctions', service: 'AWSStepFunctions', generic: 'AWSStepFunctionsException' },
  events: { prefix: 'EventBridge', service: 'AmazonEventBridge', generic: 'AmazonEventBridgeException' },
  sns: { prefix: 'SNS', service: 'AmazonSNS', generic: 'AmazonSNSException' },
  dynamodb: { prefix: 'DynamoDB', service: 'AmazonDynamoDBv2', generic: 'AmazonDynamoDBException' },
}
/**
 * Errors that a service's model names, where the model is short, or those it sends without naming them. What is not
 * modelled arrives under the service's generic name.
 */
const modelled: Readonly<Record<string, ReadonlySet<string>>> = {
  sagemaker: new Set(['ResourceLimitExceeded', 'ResourceInUse', 'ResourceNotFound', 'ConflictException']),
  s3: new Set([
    'BucketAlreadyExists',
    'BucketAlreadyOwnedByYou',
    'EncryptionTypeMismatch',
    'InvalidObjectState',
    'InvalidRequest',
    'InvalidWriteOffset',
    'NoSuchBucket',
    'NoSuchKey',
    'NoSuchUpload',
    'NotFound',
    'TooManyParts',
  ]),
}
const unmodelled: Readonly<Record<string, ReadonlySet<string>>> = {
  dynamodb: new Set(['ValidationException', 'AccessDeniedException']),
  lambda: new Set(['ValidationException', 'AccessDeniedException', 'ThrottlingException']),
  states: new Set(['AccessDeniedException', 'ThrottlingException']),
  sfn: new Set(['AccessDeniedException', 'ThrottlingException']),
}
const isGeneric = (service: string, code: string) =>
  modelled[service]?.has(code) === false || unmodelled[service]?.has(code) === true

/** The service, as `aws-sdk` errors spell it. */
const sdkNames: Readonly<Record<string, string>> = {
  s3: 'S3',
  lambda: 'Lambda',
  dynamodb: 'DynamoDb',
  sagemaker: 'SageMaker',
  sagemakerruntime: 'SageMakerRuntime',
  sfn: 'Sfn',
  sns: 'Sns',
  eventbridge: 'EventBridge',
  cloudwatch: 'CloudWatch',
}

export async function callService(
  call: TaskCall,
  service: string,
  action: string,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const { run } = call.visit
  try {
    return await run.services.call(service, action, input, { roleArn: run.execution.roleArn })
  } catch (error) {
    throw call.signal.aborted ? call.signal.reason : taskError(call, error)
  }
}

function taskError(call: TaskCall, error: unknown): Error {
  if (error instanceof StateFailure || error instanceof Interrupted) return error
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const status = error instanceof AwsError ? error.status : 500
  const { resourceType } = call.resource
  if (resourceType.startsWith('aws-sdk:')) {
    const name = resourceType.slice('aws-sdk:'.length)
    const service = sdkNames[name] ?? name.charAt(0).toUpperCase() + name.slice(1)
    const request = call.visit.run.execution.name
    const extended = name === 's3' ? `, Extended Request ID: ${request}` : ''
    return new StateFailure(
      `${service}.${isGeneric(name, code) ? `${service}Exception` : withException(code)}`,
      `${message} (Service: ${service}, Status Code: ${status}, Request ID: ${request}${extended})`,
    )
  }
  const names = optimisedNames[resourceType]
  if (names === undefined) return new StateFailure('States.TaskFailed', `${code}: ${message}`)
  return new StateFailure(
    `${names.prefix}.${isGeneric(resourceType, code) ? names.generic : withException(code)}`,
    `${message} (Service: ${names.service}; Status Code: ${status}; Error Code: ${code}; Request ID: ${call.visit.run.execution.name}; Proxy: null)`,
  )
}

function codeOf(error: unknown): string {
  if (error instanceof AwsError) return error.code
  return error instanceof Error ? error.name : 'Unknown'
}

const withException = (code: string) => (code.endsWith('Exception') ? code : `${code}Exception`)
