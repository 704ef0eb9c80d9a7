/** The record of what is deployed: immutable objects per release, and which one is current. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Key } from './key.ts'
import type { Storage } from './storage.ts'

export interface ReleaseRecordArgs {
  readonly storage: Storage
  readonly key: Key
  /** 12 hex digits. */
  readonly release: string
  /** JSON. */
  readonly manifest: string
  /** File with the program's archive. */
  readonly archive: string
  /** Keys of the objects below the bucket. */
  readonly keys: {
    manifest(release: string): string
    program(release: string): string
    readonly current: string
    readonly inventory: string
  }
  /** Logical name to type and id of what outlives the stack: a recreated one adopts it. */
  readonly inventory: Readonly<Record<string, pulumi.Input<{ type: string; id: string }>>>
  /** All that the release consists of: it is current once these are done. */
  readonly after: readonly pulumi.Resource[]
}

export class ReleaseRecord extends pulumi.ComponentResource {
  constructor(name: string, args: ReleaseRecordArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:ReleaseRecord', name, {}, options)
    const { release, keys } = args
    const put = (
      child: string,
      key: string,
      content: { content: pulumi.Input<string> } | { source: pulumi.asset.Asset },
      contentType: string,
      dependsOn: readonly pulumi.Resource[],
    ) =>
      new aws.s3.BucketObjectv2(
        `${name}-${child}`,
        {
          bucket: args.storage.bucketName,
          key,
          ...content,
          contentType,
          serverSideEncryption: 'aws:kms',
          kmsKeyId: args.key.arn,
          bucketKeyEnabled: true,
        },
        // A later release lets go of the record and leaves it there: it is what a rollback restores.
        { parent: this, retainOnDelete: true, dependsOn: [...args.storage.ready, ...dependsOn] },
      )
    const json = 'application/json'
    const manifest = put(`manifest-${release}`, keys.manifest(release), { content: args.manifest }, json, [])
    const source = new pulumi.asset.FileAsset(args.archive)
    const program = put(`program-${release}`, keys.program(release), { source }, 'application/gzip', [])
    const inventory = pulumi.jsonStringify(args.inventory)
    put('inventory', keys.inventory, { content: inventory }, json, [])
    put('current', keys.current, { content: JSON.stringify({ release }) }, json, [
      manifest,
      program,
      ...args.after,
    ])
    this.registerOutputs({ release })
  }
}
