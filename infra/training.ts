/** A project's training flow: its state machine, and the role that its SageMaker jobs run as. */
import { join } from 'node:path'
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { type FlowArgs, flowValues } from './flow.ts'
import type { FunctionName } from './functions.ts'
import { jobNetwork } from './job-network.ts'
import { qualifiedArns } from './qualified-arns.ts'
import { StateMachine } from './state-machine.ts'
import { trainingImage } from './training-image.ts'
import { TrainingRole } from './training-role.ts'

const calls = [
  'plan-parts',
  'profile-part',
  'merge-profile',
  'fit-encoder',
  'transform-part',
  'plan-training',
  'record-run',
  'record-trials',
  'resolve-model',
  'evaluate-part',
  'merge-evaluation',
  'register-model',
  'write-report',
] as const satisfies readonly FunctionName[]

export class Training extends pulumi.ComponentResource {
  readonly stateMachine: StateMachine

  constructor(name: string, args: FlowArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Training', name, {}, options)
    const { names, account, environment, project, root } = args
    const image = aws.sagemaker.getPrebuiltEcrImageOutput(trainingImage, { parent: this })
    const role = new TrainingRole(
      `${name}-sagemaker`,
      {
        names,
        account,
        key: environment.key,
        storage: environment.storage,
        project: project.id,
        inNetwork: environment.network !== undefined,
        imageRegistryId: image.registryId,
        imageRepository: trainingImage.repositoryName,
      },
      { parent: this },
    )
    this.stateMachine = new StateMachine(
      name,
      {
        account,
        key: environment.key,
        stateMachineName: names.stateMachine(project.id, 'training'),
        definitionFile: join(root, 'statemachines', 'training.asl.json'),
        values: {
          ...flowValues(args),
          ...qualifiedArns(environment.functions, calls),
          trainingImage: image.registryPath,
          trainingRoleArn: role.arn,
          dataKeyArn: environment.key.arn,
          network: jobNetwork(environment.network),
        },
        itemKeys: [`${project.id}/runs/*/plan.json`],
        logRetentionDays: args.logRetentionDays,
      },
      { parent: this, dependsOn: [role.ready] },
    )
    this.registerOutputs({ stateMachineArn: this.stateMachine.arn })
  }
}
