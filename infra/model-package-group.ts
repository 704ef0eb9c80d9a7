/** A project's model package group: the source of truth for its model versions. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { adopt } from './adoption.ts'
import type { Names } from './names.ts'

export interface ModelPackageGroupArgs {
  readonly names: Names
  /** Id of the project. */
  readonly project: string
  readonly description: string
  /**
   * Refuse to destroy the stack while it holds it; without it the stack lets go, and the resource stays.
   * @default true
   */
  readonly protect?: boolean
}

export class ModelPackageGroup extends pulumi.ComponentResource {
  readonly groupName: string
  readonly arn: pulumi.Output<string>

  constructor(name: string, args: ModelPackageGroupArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:ModelPackageGroup', name, {}, options)
    const { protect = true } = args
    this.groupName = args.names.modelPackageGroup(args.project)
    const group = new aws.sagemaker.ModelPackageGroup(
      `${name}-group`,
      { modelPackageGroupName: this.groupName, modelPackageGroupDescription: args.description },
      { parent: this, protect, retainOnDelete: true, ...adopt(`${name}-group`) },
    )
    this.arn = group.arn
    this.registerOutputs({ groupName: this.groupName, arn: this.arn })
  }
}
