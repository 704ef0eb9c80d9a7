/** The alarms on the functions that answer from outside, and on what could not be delivered to them. */
import * as pulumi from '@pulumi/pulumi'
import { Alarm } from './alarm.ts'
import type { DeadLetterQueue } from './dead-letter-queue.ts'
import type { Names } from './names.ts'
import type { StageFunction } from './stage-function.ts'
import type { Topic } from './topic.ts'

export interface DoorAlarmsArgs {
  readonly names: Names
  /** Functions that events, schedules and people call. */
  readonly functions: Readonly<Record<string, StageFunction>>
  readonly deadLetters: DeadLetterQueue
  readonly topic: Topic
}

export class DoorAlarms extends pulumi.ComponentResource {
  constructor(name: string, args: DoorAlarmsArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:DoorAlarms', name, {}, options)
    const { names, functions, deadLetters, topic } = args
    for (const [label, { functionName }] of Object.entries(functions))
      for (const [metricName, suffix, says] of [
        ['Errors', 'errors', 'Calls fail'],
        ['Throttles', 'throttles', 'Calls are turned away: the concurrency of the account is used up'],
      ] as const)
        new Alarm(
          `${name}-${label}-${suffix}`,
          {
            alarmName: names.of('alarm', label, suffix),
            description: `${says} in ${functionName}: see its log group`,
            namespace: 'AWS/Lambda',
            metricName,
            dimensions: { FunctionName: functionName },
            topic,
          },
          { parent: this },
        )
    new Alarm(
      `${name}-undelivered`,
      {
        alarmName: names.of('alarm', 'undelivered'),
        description: `An event reached nobody and waits in ${deadLetters.queueName}: see why and send it again`,
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: deadLetters.queueName },
        statistic: 'Maximum',
        topic,
      },
      { parent: this },
    )
    this.registerOutputs({})
  }
}
