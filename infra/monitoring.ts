/** A project's monitoring flow: its state machine, the rule that looks after each batch, and the clock that looks for late labels. */
import { join } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { EventRule } from './event-rule.ts'
import type { FlowArgs } from './flow.ts'
import type { FunctionName } from './functions.ts'
import { qualifiedArns } from './qualified-arns.ts'
import { Schedule } from './schedule.ts'
import { StateMachine } from './state-machine.ts'

const calls = ['observe-windows', 'start-run', 'note-retraining'] as const satisfies readonly FunctionName[]

export interface MonitoringArgs extends FlowArgs {
  /** Of the state machine whose batches are looked at. */
  readonly inferenceArn: pulumi.Input<string>
}

export class Monitoring extends pulumi.ComponentResource {
  readonly stateMachine: StateMachine

  constructor(name: string, args: MonitoringArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Monitoring', name, {}, options)
    const { names, account, environment, project, root } = args
    const child = { parent: this }
    this.stateMachine = new StateMachine(
      name,
      {
        account,
        key: environment.key,
        stateMachineName: names.stateMachine(project.id, 'monitoring'),
        definitionFile: join(root, 'statemachines', 'monitoring.asl.json'),
        values: {
          partition: account.partition,
          project: project.id,
          ...qualifiedArns(environment.functions, calls),
        },
        itemKeys: [],
        logRetentionDays: args.logRetentionDays,
      },
      child,
    )
    new EventRule(
      `${name}-scored`,
      {
        ruleName: names.of('rule', project.id, 'monitoring', 'scored'),
        description: `A batch of ${project.id} that was scored is looked at`,
        pattern: pulumi.output(args.inferenceArn).apply((stateMachineArn) => ({
          source: ['aws.states'],
          'detail-type': ['Step Functions Execution Status Change'],
          detail: { stateMachineArn: [stateMachineArn], status: ['SUCCEEDED'] },
        })),
        target: environment.functions['start-monitoring'],
        deadLetters: environment.deadLetters,
      },
      child,
    )
    this.#createSchedule(name, args)
    this.registerOutputs({ stateMachineArn: this.stateMachine.arn })
  }

  /** Labels come without an event, and an episode that nobody acknowledges grows old: once a day, where batches come by the clock. */
  #createSchedule(name: string, { names, account, environment, project }: MonitoringArgs): void {
    if (project.schedule === undefined) return
    new Schedule(
      `${name}-schedule`,
      {
        account,
        key: environment.key,
        scheduleName: names.of('schedule', project.id, 'monitoring'),
        description: `Monitoring of ${project.id}`,
        expression: 'rate(1 day)',
        target: environment.functions['start-monitoring'],
        input: {
          pipeline: 'monitoring',
          project: project.id,
          requestedBy: 'schedule',
          scheduledTime: '<aws.scheduler.scheduled-time>',
        },
        deadLetters: environment.deadLetters,
      },
      { parent: this },
    )
  }
}
