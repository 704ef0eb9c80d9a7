/** UpdateModelPackage: approval and metadata of a version; everything else of it never changes. */

import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { callerArn } from '../gateway/keys.ts'
import type { Call, Json } from '../service.ts'
import { metadataProperties, refuseManyProperties } from './create-model-package.ts'
import {
  approvalStatus,
  emitPackageChange,
  findPackage,
  type ModelPackage,
  type ModelPackages,
} from './model-package.ts'

const request = z.object({
  ModelPackageArn: z.string().min(1).max(2048),
  ModelApprovalStatus: approvalStatus.optional(),
  ApprovalDescription: z.string().max(1024).optional(),
  CustomerMetadataProperties: metadataProperties.optional(),
  CustomerMetadataPropertiesToRemove: z.array(z.string().max(128)).optional(),
})

export function updateModelPackage(input: Json, call: Call, packages: ModelPackages): Json {
  const change = acceptInput(request, input)
  const before = findPackage(change.ModelPackageArn, call.cloud, packages)
  const removed = new Set(change.CustomerMetadataPropertiesToRemove ?? [])
  const kept = Object.entries(before.metadata).filter(([key]) => !removed.has(key))
  const metadata = { ...Object.fromEntries(kept), ...change.CustomerMetadataProperties }
  refuseManyProperties(metadata)
  const after: ModelPackage = {
    ...before,
    approval: change.ModelApprovalStatus ?? before.approval,
    ...(change.ApprovalDescription === undefined ? {} : { approvalDescription: change.ApprovalDescription }),
    metadata,
    modifiedAt: call.cloud.now().toISOString(),
    modifiedBy: callerArn(call.principal),
  }
  // Told first: a crash in between tells of a change that its reader does not find, and loses none that was made.
  emitPackageChange(call.cloud, after)
  packages.put(after.arn, after)
  return { ModelPackageArn: after.arn }
}
