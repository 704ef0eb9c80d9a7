/** Everything that one project has in an environment: models, flows, rules, alarm and schedule. */
import * as pulumi from '@pulumi/pulumi'
import { Dashboard } from './dashboard.ts'
import { DatasetImport } from './dataset-import.ts'
import { Deployment } from './deployment.ts'
import { DriftAlarm } from './drift-alarm.ts'
import { Endpoint, type ServedModel } from './endpoint.ts'
import { EventRule } from './event-rule.ts'
import { FeatureGroup } from './feature-group.ts'
import type { FlowArgs } from './flow.ts'
import { Inference } from './inference.ts'
import { ModelPackageGroup } from './model-package-group.ts'
import { Monitoring } from './monitoring.ts'
import { RunAlarms } from './run-alarms.ts'
import { Schedule } from './schedule.ts'
import { Training } from './training.ts'

export interface UseCaseArgs extends FlowArgs {
  /** Days without a successful batch after which an alarm goes off, 1 to 7. @default no such alarm */
  readonly maxRunAgeDays?: number | undefined
  /** Make a feature group of the project's features. @default false */
  readonly featureGroups?: boolean
  /** Serve models from SageMaker endpoints: project id to what its endpoint is. @default none */
  readonly endpoints?: Readonly<Record<string, ServedModel>>
  /** Make a CloudWatch dashboard. @default true */
  readonly dashboards?: boolean
}

export class UseCase extends pulumi.ComponentResource {
  readonly trainingArn: pulumi.Output<string>
  readonly inferenceArn: pulumi.Output<string>
  readonly datasetImportArn: pulumi.Output<string>
  readonly deploymentArn: pulumi.Output<string>
  readonly monitoringArn: pulumi.Output<string>
  readonly modelPackageGroup: string
  /** Logical name to type and id of what outlives the project's stack. */
  readonly inventory: Readonly<Record<string, { type: string; id: string }>>

  constructor(name: string, args: UseCaseArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:UseCase', name, {}, options)
    const child = { parent: this }
    const group = new ModelPackageGroup(
      `${name}-models`,
      { names: args.names, project: args.project.id, description: args.project.title },
      child,
    )
    const training = new Training(`${name}-training`, args, child)
    const inference = new Inference(`${name}-inference`, args, child)
    const imports = new DatasetImport(`${name}-dataset-import`, args, child)
    const deployment = new Deployment(`${name}-deployment`, args, child)
    const monitoring = new Monitoring(
      `${name}-monitoring`,
      { ...args, inferenceArn: inference.stateMachine.arn },
      child,
    )

    this.trainingArn = training.stateMachine.arn
    this.inferenceArn = inference.stateMachine.arn
    this.datasetImportArn = imports.stateMachine.arn
    this.deploymentArn = deployment.stateMachine.arn
    this.monitoringArn = monitoring.stateMachine.arn
    this.modelPackageGroup = group.groupName
    this.inventory = {
      [`${name}-models-group`]: {
        type: 'aws:sagemaker/modelPackageGroup:ModelPackageGroup',
        id: group.groupName,
      },
      ...this.#createFeatures(name, args),
    }
    this.#createRules(name, args)
    this.#createSchedule(name, args)
    this.#createSweep(name, args)
    this.#createWatch(name, args)
    this.#createEndpoint(name, args)
    this.registerOutputs({ modelPackageGroup: this.modelPackageGroup })
  }

