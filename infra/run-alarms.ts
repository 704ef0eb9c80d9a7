/** The alarms on a project's runs: one that failed, was throttled, or has not succeeded for too long. */
import * as pulumi from '@pulumi/pulumi'
import type { Pipeline } from '../functions/starter/pipeline.ts'
import { Alarm } from './alarm.ts'
import type { Names } from './names.ts'
import type { Topic } from './topic.ts'

export interface RunAlarmsArgs {
  readonly names: Names
  /** Id of the project. */
  readonly project: string
  readonly machines: Readonly<Record<Pipeline, pulumi.Input<string>>>
  readonly topic: Topic
  /** Days without a batch that succeeded, 1 to 7; undefined: nobody waits for one. */
  readonly maxRunAgeDays: number | undefined
}

/** Metrics of Step Functions, and what to say of each. */
const failures = [
  { metricName: 'ExecutionsFailed', suffix: 'failed', says: 'An execution failed' },
  { metricName: 'ExecutionsTimedOut', suffix: 'timed-out', says: 'An execution took longer than it may' },
  {
    metricName: 'ExecutionThrottled',
    suffix: 'throttled',
    says: 'States wait for their turn: a quota is reached',
  },
] as const

export class RunAlarms extends pulumi.ComponentResource {
  constructor(name: string, args: RunAlarmsArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:RunAlarms', name, {}, options)
    const { names, project, machines, topic, maxRunAgeDays } = args
    for (const [pipeline, machine] of Object.entries(machines))
      for (const { metricName, suffix, says } of failures)
        new Alarm(
          `${name}-${pipeline}-${suffix}`,
          {
            alarmName: names.of('alarm', project, pipeline, suffix),
            description: `${says} in ${pipeline} of ${project}: see its executions`,
            namespace: 'AWS/States',
            metricName,
            dimensions: { StateMachineArn: machine },
            topic,
          },
          { parent: this },
        )
    if (maxRunAgeDays !== undefined)
      new Alarm(
        `${name}-inference-overdue`,
        {
          alarmName: names.of('alarm', project, 'inference', 'overdue'),
          description: `No batch of ${project} has succeeded for ${maxRunAgeDays} days: see its schedule`,
          namespace: 'AWS/States',
          metricName: 'ExecutionsSucceeded',
          dimensions: { StateMachineArn: machines.inference },
          comparison: 'LessThanThreshold',
          periodSeconds: 86_400,
          periods: maxRunAgeDays,
          missing: 'breaching',
          topic,
        },
        { parent: this },
      )
    this.registerOutputs({})
  }
}
