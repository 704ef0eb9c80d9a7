/** Model package groups: one per project, each a series of versions. */

import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import type { DurableCollection } from '../durable-collection.ts'
import { callerArn } from '../gateway/keys.ts'
import { AwsError, type Call, type Json } from '../service.ts'
import { listPage } from './listing.ts'

export const modelPackageGroupSchema = z.object({
  name: z.string(),
  arn: z.string(),
  description: z.string().optional(),
  createdAt: z.string(),
  createdBy: z.string(),
  /** The highest version that was deleted: its number is not given again. */
  lastVersion: z.int(),
})
export type ModelPackageGroup = z.output<typeof modelPackageGroupSchema>
export type ModelPackageGroups = DurableCollection<ModelPackageGroup>

export const entityName = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/)
/** Actions take a group's name or its ARN. */
const nameOrArn = z
  .string()
  .min(1)
  .max(170)
  .transform((value) => value.slice(value.lastIndexOf('/') + 1))

export function createModelPackageGroup(input: Json, call: Call, groups: ModelPackageGroups): Json {
  const request = acceptInput(
    z.object({
      ModelPackageGroupName: entityName,
      ModelPackageGroupDescription: z.string().max(1024).optional(),
    }),
    input,
  )
  const name = request.ModelPackageGroupName
  const arn = call.cloud.arn('sagemaker', `model-package-group/${name}`)
  if (groups.has(name)) throw new AwsError('ValidationException', `Model Package Group already exists.`)
  groups.put(name, {
    name,
    arn,
    ...(request.ModelPackageGroupDescription === undefined
      ? {}
      : { description: request.ModelPackageGroupDescription }),
    createdAt: call.cloud.now().toISOString(),
    createdBy: callerArn(call.principal),
    lastVersion: 0,
  })
  return { ModelPackageGroupArn: arn }
}

/** @throws AwsError `ValidationException` when there is no such group. */
export function findGroup(nameGiven: string, call: Call, groups: ModelPackageGroups): ModelPackageGroup {
  const group = groups.get(nameGiven)
  if (group === undefined)
    throw new AwsError(
      'ValidationException',
      `ModelPackageGroup ${call.cloud.arn('sagemaker', `model-package-group/${nameGiven}`)} does not exist.`,
    )
  return group
}

const groupRequest = z.object({ ModelPackageGroupName: nameOrArn })

export function describeModelPackageGroup(input: Json, call: Call, groups: ModelPackageGroups): Json {
  const group = findGroup(acceptInput(groupRequest, input).ModelPackageGroupName, call, groups)
  return { ...summary(group), CreatedBy: { IamIdentity: { Arn: group.createdBy } } }
}

export function deleteModelPackageGroup(
  input: Json,
  call: Call,
  groups: ModelPackageGroups,
  holds: (group: string) => number,
): Json {
  const group = findGroup(acceptInput(groupRequest, input).ModelPackageGroupName, call, groups)
  if (holds(group.name) > 0)
    throw new AwsError(
      'ConflictException',
      `Model Package Group ${group.arn} cannot be deleted because it still contains Model Packages.`,
    )
  groups.delete(group.name)
  return {}
}

export function listModelPackageGroups(input: Json, groups: ModelPackageGroups): Json {
  const { page, ...more } = listPage(input, groups.values(), { order: 'Ascending' })
  return { ModelPackageGroupSummaryList: page.map(summary), ...more }
}

const summary = (group: ModelPackageGroup): Json => ({
  ModelPackageGroupName: group.name,
  ModelPackageGroupArn: group.arn,
  ...(group.description === undefined ? {} : { ModelPackageGroupDescription: group.description }),
  CreationTime: new Date(group.createdAt),
  ModelPackageGroupStatus: 'Completed',
})
