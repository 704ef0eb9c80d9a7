/** Delivers from one branch into a chain of environments: checked, previewed, deployed, tried, and a person before the last. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import { BuildProject } from './build-project.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { allow } from './policy-document.ts'
import { Role } from './role.ts'
import type { Storage } from './storage.ts'
import type { Topic } from './topic.ts'

/** An environment of the chain. */
export interface DeliveryStage {
  readonly environment: string
  /** ARN of the role that may deploy it, in whichever account: it trusts the role of the build. */
  readonly deployerRole: string
}

export interface CodepipelineDeliveryArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
  /** Keeps the sources of a run below the pipeline's name. */
  readonly storage: Storage
  /** Tells that somebody has to approve. */
  readonly topic: Topic
  /** ARN of the connection to where the repository is. */
  readonly connectionArn: string
  /** `owner/name`. */
  readonly repository: string
  readonly branch: string
  /** URL of Pulumi's state. */
  readonly backendUrl: string
  /** In the order of deployment; the last one is approved by a person. */
  readonly chain: readonly DeliveryStage[]
  /** At least 365. */
  readonly logRetentionDays: number
}

const source = 'source'

export class CodepipelineDelivery extends pulumi.ComponentResource {
  readonly pipelineName: string

  constructor(name: string, args: CodepipelineDeliveryArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:CodepipelineDelivery', name, {}, options)
    const { names, account, key, storage, connectionArn, backendUrl, chain } = args
    const child = { parent: this }
    this.pipelineName = names.of('pipeline', 'delivery')
    const artifacts = [`${this.pipelineName}/*`]
    const shared = { ...args, artifacts }
    const checks = new BuildProject(
      `${name}-check`,
      { ...shared, purpose: 'check', commands: ['npm run check', 'npm test'], grants: [], variables: {} },
      child,
    )
    const deploys = new BuildProject(
      `${name}-deploy`,
      {
        ...shared,
        purpose: 'deploy',
        commands: [
          // The layer holds DuckDB for the functions' processor, not for this machine's.
          'npm i --no-save --os=linux --cpu=arm64 @duckdb/node-bindings-linux-arm64@$(node -p "require(\'@duckdb/node-bindings/package.json\').version")',
          'curl -fsSL https://get.pulumi.com | sh',
          'PATH=$HOME/.pulumi/bin:$PATH .ci/deliver',
        ],
        grants: [[allow(['sts:AssumeRole'], chain.map(({ deployerRole }) => deployerRole).sort())]],
        variables: { PULUMI_BACKEND_URL: backendUrl },
      },
      child,
    )
    const role = new Role(
      `${name}-role`,
      {
        roleName: this.pipelineName,
        service: 'codepipeline.amazonaws.com',
        account,
        description: 'Takes the sources, starts the builds',
        grants: [
          storage.read(artifacts),
          storage.write(artifacts),
          [allow(['codeconnections:UseConnection', 'codestar-connections:UseConnection'], [connectionArn])],
          args.topic.publish(),
          pulumi
            .all([checks.arn, deploys.arn])
            .apply((projects) => [
              allow(['codebuild:BatchGetBuilds', 'codebuild:StartBuild'], [...projects].sort()),
            ]),
        ],
      },
      child,
    )
    new aws.codepipeline.Pipeline(
      `${name}-pipeline`,
      {
        name: this.pipelineName,
        pipelineType: 'V2',
        // Two updates of one stack would wait for each other's lock; a running one is never cut off.
        executionMode: 'QUEUED',
        roleArn: role.arn,
        artifactStores: [
          { type: 'S3', location: storage.bucketName, encryptionKey: { id: key.arn, type: 'KMS' } },
        ],
        stages: [
          { name: 'Source', actions: [sourceAction(args)] },
          { name: 'Check', actions: [build('Check', checks.projectName, {})] },
          ...chain.flatMap((stage, at) =>
            stagesOf(stage, at === chain.length - 1, deploys.projectName, args),
          ),
        ],
      },
      { parent: this, dependsOn: [role.attachment] },
    )
    this.registerOutputs({ pipelineName: this.pipelineName })
  }
}

/** Preview, a person where it is the last, then up; a deployment that fails brings the release before back by itself. */
function stagesOf(
  { environment, deployerRole }: DeliveryStage,
  last: boolean,
  projectName: string,
  { topic }: CodepipelineDeliveryArgs,
) {
  const variables = { ENVIRONMENT: environment, DEPLOYER_ROLE: deployerRole }
  const approval = {
    name: 'Approve',
    category: 'Approval',
    owner: 'AWS',
    provider: 'Manual',
    version: '1',
    runOrder: 2,
    configuration: {
      NotificationArn: topic.arn,
      CustomData: `The preview of ${environment} stands in the build before; approving deploys it`,
    },
  }
  return [
    {
      name: `Preview-${environment}`,
      actions: [
        build('Preview', projectName, { ...variables, MODE: 'preview' }),
        ...(last ? [approval] : []),
      ],
    },
    { name: `Deploy-${environment}`, actions: [build('Deploy', projectName, { ...variables, MODE: 'up' })] },
  ]
}

function sourceAction({ connectionArn, repository, branch }: CodepipelineDeliveryArgs) {
  return {
    name: 'Source',
    category: 'Source',
    owner: 'AWS',
    provider: 'CodeStarSourceConnection',
    version: '1',
    outputArtifacts: [source],
    configuration: { ConnectionArn: connectionArn, FullRepositoryId: repository, BranchName: branch },
  }
}

function build(name: string, projectName: string, variables: Readonly<Record<string, string>>) {
  const each = Object.entries(variables).map(([key, value]) => ({ name: key, value, type: 'PLAINTEXT' }))
  return {
    name,
    category: 'Build',
    owner: 'AWS',
    provider: 'CodeBuild',
    version: '1',
    runOrder: 1,
    inputArtifacts: [source],
    configuration: {
      ProjectName: projectName,
      ...(each.length === 0 ? {} : { EnvironmentVariables: JSON.stringify(each) }),
    },
  }
}