  #createRules(name: string, { names, environment, project }: UseCaseArgs): void {
    const child = { parent: this }
    const { functions, deadLetters, topic } = environment
    new EventRule(
      `${name}-outcome`,
      {
        ruleName: names.of('rule', project.id, 'outcome'),
        description: `How executions of ${project.id} go on and end: sees timeouts and stops, which no state does`,
        pattern: pulumi
          .all([
            this.trainingArn,
            this.inferenceArn,
            this.datasetImportArn,
            this.deploymentArn,
            this.monitoringArn,
          ])
          .apply((stateMachineArn) => ({
            source: ['aws.states'],
            'detail-type': ['Step Functions Execution Status Change'],
            detail: { stateMachineArn },
          })),
        target: functions['record-outcome'],
        deadLetters,
      },
      child,
    )
    new EventRule(
      `${name}-turn`,
      {
        ruleName: names.of('rule', project.id, 'turn'),
        description: `A run of ${project.id} that ends gives its place to one that waits`,
        pattern: pulumi
          .all([this.trainingArn, this.inferenceArn, this.datasetImportArn])
          .apply((stateMachineArn) => ({
            source: ['aws.states'],
            'detail-type': ['Step Functions Execution Status Change'],
            detail: { stateMachineArn },
          })),
        target: functions['start-run'],
        deadLetters,
      },
      child,
    )
    new EventRule(
      `${name}-approval`,
      {
        ruleName: names.of('rule', project.id, 'approval'),
        description: `An approved model version of ${project.id} goes into production, a rejected one is known as such`,
        pattern: {
          source: ['aws.sagemaker'],
          'detail-type': ['SageMaker Model Package State Change'],
          detail: {
            ModelPackageGroupName: [this.modelPackageGroup],
            ModelApprovalStatus: ['Approved', 'Rejected'],
          },
        },
        target: functions['promote-model'],
        deadLetters,
      },
      child,
    )
    new DriftAlarm(`${name}-drift`, { names, project: project.id, topic }, child)
  }

  /** @returns its part of the inventory */
  #createFeatures(name: string, args: UseCaseArgs): Readonly<Record<string, { type: string; id: string }>> {
    if (args.featureGroups !== true) return {}
    const { key, storage } = args.environment
    const { groupName } = new FeatureGroup(`${name}-features`, { ...args, key, storage }, { parent: this })
    return {
      [`${name}-features-group`]: { type: 'aws:sagemaker/featureGroup:FeatureGroup', id: groupName },
    }
  }

  #createEndpoint(name: string, args: UseCaseArgs): void {
    const served = args.endpoints?.[args.project.id]
    if (served === undefined) return
    const { key, storage, topic, network } = args.environment
    if (network === undefined) throw new Error(`the endpoint of ${args.project.id} needs a network`)
    const shared = { ...args, project: args.project.id, key, storage, topic, network }
    new Endpoint(`${name}-endpoint`, { ...shared, served }, { parent: this })
  }

  #createWatch(name: string, args: UseCaseArgs): void {
    const { names, account, environment, project, maxRunAgeDays, dashboards = true } = args
    const machines = {
      training: this.trainingArn,
      inference: this.inferenceArn,
      'dataset-import': this.datasetImportArn,
      deployment: this.deploymentArn,
      monitoring: this.monitoringArn,
    }
    const shared = { names, account, project: project.id, machines, topic: environment.topic }
    new RunAlarms(`${name}-runs`, { ...shared, maxRunAgeDays }, { parent: this })
    const functionNames = Object.values(environment.functions).map(({ functionName }) => functionName)
    if (dashboards) new Dashboard(name, { ...shared, functionNames }, { parent: this })
  }

  /** Ends of runs are told by events; one that gets lost would keep others waiting. */
  #createSweep(name: string, { names, account, environment, project }: UseCaseArgs): void {
    new Schedule(
      `${name}-turns-schedule`,
      {
        account,
        key: environment.key,
        scheduleName: names.of('schedule', project.id, 'turns'),
        description: `Turns of ${project.id}: whose end nobody told keeps no place`,
        expression: 'rate(15 minutes)',
        target: environment.functions['start-run'],
        input: { sweep: project.id },
        deadLetters: environment.deadLetters,
      },
      { parent: this },
    )
  }

  #createSchedule(name: string, { names, account, environment, project }: UseCaseArgs): void {
    if (project.schedule === undefined) return
    new Schedule(
      `${name}-inference-schedule`,
      {
        account,
        key: environment.key,
        scheduleName: names.of('schedule', project.id, 'inference'),
        description: `Batch inference of ${project.id}`,
        expression: project.schedule,
        target: environment.functions['start-run'],
        input: {
          pipeline: 'inference',
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
