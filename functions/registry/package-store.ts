/** Model packages of the SageMaker registry: the source of truth for versions and their approval. */
import {
  CreateModelPackageCommand,
  DescribeModelPackageCommand,
  type DescribeModelPackageCommandOutput,
  paginateListModelPackages,
  SageMakerClient,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker'
import { RegimenError } from '../errors.ts'
import { requiredVariable } from '../required-variable.ts'
import { namedFault } from '../service-fault.ts'
import { fromMetadata, type Model, type OnApproval, onApproval, onApprovalKey, toMetadata } from './model.ts'

const client = new SageMakerClient({})

export const packageGroupOf = (project: string) =>
  `${requiredVariable('MODEL_PACKAGE_GROUP_PREFIX')}${project}`

export const projectOfGroup = (group: string) => {
  const prefix = requiredVariable('MODEL_PACKAGE_GROUP_PREFIX')
  return group.startsWith(prefix) ? group.slice(prefix.length) : undefined
}

/** Adds a version, once per run: the same run gets the same version again. */
export async function createPackage(model: Omit<Model, 'version' | 'packageArn'>): Promise<string> {
  const command = new CreateModelPackageCommand({
    ModelPackageGroupName: packageGroupOf(model.project),
    ModelPackageDescription: `${model.algorithm} on ${model.datasetName}@${model.datasetVersion}, run ${model.runId}`,
    ModelApprovalStatus: 'PendingManualApproval',
    ClientToken: `register-${model.runId}`,
    CustomerMetadataProperties: toMetadata({ ...model, version: '', packageArn: '' }),
    InferenceSpecification: {
      Containers: [{ Image: model.imageUri, ModelDataUrl: model.modelUri }],
      SupportedContentTypes: ['text/csv'],
      SupportedResponseMIMETypes: ['text/csv'],
    },
    ModelMetrics: {
      ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: model.evaluationUri } },
      ModelDataQuality: { Statistics: { ContentType: 'application/json', S3Uri: model.baselineUri } },
    },
  })
  const { ModelPackageArn: arn } = await client.send(command).catch(rethrow)
  if (arn === undefined)
    throw new RegimenError('ServiceUnavailable', { what: 'the registry answered no version' })
  return arn
}

export interface RegisteredPackage {
  readonly arn: string
  readonly group: string
  readonly version: string
  readonly approval: Model['status']
  /** Who changed it last (an approval is a change), when, and in which words. */
  readonly changedBy: string | undefined
  readonly changedAt: string
  readonly reason: string | undefined
  /** What whoever decided asked for: what the environment's own way is gives way to it. */
  readonly onApproval: OnApproval | undefined
  /** `undefined` for a version that was not registered by this platform. */
  readonly model: Model | undefined
}

/** `undefined` when the registry has no such version. */
export async function readPackage(nameOrArn: string): Promise<RegisteredPackage | undefined> {
  const command = new DescribeModelPackageCommand({ ModelPackageName: nameOrArn })
  const answer = await client.send(command).catch((error: unknown) => {
    if (
      error instanceof Error &&
      error.name === 'ValidationException' &&
      /does not exist/.test(error.message)
    )
      return undefined
    return rethrow(error)
  })
  return answer === undefined ? undefined : registered(answer)
}

function registered(answer: DescribeModelPackageCommandOutput): RegisteredPackage {
  const arn = answer.ModelPackageArn ?? ''
  const approval = answer.ModelApprovalStatus ?? 'PendingManualApproval'
  return {
    arn,
    group: answer.ModelPackageGroupName ?? '',
    version: String(answer.ModelPackageVersion ?? ''),
    approval,
    changedBy: answer.LastModifiedBy?.IamIdentity?.Arn ?? answer.LastModifiedBy?.UserProfileArn,
    changedAt: (answer.LastModifiedTime ?? answer.CreationTime ?? new Date(0)).toISOString(),
    reason: answer.ApprovalDescription,
    onApproval: onApproval.safeParse(answer.CustomerMetadataProperties?.[onApprovalKey]).data,
    model: fromMetadata(arn, approval, answer.CustomerMetadataProperties ?? {}),
  }
}

/** The ARNs of all versions, from the registry's own list; none for a project without a group. */
export async function listPackageArns(project: string): Promise<string[]> {
  const group = { ModelPackageGroupName: packageGroupOf(project), MaxResults: 100 }
  const arns: string[] = []
  try {
    for await (const page of paginateListModelPackages({ client }, group))
      for (const { ModelPackageArn: arn } of page.ModelPackageSummaryList ?? [])
        if (arn !== undefined) arns.push(arn)
  } catch (error) {
    if (!isMissing(error)) return rethrow(error)
  }
  return arns
}

/** SageMaker has no error of its own for what is not there. */
const isMissing = (error: unknown) =>
  error instanceof Error && error.name === 'ValidationException' && /does not exist/.test(error.message)

/** No word of `OnApproval`: as the environment is set. */
const environmentsWay = 'default'

/** Approves or rejects a version; the registry records who did. */
export async function decidePackage(
  arn: string,
  decision: 'Approved' | 'Rejected',
  reason: string,
  then: OnApproval | undefined,
): Promise<void> {
  const command = new UpdateModelPackageCommand({
    ModelPackageArn: arn,
    ModelApprovalStatus: decision,
    ApprovalDescription: reason.slice(0, 1_024),
    // Always told: what an earlier decision asked for is past.
    CustomerMetadataProperties: { [onApprovalKey]: then ?? environmentsWay },
  })
  await client.send(command).catch(rethrow)
}

function rethrow(error: unknown): never {
  if (error instanceof Error && error.name === 'ConflictException')
    throw new RegimenError(
      'Conflict',
      { what: 'the registry is changing the model package' },
      { cause: error },
    )
  throw namedFault(error, 'the model registry did not answer')
}
