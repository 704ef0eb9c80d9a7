/** ListModelPackages: the versions of a group, filtered, sorted, in pages. */
import * as z from 'zod'
import { acceptInput, timestamp } from '../accept-input.ts'
import { nextPage } from '../next-page.ts'
import type { Call, Json } from '../service.ts'
import { approvalStatus, type ModelPackages, modelPackageSummary } from './model-package.ts'
import { findGroup, type ModelPackageGroups } from './model-package-group.ts'

const request = z.object({
  CreationTimeAfter: timestamp.optional(),
  CreationTimeBefore: timestamp.optional(),
  MaxResults: z.int().min(1).max(100).default(10),
  NameContains: z.string().max(63).optional(),
  ModelApprovalStatus: approvalStatus.optional(),
  ModelPackageGroupName: z
    .string()
    .min(1)
    .max(170)
    .transform((name) => name.slice(name.lastIndexOf('/') + 1))
    .optional(),
  ModelPackageType: z.enum(['Versioned', 'Unversioned', 'Both']).optional(),
  NextToken: z.string().optional(),
  SortBy: z.enum(['Name', 'CreationTime']).default('CreationTime'),
  SortOrder: z.enum(['Ascending', 'Descending']).default('Ascending'),
})

export function listModelPackages(
  input: Json,
  call: Call,
  groups: ModelPackageGroups,
  packages: ModelPackages,
): Json {
  const filter = acceptInput(request, input)
  if (filter.ModelPackageGroupName !== undefined) findGroup(filter.ModelPackageGroupName, call, groups)
  const direction = filter.SortOrder === 'Ascending' ? 1 : -1
  const found = packages
    .values()
    .filter(
      (item) =>
        filter.ModelPackageType !== 'Unversioned' &&
        (filter.ModelPackageGroupName === undefined || item.group === filter.ModelPackageGroupName) &&
        (filter.NameContains === undefined || item.group.includes(filter.NameContains)) &&
        (filter.ModelApprovalStatus === undefined || item.approval === filter.ModelApprovalStatus) &&
        (filter.CreationTimeAfter === undefined ||
          Date.parse(item.createdAt) >= filter.CreationTimeAfter.getTime()) &&
        (filter.CreationTimeBefore === undefined ||
          Date.parse(item.createdAt) <= filter.CreationTimeBefore.getTime()),
    )
    // Versions of one group are created in order, also within the same millisecond.
    .sort((a, b) => direction * (a.group === b.group ? a.version - b.version : order(a, b, filter.SortBy)))
  const { page, ...more } = nextPage(found, filter.MaxResults, filter.NextToken)
  return { ModelPackageSummaryList: page.map(modelPackageSummary), ...more }
}

type Sortable = { readonly group: string; readonly createdAt: string }
const order = (a: Sortable, b: Sortable, by: 'Name' | 'CreationTime') => {
  const [left, right] = by === 'Name' ? [a.group, b.group] : [a.createdAt, b.createdAt]
  return left < right ? -1 : left > right ? 1 : 0
}
