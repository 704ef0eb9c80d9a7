/** An EventBridge rule that hands matching AWS events to a function, and to the dead-letter queue when that fails. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { DeadLetterQueue } from './dead-letter-queue.ts'
import type { StageFunction } from './stage-function.ts'

export interface EventRuleArgs {
  /** Physical name, at most 64 characters. */
  readonly ruleName: string
  readonly description: string
  /** EventBridge event pattern. */
  readonly pattern: pulumi.Input<Readonly<Record<string, unknown>>>
  readonly target: StageFunction
  readonly deadLetters: DeadLetterQueue
}

export class EventRule extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>

  constructor(name: string, args: EventRuleArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:EventRule', name, {}, options)
    const rule = new aws.cloudwatch.EventRule(
      `${name}-rule`,
      {
        name: args.ruleName,
        description: args.description,
        eventPattern: pulumi.output(args.pattern).apply((pattern) => JSON.stringify(pattern)),
        state: 'ENABLED',
      },
      { parent: this },
    )
    const permission = args.target.allowCaller(`${name}-permission`, 'events.amazonaws.com', rule.arn)
    new aws.cloudwatch.EventTarget(
      `${name}-target`,
      {
        rule: rule.name,
        targetId: args.target.functionName,
        arn: args.target.liveArn,
        deadLetterConfig: { arn: args.deadLetters.arn },
        retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 },
      },
      { parent: this, dependsOn: [permission] },
    )
    this.arn = rule.arn
    this.registerOutputs({ arn: this.arn })
  }
}
