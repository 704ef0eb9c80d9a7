/** A CodeBuild project that runs commands on the sources of a pipeline, as a role of its own. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { allow, type Grant } from './policy-document.ts'
import { Role } from './role.ts'
import type { Storage } from './storage.ts'

export interface BuildProjectArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
  readonly storage: Storage
  /** Keys (patterns) of the sources that a pipeline hands over. */
  readonly artifacts: readonly string[]
  /** What it is for: part of its name. */
  readonly purpose: string
  /** Shell commands after `npm ci`. */
  readonly commands: readonly string[]
  /** Environment variables; none is a secret. */
  readonly variables: Readonly<Record<string, string>>
  /** What its commands may do on AWS. */
  readonly grants: readonly Grant[]
  /** At least 365. */
  readonly logRetentionDays: number
}

export class BuildProject extends pulumi.ComponentResource {
  readonly projectName: string
  readonly arn: pulumi.Output<string>

  constructor(name: string, args: BuildProjectArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:BuildProject', name, {}, options)
    const { names, account, key, storage, artifacts, purpose, commands, variables } = args
    const child = { parent: this }
    this.projectName = names.of('buildProject', purpose)
    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-logs`,
      {
        name: `/aws/codebuild/${this.projectName}`,
        kmsKeyId: key.arn,
        retentionInDays: args.logRetentionDays,
      },
      child,
    )
    const role = new Role(
      `${name}-role`,
      {
        roleName: names.of('role', 'build', purpose),
        service: 'codebuild.amazonaws.com',
        account,
        description: `Runs ${purpose} of a delivery`,
        grants: [
          storage.read(artifacts),
          logGroup.arn.apply((group) => [
            allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [`${group}:*`]),
          ]),
          ...args.grants,
        ],
      },
      child,
    )
    const project = new aws.codebuild.Project(
      `${name}-project`,
      {
        name: this.projectName,
        description: `Runs ${purpose} of a delivery`,
        serviceRole: role.arn,
        encryptionKey: key.arn,
        artifacts: { type: 'CODEPIPELINE' },
        source: {
          type: 'CODEPIPELINE',
          buildspec: JSON.stringify({
            version: '0.2',
            phases: {
              install: { 'runtime-versions': { nodejs: '24' }, commands: ['npm ci'] },
              build: { commands },
            },
          }),
        },
        environment: {
          type: 'LINUX_CONTAINER',
          computeType: 'BUILD_GENERAL1_MEDIUM',
          image: 'aws/codebuild/standard:8.0',
          privilegedMode: false,
          environmentVariables: Object.entries(variables).map(([variable, value]) => ({
            name: variable,
            value,
            type: 'PLAINTEXT',
          })),
        },
        logsConfig: { cloudwatchLogs: { groupName: logGroup.name } },
        buildTimeout: 60,
        concurrentBuildLimit: 1,
      },
      { parent: this, dependsOn: [role.attachment] },
    )
    this.arn = project.arn
    this.registerOutputs({ projectName: this.projectName, arn: this.arn })
  }
}
