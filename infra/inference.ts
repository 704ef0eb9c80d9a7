/** A project's batch inference flow: its state machine. */
import { join } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { type FlowArgs, flowValues } from './flow.ts'
import type { FunctionName } from './functions.ts'
import { qualifiedArns } from './qualified-arns.ts'
import { StateMachine } from './state-machine.ts'

const calls = [
  'resolve-model',
  'plan-parts',
  'profile-part',
  'merge-profile',
  'detect-drift',
  'score-part',
  'compare-predictions',
  'write-report',
] as const satisfies readonly FunctionName[]

export class Inference extends pulumi.ComponentResource {
  readonly stateMachine: StateMachine

  constructor(name: string, args: FlowArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Inference', name, {}, options)
    const { names, account, environment, project, root } = args
    this.stateMachine = new StateMachine(
      name,
      {
        account,
        key: environment.key,
        stateMachineName: names.stateMachine(project.id, 'inference'),
        definitionFile: join(root, 'statemachines', 'inference.asl.json'),
        values: { ...flowValues(args), ...qualifiedArns(environment.functions, calls) },
        itemKeys: [`${project.id}/inference/*/plan.json`],
        logRetentionDays: args.logRetentionDays,
      },
      { parent: this },
    )
    this.registerOutputs({ stateMachineArn: this.stateMachine.arn })
  }
}
