/** A state machine from a definition file; its role is derived from what the definition names. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import { type DefinitionValue, fillDefinition, readDefinition } from './definition.ts'
import { policyForDefinition } from './definition-policy.ts'
import type { Key } from './key.ts'
import { allow, type Statement } from './policy-document.ts'
import { Role } from './role.ts'

export interface StateMachineArgs {
  readonly account: Account
  readonly key: Key
  /** Physical name, at most 80 characters. */
  readonly stateMachineName: string
  /** The `.asl.json` file. */
  readonly definitionFile: string
  /** A value for every placeholder of the definition, and for nothing else. */
  readonly values: Readonly<Record<string, pulumi.Input<DefinitionValue>>>
  /** Keys (patterns) that a Distributed Map may read its items from. */
  readonly itemKeys: readonly string[]
  /** At least 365. */
  readonly logRetentionDays: number
}

export class StateMachine extends pulumi.ComponentResource {
  readonly stateMachineName: string
  readonly arn: pulumi.Output<string>

  constructor(name: string, args: StateMachineArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:StateMachine', name, {}, options)
    this.stateMachineName = args.stateMachineName
    const source = readDefinition(args.definitionFile)
    const definition = pulumi
      .all(args.values)
      .apply((values) => fillDefinition(args.definitionFile, source, values))
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      {
        // The prefix keeps the account's log resource policy from growing with every machine.
        name: `/aws/vendedlogs/states/${args.stateMachineName}`,
        kmsKeyId: args.key.arn,
        retentionInDays: args.logRetentionDays,
      },
      { parent: this },
    )
    const role = new Role(
      `${name}-role`,
      {
        roleName: args.stateMachineName,
        service: 'states.amazonaws.com',
        account: args.account,
        description: `What the states of ${args.stateMachineName} do`,
        grants: [derived(definition, args), observed],
      },
      { parent: this },
    )
    const machine = new aws.sfn.StateMachine(
      `${name}-machine`,
      {
        name: args.stateMachineName,
        type: 'STANDARD',
        roleArn: role.arn,
        definition,
        loggingConfiguration: {
          level: 'ALL',
          // State holds URIs and counts; a log with data would still be one more place to guard.
          includeExecutionData: false,
          logDestination: pulumi.interpolate`${logGroup.arn}:*`,
        },
        tracingConfiguration: { enabled: true },
      },
      { parent: this, dependsOn: [role.attachment] },
    )
    this.arn = machine.arn
    this.registerOutputs({ stateMachineName: this.stateMachineName, arn: this.arn })
  }
}

function derived(
  definition: pulumi.Output<string>,
  args: StateMachineArgs,
): pulumi.Output<readonly Statement[]> {
  return pulumi.all([definition, args.key.arn]).apply(([text, dataKeyArn]) =>
    policyForDefinition(JSON.parse(text), {
      ...args.account,
      stateMachineName: args.stateMachineName,
      itemKeys: args.itemKeys,
      dataKeyArn,
    }),
  )
}

/** The API of log delivery and of tracing takes no resource. */
const observed: readonly Statement[] = [
  allow(
    [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
    ['*'],
  ),
  allow(
    ['xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    ['*'],
  ),
]
