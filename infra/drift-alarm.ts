/** The alarm on a project's drift: goes off when a batch has moved from what the model was trained on. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Names } from './names.ts'
import type { Topic } from './topic.ts'

export interface DriftAlarmArgs {
  readonly names: Names
  /** Id of the project. */
  readonly project: string
  readonly topic: Topic
}

export class DriftAlarm extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>

  constructor(name: string, args: DriftAlarmArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:DriftAlarm', name, {}, options)
    const { names, project, topic } = args
    const alarm = new aws.cloudwatch.MetricAlarm(
      `${name}-alarm`,
      {
        name: names.of('alarm', project, 'drift'),
        alarmDescription: `A batch of ${project} has drifted from what its model was trained on: see the run's report`,
        namespace: 'Regimen',
        // 1 when the project's rule says so: the weighted score is over its threshold, or an important feature drifted.
        metricName: 'DriftAlarm',
        dimensions: { Project: project, Environment: names.environment },
        statistic: 'Maximum',
        comparisonOperator: 'GreaterThanOrEqualToThreshold',
        threshold: 1,
        period: 60,
        evaluationPeriods: 1,
        datapointsToAlarm: 1,
        // Batches come once a day or once a week: the verdict on the last one stands until the next.
        treatMissingData: 'ignore',
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
