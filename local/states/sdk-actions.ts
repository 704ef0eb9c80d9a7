/** Which `aws-sdk:<service>:<action>` there is: services of the local cloud, actions as the AWS SDK spells them. */
import { createRequire } from 'node:module'
import type { TaskResource } from './resource.ts'

interface SdkService {
  /** The name by which its requests are signed, which is its name in the local cloud. */
  readonly signed: string
  /** The installed client that knows its actions. */
  readonly client?: string
}

/** By the name that Step Functions gives it. */
export const sdkServices: Readonly<Record<string, SdkService>> = {
  cloudwatch: { signed: 'monitoring', client: '@aws-sdk/client-cloudwatch' },
  cloudwatchlogs: { signed: 'logs' },
  dynamodb: { signed: 'dynamodb', client: '@aws-sdk/client-dynamodb' },
  eventbridge: { signed: 'events', client: '@aws-sdk/client-eventbridge' },
  iam: { signed: 'iam' },
  kms: { signed: 'kms' },
  lambda: { signed: 'lambda', client: '@aws-sdk/client-lambda' },
  s3: { signed: 's3', client: '@aws-sdk/client-s3' },
  sagemaker: { signed: 'sagemaker', client: '@aws-sdk/client-sagemaker' },
  sagemakerruntime: { signed: 'sagemaker' },
  scheduler: { signed: 'scheduler' },
  sfn: { signed: 'states', client: '@aws-sdk/client-sfn' },
  sns: { signed: 'sns', client: '@aws-sdk/client-sns' },
  sts: { signed: 'sts', client: '@aws-sdk/client-sts' },
}

// Loaded when a definition names the service, since a client costs megabytes.
const load = createRequire(import.meta.url)

/** What is wrong with an `aws-sdk` resource; undefined for a sound one, and for any other resource. */
export function sdkActionProblem({ resourceType, action }: TaskResource): string | undefined {
  if (!resourceType.startsWith('aws-sdk:')) return undefined
  const name = resourceType.slice('aws-sdk:'.length)
  const service = Object.hasOwn(sdkServices, name) ? sdkServices[name] : undefined
  if (service === undefined) {
    return `aws-sdk:${name} is no service of the local cloud; it has ${Object.keys(sdkServices).join(', ')}`
  }
  if (service.client === undefined) return undefined
  const client: unknown = load(service.client)
  const command = `${action.charAt(0).toUpperCase()}${action.slice(1)}Command`
  if (/^[a-z]/.test(action) && typeof client === 'object' && client !== null && command in client) {
    return undefined
  }
  return `aws-sdk:${name} has no action ${action}; it is spelt as the API's, with a small first letter`
}
