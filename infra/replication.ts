/** Copies every object of the data bucket, as it is written, into a bucket that stands elsewhere already. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { allow } from './policy-document.ts'
import { Role } from './role.ts'
import type { Storage } from './storage.ts'

/** Where copies go: a bucket with versions, of another region or account, whose owner lets the role write. */
export interface Replica {
  readonly bucketArn: string
  /** Key of that region that copies are encrypted under. */
  readonly keyArn: string
}

export interface ReplicationArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
  readonly storage: Storage
  readonly replica: Replica
}

export class Replication extends pulumi.ComponentResource {
  constructor(name: string, args: ReplicationArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Replication', name, {}, options)
    const { names, account, key, storage, replica } = args
    const role = new Role(
      `${name}-role`,
      {
        roleName: names.of('role', 'replication'),
        service: 's3.amazonaws.com',
        account,
        description: 'Copies the data bucket',
        grants: [
          key.decrypt(),
          storage.bucketArn.apply((bucket) => [
            allow(['s3:GetReplicationConfiguration', 's3:ListBucket'], [bucket]),
            allow(
              ['s3:GetObjectVersionAcl', 's3:GetObjectVersionForReplication', 's3:GetObjectVersionTagging'],
              [`${bucket}/*`],
            ),
          ]),
          [
            allow(
              ['s3:ReplicateDelete', 's3:ReplicateObject', 's3:ReplicateTags'],
              [`${replica.bucketArn}/*`],
            ),
            allow(['kms:Encrypt'], [replica.keyArn]),
          ],
        ],
      },
      { parent: this },
    )
    new aws.s3.BucketReplicationConfig(
      `${name}-rules`,
      {
        bucket: storage.bucketName,
        role: role.arn,
        rules: [
          {
            id: 'everything',
            status: 'Enabled',
            priority: 0,
            filter: { prefix: '' },
            // What is deleted here stays there: a copy is what one goes back to.
            deleteMarkerReplication: { status: 'Disabled' },
            sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } },
            destination: {
              bucket: replica.bucketArn,
              encryptionConfiguration: { replicaKmsKeyId: replica.keyArn },
            },
          },
        ],
      },
      { parent: this, dependsOn: [...storage.ready, role.attachment] },
    )
    this.registerOutputs({})
  }
}
