/** Models: a container image, the artifact that it loads, and the role that it loads it as. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import type { DurableCollection } from '../durable-collection.ts'
import { AwsError, type Call, type Json } from '../service.ts'
import { refuseUnassumable } from './execution-role.ts'
import { listPage } from './listing.ts'

export const modelName = z
  .string()
  .max(63)
  .regex(/^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/)
const container = z.looseObject({
  Image: z.string().max(255).optional(),
  ModelDataUrl: z.string().max(1024).optional(),
  ModelPackageName: z.string().max(176).optional(),
  Environment: z.record(z.string(), z.string()).optional(),
})
export type Container = z.output<typeof container>

const creation = z.looseObject({
  ModelName: modelName,
  PrimaryContainer: container.optional(),
  Containers: z.array(container).max(15).optional(),
  ExecutionRoleArn: z.string().optional(),
  Tags: z.array(z.object({ Key: z.string(), Value: z.string() })).optional(),
})

export const modelSchema = z.object({
  name: z.string(),
  arn: z.string(),
  /** The CreateModel input as it came. */
  request: creation,
  createdAt: z.string(),
})
export type Model = z.output<typeof modelSchema>
export type Models = DurableCollection<Model>

export function createModel(input: Json, { cloud }: Call, models: Models): Json {
  const request = acceptInput(creation, input)
  const arn = cloud.arn('sagemaker', `model/${request.ModelName}`)
  if (models.has(request.ModelName)) {
    throw new AwsError('ValidationException', `Cannot create already existing model "${arn}".`)
  }
  if (request.PrimaryContainer === undefined && (request.Containers ?? []).length === 0) {
    throw new AwsError('ValidationException', 'Either PrimaryContainer or Containers must be given.')
  }
  refuseUnassumable(cloud, request.ExecutionRoleArn, arn)
  models.put(request.ModelName, {
    name: request.ModelName,
    arn,
    request,
    createdAt: cloud.now().toISOString(),
  })
  return { ModelArn: arn }
}

/** @throws AwsError ValidationException as AWS words an absent model */
export function findModel(name: unknown, { cloud }: Pick<Call, 'cloud'>, models: Models): Model {
  const wanted = acceptInput(z.object({ ModelName: modelName }), { ModelName: name }).ModelName
  const found = models.get(wanted)
  if (found !== undefined) return found
  const arn = cloud.arn('sagemaker', `model/${wanted}`)
  throw new AwsError('ValidationException', `Could not find model "${arn}".`)
}

export function describeModel({ name, arn, request, createdAt }: Model): Json {
  const { Tags: _, ...rest } = request
  return { ...rest, ModelName: name, ModelArn: arn, CreationTime: new Date(createdAt) }
}

export function listModels(input: Json, models: Models): Json {
  const { page, ...more } = listPage(input, models.values())
  return {
    Models: page.map(({ name, arn, createdAt }) => ({
      ModelName: name,
      ModelArn: arn,
      CreationTime: new Date(createdAt),
    })),
    ...more,
  }
}
