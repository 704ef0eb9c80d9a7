/** A project's definition as an object named by its content: a deployment never changes a running execution. */
import { createHash } from 'node:crypto'
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Project } from '../functions/project.ts'
import type { Key } from './key.ts'
import type { Storage } from './storage.ts'

export interface ProjectDefinitionArgs {
  readonly storage: Storage
  readonly key: Key
  readonly project: Project
}

export class ProjectDefinition extends pulumi.ComponentResource {
  /** `s3://<bucket>/<project>/project/<12 hex digits>.json`, known once the object exists. */
  readonly uri: pulumi.Output<string>

  constructor(name: string, args: ProjectDefinitionArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:ProjectDefinition', name, {}, options)
    const { key, content, digest } = projectObject(args.project)
    const object = new aws.s3.BucketObjectv2(
      // A new content is a new resource; the old object stays for executions that still name it.
      `${name}-${digest}`,
      {
        bucket: args.storage.bucketName,
        key,
        content,
        contentType: 'application/json',
        serverSideEncryption: 'aws:kms',
        kmsKeyId: args.key.arn,
        bucketKeyEnabled: true,
      },
      { parent: this, retainOnDelete: true, dependsOn: args.storage.ready },
    )
    this.uri = pulumi.interpolate`s3://${object.bucket}/${object.key}`
    this.registerOutputs({ uri: this.uri })
  }
}

/** Key and content of the object; the digest is the first 12 hex digits of the content's sha256. */
export function projectObject(project: Project): { key: string; content: string; digest: string } {
  const content = JSON.stringify(project)
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 12)
  return { key: `${project.id}/project/${digest}.json`, content, digest }
}
