/** One CloudWatch alarm that tells the topic in every state. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Topic } from './topic.ts'

export interface AlarmArgs {
  /** Physical name, at most 255 characters. */
  readonly alarmName: string
  /** What it means and what to look at. */
  readonly description: string
  readonly namespace: string
  readonly metricName: string
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>
  /** @default Sum */
  readonly statistic?: 'Average' | 'Sum' | 'Maximum'
  /** @default GreaterThanOrEqualToThreshold */
  readonly comparison?: 'GreaterThanOrEqualToThreshold' | 'LessThanThreshold'
  /** @default 1 */
  readonly threshold?: number
  /** @default 300 */
  readonly periodSeconds?: number
  /** Periods that are over the threshold. @default 1 */
  readonly periods?: number
  /** Among so many. @default `periods`: in a row */
  readonly ofPeriods?: number
  /** What a period without data means. @default notBreaching */
  readonly missing?: 'notBreaching' | 'breaching' | 'ignore'
  readonly topic: Topic
}

export class Alarm extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>

  constructor(name: string, args: AlarmArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Alarm', name, {}, options)
    const { topic, periods = 1, ofPeriods = periods } = args
    const alarm = new aws.cloudwatch.MetricAlarm(
      `${name}-alarm`,
      {
        name: args.alarmName,
        alarmDescription: args.description,
        namespace: args.namespace,
        metricName: args.metricName,
        dimensions: { ...args.dimensions },
        statistic: args.statistic ?? 'Sum',
        comparisonOperator: args.comparison ?? 'GreaterThanOrEqualToThreshold',
        threshold: args.threshold ?? 1,
        period: args.periodSeconds ?? 300,
        evaluationPeriods: ofPeriods,
        datapointsToAlarm: periods,
        treatMissingData: args.missing ?? 'notBreaching',
        actionsEnabled: true,
        alarmActions: [topic.arn],
        okActions: [topic.arn],
        insufficientDataActions: [topic.arn],
      },
      { parent: this },
    )
    this.arn = alarm.arn
    this.registerOutputs({ arn: this.arn })
  }
}
