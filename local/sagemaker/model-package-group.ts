/** Model package groups: one per project, each a series of versions. */
import * as z from 'zod'
import { acceptInput, timestamp } from '../accept-input.ts'
import type { DurableCollection } from '../durable-collection.ts'
import { nextPage } from '../next-page.ts'
import { AwsError, type Call, type Json } from '../service.ts'

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
    createdBy: call.principal.arn,
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

const listRequest = z.object({
  CreationTimeAfter: timestamp.optional(),
  CreationTimeBefore: timestamp.optional(),
  NameContains: z.string().max(63).optional(),
  MaxResults: z.int().min(1).max(100).default(10),
  NextToken: z.string().optional(),
  SortBy: z.enum(['Name', 'CreationTime']).default('CreationTime'),
  SortOrder: z.enum(['Ascending', 'Descending']).default('Ascending'),
})

export function listModelPackageGroups(input: Json, groups: ModelPackageGroups): Json {
  const filter = acceptInput(listRequest, input)
  const key = (group: ModelPackageGroup) =>
    filter.SortBy === 'Name' ? group.name : `${group.createdAt} ${group.name}`
  const direction = filter.SortOrder === 'Ascending' ? 1 : -1
  const found = groups
    .values()
    .filter(
      ({ name, createdAt }) =>
        (filter.NameContains === undefined || name.includes(filter.NameContains)) &&
        (filter.CreationTimeAfter === undefined ||
          Date.parse(createdAt) >= filter.CreationTimeAfter.getTime()) &&
        (filter.CreationTimeBefore === undefined ||
          Date.parse(createdAt) <= filter.CreationTimeBefore.getTime()),
    )
    .sort((a, b) => direction * (key(a) < key(b) ? -1 : 1))
  const { page, ...more } = nextPage(found, filter.MaxResults, filter.NextToken)
  return { ModelPackageGroupSummaryList: page.map(summary), ...more }
}

const summary = (group: ModelPackageGroup): Json => ({
  ModelPackageGroupName: group.name,
  ModelPackageGroupArn: group.arn,
  ...(group.description === undefined ? {} : { ModelPackageGroupDescription: group.description }),
  CreationTime: new Date(group.createdAt),
  ModelPackageGroupStatus: 'Completed',
})
