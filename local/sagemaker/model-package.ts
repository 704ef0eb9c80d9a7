/** A model package: what is kept of one version of a model, and how the API and its events describe it. */
import * as z from 'zod'
import type { DurableCollection } from '../durable-collection.ts'
import { AwsError, type Cloud, type Json } from '../service.ts'

export const approvalStatus = z.enum(['Approved', 'Rejected', 'PendingManualApproval'])

export const modelPackageSchema = z.object({
  arn: z.string(),
  group: z.string(),
  version: z.int(),
  /** The CreateModelPackage input as it came, without its token and tags. */
  request: z.record(z.string(), z.unknown()),
  clientToken: z.string().optional(),
  description: z.string().optional(),
  approval: approvalStatus,
  approvalDescription: z.string().optional(),
  metadata: z.record(z.string(), z.string()),
  createdAt: z.string(),
  createdBy: z.string(),
  modifiedAt: z.string().optional(),
  modifiedBy: z.string().optional(),
})
export type ModelPackage = z.output<typeof modelPackageSchema>
export type ModelPackages = DurableCollection<ModelPackage>

/** An ARN, or `group/version`, names a package. @throws AwsError `ValidationException` when there is none. */
export function findPackage(name: string, cloud: Cloud, packages: ModelPackages): ModelPackage {
  const arn = name.startsWith('arn:') ? name : cloud.arn('sagemaker', `model-package/${name}`)
  const found = packages.get(arn)
  if (found === undefined) throw new AwsError('ValidationException', `ModelPackage ${arn} does not exist.`)
  return found
}

export function modelPackageSummary(item: ModelPackage): Json {
  return {
    ModelPackageGroupName: item.group,
    ModelPackageVersion: item.version,
    ModelPackageArn: item.arn,
    ...(item.description === undefined ? {} : { ModelPackageDescription: item.description }),
    CreationTime: new Date(item.createdAt),
    ModelPackageStatus: 'Completed',
    ModelApprovalStatus: item.approval,
  }
}

export function describeModelPackage(item: ModelPackage): Json {
  return {
    ...item.request,
    ...modelPackageSummary(item),
    ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
    CertifyForMarketplace: item.request.CertifyForMarketplace ?? false,
    CustomerMetadataProperties: item.metadata,
    CreatedBy: { IamIdentity: { Arn: item.createdBy } },
    ...(item.approvalDescription === undefined ? {} : { ApprovalDescription: item.approvalDescription }),
    ...(item.modifiedAt === undefined ? {} : { LastModifiedTime: new Date(item.modifiedAt) }),
    ...(item.modifiedBy === undefined ? {} : { LastModifiedBy: { IamIdentity: { Arn: item.modifiedBy } } }),
  }
}

/** SageMaker sends the package's description; times in ISO 8601 without fractions. */
export function emitPackageChange(cloud: Cloud, item: ModelPackage): void {
  const { CreatedBy: _by, LastModifiedBy: _modifier, ...described } = describeModelPackage(item)
  const detail = Object.fromEntries(
    Object.entries(described).map(([key, value]) => [
      key,
      value instanceof Date ? value.toISOString().replace(/\.\d+Z$/, 'Z') : value,
    ]),
  )
  cloud.emit({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Model Package State Change',
    detail,
    resources: [item.arn],
  })
}
