/** A project's features in SageMaker Feature Store: the newest of each example online, all of them offline. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Project } from '../functions/project.ts'
import type { Account } from './account.ts'
import { kept } from './kept.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { allow, type Statement } from './policy-document.ts'
import { Role } from './role.ts'
import type { Storage } from './storage.ts'
import { encryptedOnly } from './training-role.ts'

export interface FeatureGroupArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
  readonly storage: Storage
  readonly project: Project
}

/** Columns that every group has beside the project's features: whose example it is, which one, as of when. */
const own = ['example_key', 'entity_id', 'event_time'] as const

export class FeatureGroup extends pulumi.ComponentResource {
  readonly groupName: string

  constructor(name: string, args: FeatureGroupArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:FeatureGroup', name, {}, options)
    const { names, account, key, storage, project } = args
    this.groupName = names.of('featureGroup', project.id)
    const prefix = `${project.id}/features`
    const role = new Role(
      `${name}-role`,
      {
        roleName: names.of('role', project.id, 'features'),
        service: 'sagemaker.amazonaws.com',
        account,
        description: `Writes the offline features of ${project.id}`,
        grants: [storage.write([`${prefix}/*`]), ownership(storage, prefix), [...encryptedOnly]],
      },
      { parent: this },
    )
    new aws.sagemaker.FeatureGroup(
      `${name}-group`,
      {
        featureGroupName: this.groupName,
        description: `Features of ${project.title}`,
        recordIdentifierFeatureName: 'example_key',
        eventTimeFeatureName: 'event_time',
        featureDefinitions: featureDefinitions(project),
        roleArn: role.arn,
        onlineStoreConfig: { enableOnlineStore: true, securityConfig: { kmsKeyId: key.arn } },
        offlineStoreConfig: {
          s3StorageConfig: { s3Uri: `s3://${storage.bucketName}/${prefix}`, kmsKeyId: key.arn },
          // A table in Glue is the account's to make: nothing of the platform reads one.
          disableGlueTableCreation: true,
        },
      },
      { parent: this, dependsOn: [role.attachment], ...kept(`${name}-group`) },
    )
    this.registerOutputs({ groupName: this.groupName })
  }
}

/** What the store checks before it writes: that the bucket is the account's. */
function ownership({ bucketArn }: Storage, prefix: string): pulumi.Output<Statement[]> {
  return bucketArn.apply((bucket) => [
    allow(['s3:GetBucketAcl'], [bucket]),
    allow(['s3:PutObjectAcl'], [`${bucket}/${prefix}/*`]),
  ])
}

/** Numbers as fractions, levels as texts; a number may be absent, and then is left out of the record. */
export function featureDefinitions({ features }: Pick<Project, 'features'>) {
  return [
    ...own.map((featureName) => ({ featureName, featureType: 'String' })),
    ...features.map(({ name, kind }) => ({
      featureName: name,
      featureType: kind === 'numeric' ? 'Fractional' : 'String',
    })),
  ]
}
