/** A project's model package group: the source of truth for its model versions. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { kept } from './kept.ts'
import type { Names } from './names.ts'

export interface ModelPackageGroupArgs {
  readonly names: Names
  /** Id of the project. */
  readonly project: string
  readonly description: string
}

export class ModelPackageGroup extends pulumi.ComponentResource {
  readonly groupName: string
  readonly arn: pulumi.Output<string>

  constructor(name: string, args: ModelPackageGroupArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:ModelPackageGroup', name, {}, options)
    this.groupName = args.names.modelPackageGroup(args.project)
    const group = new aws.sagemaker.ModelPackageGroup(
      `${name}-group`,
      { modelPackageGroupName: this.groupName, modelPackageGroupDescription: args.description },
      { parent: this, ...kept(`${name}-group`) },
    )
    this.arn = group.arn
    this.registerOutputs({ groupName: this.groupName, arn: this.arn })
  }
}
