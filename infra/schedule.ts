/** Calls a function by the clock; bounded retries, and the dead-letter queue for what could not be delivered. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import type { DeadLetterQueue } from './dead-letter-queue.ts'
import type { Key } from './key.ts'
import { Role } from './role.ts'
import type { StageFunction } from './stage-function.ts'

export interface ScheduleArgs {
  readonly account: Account
  readonly key: Key
  /** Physical name, at most 64 characters. */
  readonly scheduleName: string
  readonly description: string
  /** EventBridge Scheduler expression, in UTC: `cron(0 6 * * ? *)`, `rate(1 day)`. */
  readonly expression: string
  readonly target: StageFunction
  /** What the function is called with; `<aws.scheduler.scheduled-time>` becomes the time. */
  readonly input: pulumi.Input<Readonly<Record<string, unknown>>>
  readonly deadLetters: DeadLetterQueue
}

export class Schedule extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>

  constructor(name: string, args: ScheduleArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Schedule', name, {}, options)
    const role = new Role(
      `${name}-role`,
      {
        roleName: `${args.scheduleName}-schedule`,
        service: 'scheduler.amazonaws.com',
        account: args.account,
        description: `Calls ${args.target.functionName} by the clock`,
        grants: [args.target.invoke(), args.deadLetters.send()],
      },
      { parent: this },
    )
    const schedule = new aws.scheduler.Schedule(
      name,
      {
        name: args.scheduleName,
        description: args.description,
        scheduleExpression: args.expression,
        scheduleExpressionTimezone: 'UTC',
        flexibleTimeWindow: { mode: 'OFF' },
        kmsKeyArn: args.key.arn,
        target: {
          arn: args.target.liveArn,
          roleArn: role.arn,
          input: pulumi.output(args.input).apply((input) => JSON.stringify(input)),
          deadLetterConfig: { arn: args.deadLetters.arn },
          retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 5 },
        },
      },
      { parent: this, dependsOn: [role.attachment] },
    )
    this.arn = schedule.arn
    this.registerOutputs({ arn: this.arn })
  }
}
