/** Endpoint configurations: which models an endpoint serves, at which weights. */
import * as z from 'zod'
import { acceptInput, timestamp } from '../accept-input.ts'
import type { DurableCollection } from '../durable-collection.ts'
import { nextPage } from '../next-page.ts'
import { AwsError, type Call, type Json } from '../service.ts'
import { findModel, type Models, modelName } from './model.ts'

const variant = z.looseObject({
  VariantName: modelName,
  ModelName: modelName,
  InitialInstanceCount: z.int().min(1).optional(),
  InstanceType: z.string().optional(),
  InitialVariantWeight: z.number().min(0).optional(),
  ServerlessConfig: z.looseObject({}).optional(),
})
export type Variant = z.output<typeof variant>

const creation = z.looseObject({
  EndpointConfigName: modelName,
  ProductionVariants: z.array(variant).min(1).max(10),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).optional(),
})

export const endpointConfigSchema = z.object({
  name: z.string(),
  arn: z.string(),
  /** The CreateEndpointConfig input as it came. */
  request: creation,
  createdAt: z.string(),
})
export type EndpointConfig = z.output<typeof endpointConfigSchema>
export type EndpointConfigs = DurableCollection<EndpointConfig>

const listing = z.object({
  NameContains: z.string().optional(),
  CreationTimeAfter: timestamp.optional(),
  CreationTimeBefore: timestamp.optional(),
  SortBy: z.enum(['Name', 'CreationTime']).default('CreationTime'),
  SortOrder: z.enum(['Ascending', 'Descending']).default('Descending'),
  MaxResults: z.int().min(1).max(100).default(10),
  NextToken: z.string().optional(),
})

export function createEndpointConfig(
  input: Json,
  call: Call,
  configs: EndpointConfigs,
  models: Models,
): Json {
  const request = acceptInput(creation, input)
  const { cloud } = call
  const arn = cloud.arn('sagemaker', `endpoint-config/${request.EndpointConfigName}`)
  if (configs.has(request.EndpointConfigName)) {
    throw new AwsError(
      'ValidationException',
      `Cannot create already existing endpoint configuration "${arn}".`,
    )
  }
  const names = request.ProductionVariants.map(({ VariantName }) => VariantName)
  if (new Set(names).size < names.length) {
    throw new AwsError('ValidationException', 'Production variant names must be unique.')
  }
  for (const {
    ModelName,
    InitialInstanceCount,
    InstanceType,
    ServerlessConfig,
  } of request.ProductionVariants) {
    findModel(ModelName, call, models)
    if (
      ServerlessConfig === undefined &&
      (InitialInstanceCount === undefined || InstanceType === undefined)
    ) {
      throw new AwsError(
        'ValidationException',
        'A production variant needs InitialInstanceCount and InstanceType, or a ServerlessConfig.',
      )
    }
  }
  configs.put(request.EndpointConfigName, {
    name: request.EndpointConfigName,
    arn,
    request,
    createdAt: cloud.now().toISOString(),
  })
  return { EndpointConfigArn: arn }
}

/** @throws AwsError ValidationException as AWS words an absent configuration */
export function findEndpointConfig(
  name: unknown,
  { cloud }: Pick<Call, 'cloud'>,
  configs: EndpointConfigs,
): EndpointConfig {
  const wanted = acceptInput(z.object({ EndpointConfigName: modelName }), { EndpointConfigName: name })
  const found = configs.get(wanted.EndpointConfigName)
  if (found !== undefined) return found
  const arn = cloud.arn('sagemaker', `endpoint-config/${wanted.EndpointConfigName}`)
  throw new AwsError('ValidationException', `Could not find endpoint configuration "${arn}".`)
}

export function describeEndpointConfig({ name, arn, request, createdAt }: EndpointConfig): Json {
  const { Tags: _, ProductionVariants: variants, ...rest } = request
  return {
    ...rest,
    EndpointConfigName: name,
    EndpointConfigArn: arn,
    ProductionVariants: variants.map((one) => ({
      ...one,
      InitialVariantWeight: one.InitialVariantWeight ?? 1,
    })),
    CreationTime: new Date(createdAt),
  }
}

export function listEndpointConfigs(input: Json, configs: EndpointConfigs): Json {
  const filter = acceptInput(listing, input)
  const direction = filter.SortOrder === 'Ascending' ? 1 : -1
  const key = ({ name, createdAt }: EndpointConfig) =>
    filter.SortBy === 'Name' ? name : `${createdAt} ${name}`
  const found = configs
    .values()
    .filter(
      ({ name, createdAt }) =>
        (filter.NameContains === undefined || name.includes(filter.NameContains)) &&
        (filter.CreationTimeAfter === undefined || new Date(createdAt) >= filter.CreationTimeAfter) &&
        (filter.CreationTimeBefore === undefined || new Date(createdAt) <= filter.CreationTimeBefore),
    )
    .sort((a, b) => direction * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
  const { page, ...more } = nextPage(found, filter.MaxResults, filter.NextToken)
  return {
    EndpointConfigs: page.map(({ name, arn, createdAt }) => ({
      EndpointConfigName: name,
      EndpointConfigArn: arn,
      CreationTime: new Date(createdAt),
    })),
    ...more,
  }
}
