/** A project's import flow: its state machine, and the rule that starts it for whatever is put into the inbox. */
import { join } from 'node:path'
import * as pulumi from '@pulumi/pulumi'
import { EventRule } from './event-rule.ts'
import { type FlowArgs, flowValues } from './flow.ts'
import type { FunctionName } from './functions.ts'
import { qualifiedArns } from './qualified-arns.ts'
import { StateMachine } from './state-machine.ts'

const calls = [
  'fetch-dataset',
  'plan-parts',
  'profile-part',
  'merge-profile',
  'report-dataset',
  'register-dataset',
] as const satisfies readonly FunctionName[]

export class DatasetImport extends pulumi.ComponentResource {
  readonly stateMachine: StateMachine

  constructor(name: string, args: FlowArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:DatasetImport', name, {}, options)
    const { names, account, environment, project, root } = args
    this.stateMachine = new StateMachine(
      name,
      {
        account,
        key: environment.key,
        stateMachineName: names.stateMachine(project.id, 'dataset-import'),
        definitionFile: join(root, 'statemachines', 'dataset-import.asl.json'),
        values: { ...flowValues(args), ...qualifiedArns(environment.functions, calls) },
        itemKeys: [`${project.id}/imports/*/plan.json`],
        logRetentionDays: args.logRetentionDays,
      },
      { parent: this },
    )
    this.#createInbox(name, args)
    this.registerOutputs({ stateMachineArn: this.stateMachine.arn })
  }

  #createInbox(name: string, { names, environment, project }: FlowArgs): void {
    new EventRule(
      `${name}-inbox`,
      {
        ruleName: names.of('rule', project.id, 'inbox'),
        description: `A table that is put into the inbox of ${project.id} is imported`,
        pattern: {
          source: ['aws.s3'],
          'detail-type': ['Object Created'],
          detail: {
            bucket: { name: [environment.storage.bucketName] },
            object: { key: [{ prefix: `${project.id}/inbox/` }] },
          },
        },
        target: environment.functions['start-run'],
        deadLetters: environment.deadLetters,
      },
      { parent: this },
    )
  }
}
