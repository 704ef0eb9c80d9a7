/** A project's deployment flow: its state machine, and the rule by which an end that no state sees is put right. */
import { join } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { EventRule } from './event-rule.ts'
import type { FlowArgs } from './flow.ts'
import type { FunctionName } from './functions.ts'
import { qualifiedArns } from './qualified-arns.ts'
import { StateMachine } from './state-machine.ts'

const calls = [
  'prepare-deployment',
  'shift-traffic',
  'watch-deployment',
  'end-deployment',
] as const satisfies readonly FunctionName[]

export class Deployment extends pulumi.ComponentResource {
  readonly stateMachine: StateMachine

  constructor(name: string, args: FlowArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Deployment', name, {}, options)
    const { names, account, environment, project, root } = args
    this.stateMachine = new StateMachine(
      name,
      {
        account,
        key: environment.key,
        stateMachineName: names.stateMachine(project.id, 'deployment'),
        definitionFile: join(root, 'statemachines', 'deployment.asl.json'),
        values: {
          partition: account.partition,
          project: project.id,
          ...qualifiedArns(environment.functions, calls),
        },
        itemKeys: [],
        logRetentionDays: args.logRetentionDays,
      },
      { parent: this },
    )
    new EventRule(
      `${name}-ended`,
      {
        ruleName: names.of('rule', project.id, 'deployment', 'ended'),
        description: `A deployment of ${project.id} that ends without a word is taken back`,
        pattern: this.stateMachine.arn.apply((stateMachineArn) => ({
          source: ['aws.states'],
          'detail-type': ['Step Functions Execution Status Change'],
          detail: { stateMachineArn: [stateMachineArn], status: ['ABORTED', 'FAILED', 'TIMED_OUT'] },
        })),
        target: environment.functions['end-deployment'],
        deadLetters: environment.deadLetters,
      },
      { parent: this },
    )
    this.registerOutputs({ stateMachineArn: this.stateMachine.arn })
  }
}
