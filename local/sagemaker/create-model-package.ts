/** CreateModelPackage: the next version of a group, once per client token. */

import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { callerArn } from '../gateway/keys.ts'
import { AwsError, type Call, type Json } from '../service.ts'
import { approvalStatus, emitPackageChange, type ModelPackage, type ModelPackages } from './model-package.ts'
import { entityName, findGroup, type ModelPackageGroups } from './model-package-group.ts'

const metadataText = z.string().regex(/^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u)
export const metadataProperties = z.record(metadataText.min(1).max(128), metadataText.max(256))
const metricsSource = z.looseObject({ ContentType: z.string().max(256), S3Uri: z.string().max(1024) })

const request = z.looseObject({
  ModelPackageName: entityName.optional(),
  ModelPackageGroupName: z
    .string()
    .min(1)
    .max(170)
    .transform((name) => name.slice(name.lastIndexOf('/') + 1))
    .optional(),
  ModelPackageDescription: z.string().max(1024).optional(),
  InferenceSpecification: z
    .looseObject({
      Containers: z
        .array(
          z.looseObject({
            Image: z.string().max(255).optional(),
            ModelDataUrl: z.string().max(1024).optional(),
          }),
        )
        .min(1)
        .max(15),
      SupportedContentTypes: z.array(z.string().max(256)).optional(),
      SupportedResponseMIMETypes: z.array(z.string().max(1024)).optional(),
    })
    .optional(),
  ModelApprovalStatus: approvalStatus.optional(),
  ModelMetrics: z
    .looseObject({
      ModelQuality: z.looseObject({ Statistics: metricsSource.optional() }).optional(),
      ModelDataQuality: z.looseObject({ Statistics: metricsSource.optional() }).optional(),
    })
    .optional(),
  CustomerMetadataProperties: metadataProperties.optional(),
  ClientToken: z
    .string()
    .min(1)
    .max(36)
    .regex(/^[a-zA-Z0-9-]+$/)
    .optional(),
})

export function createModelPackage(
  input: Json,
  call: Call,
  groups: ModelPackageGroups,
  packages: ModelPackages,
): Json {
  const accepted = acceptInput(request, input)
  if (accepted.ModelPackageName !== undefined && accepted.ModelPackageGroupName !== undefined)
    throw new AwsError(
      'ValidationException',
      'Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot determine which one to use.',
    )
  if (accepted.ModelPackageGroupName === undefined) throw new AwsError('ValidationException', 'Missing ARN.')
  refuseManyProperties(accepted.CustomerMetadataProperties)
  const group = findGroup(accepted.ModelPackageGroupName, call, groups)
  const {
    ClientToken: clientToken,
    CustomerMetadataProperties: metadata = {},
    ModelApprovalStatus: approval = 'PendingManualApproval',
    ModelPackageDescription: description,
    Tags: _tags,
    ...rest
  } = accepted
  if (clientToken !== undefined) {
    const earlier = packages
      .values()
      .find((item) => item.group === group.name && item.clientToken === clientToken)
    if (earlier !== undefined) return { ModelPackageArn: earlier.arn }
  }
  const highest = packages
    .values()
    .reduce((top, item) => (item.group === group.name ? Math.max(top, item.version) : top), group.lastVersion)
  const version = highest + 1
  const item: ModelPackage = {
    arn: call.cloud.arn('sagemaker', `model-package/${group.name}/${version}`),
    group: group.name,
    version,
    request: rest,
    ...(clientToken === undefined ? {} : { clientToken }),
    ...(description === undefined ? {} : { description }),
    approval,
    metadata,
    createdAt: call.cloud.now().toISOString(),
    createdBy: callerArn(call.principal),
  }
  // Told first: a crash in between tells of a change that its reader does not find, and loses none that was made.
  emitPackageChange(call.cloud, item)
  packages.put(item.arn, item)
  return { ModelPackageArn: item.arn }
}

/** @throws AwsError `ValidationException` above the 50 entries that AWS takes. */
export function refuseManyProperties(properties: Readonly<Record<string, string>> | undefined): void {
  if (Object.keys(properties ?? {}).length > 50)
    throw new AwsError(
      'ValidationException',
      "1 validation error detected: Value at 'customerMetadataProperties' failed to satisfy constraint: Member must have length less than or equal to 50",
    )
}
