/** Endpoint configurations: which models an endpoint serves, at which weights. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import type { DurableCollection } from '../durable-collection.ts'
import { AwsError, type Call, type Json } from '../service.ts'
import { listPage } from './listing.ts'
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
  const { page, ...more } = listPage(input, configs.values())
  return {
    EndpointConfigs: page.map(({ name, arn, createdAt }) => ({
      EndpointConfigName: name,
      EndpointConfigArn: arn,
      CreationTime: new Date(createdAt),
    })),
    ...more,
  }
}
