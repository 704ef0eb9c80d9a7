/** Which endpoint of a service each kind of access goes through, and what the endpoints are called in a region. */
import type { Access, FunctionDefinition } from './functions/definition.ts'
import { functionDefinitions } from './functions.ts'
import { mapValues } from './map-values.ts'

/** What may stand behind an endpoint of the network. */
export type EndpointService = 's3' | 'dynamodb' | 'sagemaker.api' | 'states' | 'logs' | 'monitoring' | 'sns'

/** They stand in the route table and cost nothing. */
export const gatewayServices: ReadonlySet<EndpointService> = new Set(['s3', 'dynamodb'])

/**
 * What a function calls itself. Writing its logs, traces and dead letters, and decrypting what it reads, are done for it by
 * services, over AWS's own network.
 */
const serviceOf: Readonly<Record<keyof Access, EndpointService>> = {
  read: 's3',
  write: 's3',
  list: 's3',
  items: 'dynamodb',
  queryIndex: 'dynamodb',
  readTrainingLogs: 'logs',
  publishAlerts: 'sns',
  publishMetrics: 'monitoring',
  startExecutions: 'states',
  lookAtExecutions: 'states',
  listTrials: 'sagemaker.api',
  readModels: 'sagemaker.api',
  listModels: 'sagemaker.api',
  registerModels: 'sagemaker.api',
}

/** The services that the functions' grants name, in a fixed order: a new grant brings its endpoint along. */
export function calledServices(): readonly EndpointService[] {
  const found = new Set<EndpointService>(['s3'])
  const noted = (service: EndpointService) => () => {
    found.add(service)
    return []
  }
  const access: Access = mapValues(serviceOf, noted)
  const definitions: readonly FunctionDefinition[] = Object.values(functionDefinitions)
  for (const definition of definitions) if (definition.internet !== true) definition.grants(access)
  return [...found].sort()
}

/**
 * In China most interface endpoints have a prefix of their own:
 * https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/aws-ec2/lib/vpc-endpoint.ts
 */
const ownPrefixInChina: ReadonlySet<EndpointService> = new Set(['sagemaker.api', 'states', 'monitoring'])

export function serviceName(service: EndpointService, region: string): string {
  const prefix =
    region.startsWith('cn-') && ownPrefixInChina.has(service) ? 'cn.com.amazonaws' : 'com.amazonaws'
  return `${prefix}.${region}.${service}`
}
