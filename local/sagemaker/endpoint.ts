/** An endpoint: what is kept of it, what it serves and what it is about to serve, and how the API describes it. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import type { DurableCollection } from '../durable-collection.ts'
import { AwsError, type Call, type Json } from '../service.ts'
import type { EndpointConfig } from './endpoint-config.ts'
import { listPage } from './listing.ts'
import { findModel, type Models, modelName } from './model.ts'

const statuses = ['Creating', 'InService', 'Updating', 'RollingBack', 'Failed', 'Deleting'] as const

/** Everything that serving needs, as it was when the deployment began: models and configurations may be deleted later. */
const servedVariant = z.object({
  name: z.string(),
  weight: z.number(),
  count: z.int(),
  serverless: z.boolean(),
  image: z.string(),
  artifact: z.string(),
  roleArn: z.string(),
})
export type ServedVariant = z.output<typeof servedVariant>

const deployment = z.object({
  /** Names the directory that holds its artifacts. */
  id: z.string(),
  config: z.string(),
  variants: z.array(servedVariant),
  startedAt: z.string(),
})
export type Deployment = z.output<typeof deployment>

export const endpointSchema = z.object({
  name: z.string(),
  arn: z.string(),
  status: z.enum(statuses),
  /** What answers requests; absent until the first deployment has succeeded. */
  serving: deployment.optional(),
  /** What is being brought up. */
  pending: deployment.optional(),
  failureReason: z.string().optional(),
  createdAt: z.string(),
  modifiedAt: z.string(),
})
export type Endpoint = z.output<typeof endpointSchema>
export type Endpoints = DurableCollection<Endpoint>

/** Those that an endpoint here never has may be asked for too. */
const listedStatuses = [...statuses, 'OutOfService', 'SystemUpdating', 'UpdateRollbackFailed'] as const

/** @throws AwsError ValidationException when a model of the configuration is not there any more */
export function planDeployment(config: EndpointConfig, call: Call, models: Models): Deployment {
  const variants = config.request.ProductionVariants.map((variant): ServedVariant => {
    const { request } = findModel(variant.ModelName, call, models)
    const container = request.PrimaryContainer ?? request.Containers?.[0]
    return {
      name: variant.VariantName,
      weight: variant.InitialVariantWeight ?? 1,
      count: variant.InitialInstanceCount ?? 1,
      serverless: variant.ServerlessConfig !== undefined,
      image: container?.Image ?? '',
      artifact: container?.ModelDataUrl ?? '',
      roleArn: request.ExecutionRoleArn ?? '',
    }
  })
  const startedAt = call.cloud.now().toISOString()
  return { id: crypto.randomUUID(), config: config.name, variants, startedAt }
}

/** @throws AwsError ValidationException as AWS words an absent endpoint */
export function findEndpoint(name: unknown, { cloud }: Pick<Call, 'cloud'>, endpoints: Endpoints): Endpoint {
  const wanted = acceptInput(z.object({ EndpointName: modelName }), { EndpointName: name }).EndpointName
  const found = endpoints.get(wanted)
  if (found !== undefined) return found
  const arn = cloud.arn('sagemaker', `endpoint/${wanted}`)
  throw new AwsError('ValidationException', `Could not find endpoint "${arn}".`)
}

export function describeEndpoint(endpoint: Endpoint): Json {
  const { serving, pending } = endpoint
  const shown = serving ?? pending
  const variants = (serving?.variants ?? []).map((variant) => {
    const desired = pending?.variants.find(({ name }) => name === variant.name) ?? variant
    return {
      VariantName: variant.name,
      DeployedImages: [
        {
          SpecifiedImage: variant.image,
          ResolvedImage: variant.image,
          ResolutionTime: new Date(serving?.startedAt ?? endpoint.createdAt),
        },
      ],
      CurrentWeight: variant.weight,
      DesiredWeight: desired.weight,
      ...(variant.serverless
        ? {}
        : { CurrentInstanceCount: variant.count, DesiredInstanceCount: desired.count }),
    }
  })
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpoint.arn,
    EndpointConfigName: shown?.config,
    ...(variants.length === 0 ? {} : { ProductionVariants: variants }),
    EndpointStatus: endpoint.status,
    ...(endpoint.failureReason === undefined ? {} : { FailureReason: endpoint.failureReason }),
    CreationTime: new Date(endpoint.createdAt),
    LastModifiedTime: new Date(endpoint.modifiedAt),
  }
}

export function listEndpoints(input: Json, endpoints: Endpoints): Json {
  const { page, ...more } = listPage(input, endpoints.values(), { statuses: listedStatuses })
  return {
    Endpoints: page.map(({ name, arn, status, createdAt, modifiedAt }) => ({
      EndpointName: name,
      EndpointArn: arn,
      EndpointStatus: status,
      CreationTime: new Date(createdAt),
      LastModifiedTime: new Date(modifiedAt),
    })),
    ...more,
  }
}
