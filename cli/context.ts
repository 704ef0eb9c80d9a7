/** Where the command talks to: the endpoint that the environment names, the local cloud that is up, or AWS. */
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { SFNClient } from '@aws-sdk/client-sfn'
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  type GetCallerIdentityCommandOutput,
  STSClient,
} from '@aws-sdk/client-sts'
import { RegimenError } from '../functions/errors.ts'
import type { Pipeline } from '../functions/starter/pipeline.ts'
import { Names } from '../infra/names.ts'
import { personas } from '../infra/personas.ts'
import { Output } from './output.ts'
import { requireProject } from './require-project.ts'
import { defaultDirectory, localEnvironment, runningCloud, useEndpoint } from './running-cloud.ts'
import { sessionName } from './session-name.ts'

export interface GlobalOptions {
  readonly json?: boolean
  readonly stack?: string
  readonly project?: string
  readonly dir?: string
  /** Role of a person to work in. */
  readonly as?: string
}

export interface Context {
  readonly out: Output
  readonly environment: string
  readonly project: string
  readonly region: string
  readonly accountId: string
  /** ARN of whoever runs the command. */
  readonly caller: string
  readonly bucket: string
  readonly names: Names
  readonly s3: S3Client
  readonly sfn: SFNClient
  readonly lambda: LambdaClient
  /** ARN of one of the project's state machines. */
  stateMachine(flow: Pipeline): string
}

/**
 * For a command that is about a project, named or not.
 * @throws RegimenError `InvalidRequest` for a project that is not there, and what `openEnvironment` throws
 */
export async function openContext(options: GlobalOptions): Promise<Context> {
  const context = await openEnvironment(options)
  await requireProject(context)
  return context
}

/**
 * Points the SDK at the local cloud unless `--stack` or the environment says otherwise.
 * @throws RegimenError `ServiceUnavailable` when nothing is there to talk to, or nobody is known to it.
 */
export async function openEnvironment(options: GlobalOptions): Promise<Context> {
  const out = new Output(options.json === true)
  const local =
    process.env.AWS_ENDPOINT_URL === undefined && options.stack === undefined
      ? useLocalCloud(options.dir)
      : undefined
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1'
  const settings = { region }
  const environment = options.stack ?? local ?? process.env.REGIMEN_ENVIRONMENT ?? 'dev'
  const names = new Names(environment)
  if (options.as !== undefined) await workAs(options.as, names, await whoever(region), settings)
  const identity = await whoever(region)
  const accountId = identity.Account ?? ''
  const project = options.project ?? 'adherence'
  const [, partition = 'aws'] = (identity.Arn ?? '').split(':')
  // The stores of the platform find the environment's table and groups as its functions do.
  process.env.TABLE ??= names.table()
  process.env.ENVIRONMENT ??= environment
  process.env.MODEL_PACKAGE_GROUP_PREFIX ??= names.prefix
  return {
    out,
    environment,
    project,
    region,
    accountId,
    caller: identity.Arn ?? 'unknown',
    bucket: names.bucket({ accountId, region, partition }),
    names,
    s3: new S3Client({ ...settings, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined }),
    sfn: new SFNClient(settings),
    lambda: new LambdaClient(settings),
    stateMachine: (flow) =>
      `arn:${partition}:states:${region}:${accountId}:stateMachine:${names.stateMachine(project, flow)}`,
  }
}

async function whoever(region: string): Promise<GetCallerIdentityCommandOutput> {
  const endpoint = process.env.AWS_ENDPOINT_URL
  try {
    return await new STSClient({ region }).send(new GetCallerIdentityCommand({}))
  } catch (error) {
    throw new RegimenError(
      'ServiceUnavailable',
      {
        what: `${endpoint === undefined ? 'AWS' : 'the cloud'} did not say whose account this is`,
        where: endpoint ?? `in ${region}`,
        got: error instanceof Error ? error.message || error.name : String(error),
        do:
          endpoint === undefined
            ? 'sign in, as with `aws sso login`, and name the profile in AWS_PROFILE'
            : 'check AWS_ENDPOINT_URL, or leave it out to ask the local cloud or AWS itself',
      },
      { cause: error },
    )
  }
}

/** Takes the role of a person, so that this command may do what that person may do, and nothing else. */
async function workAs(
  role: string,
  names: Names,
  { Account: accountId = '', Arn: arn = '' }: { Account?: string | undefined; Arn?: string | undefined },
  settings: { region: string },
): Promise<void> {
  if (!personas.some((persona) => persona === role))
    throw new RegimenError('InvalidRequest', {
      what: `there is no role ${role}`,
      expected: personas.join(', '),
    })
  const [, partition = 'aws'] = arn.split(':')
  const { Credentials: keys } = await new STSClient(settings).send(
    new AssumeRoleCommand({
      RoleArn: `arn:${partition}:iam::${accountId}:role/${names.of('role', role)}`,
      RoleSessionName: sessionName(role, arn),
    }),
  )
  process.env.AWS_ACCESS_KEY_ID = keys?.AccessKeyId
  process.env.AWS_SECRET_ACCESS_KEY = keys?.SecretAccessKey
  process.env.AWS_SESSION_TOKEN = keys?.SessionToken
}

/** @returns the environment that is deployed there */
function useLocalCloud(directory = defaultDirectory): string {
  const cloud = runningCloud(directory)
  if (cloud === undefined)
    throw new RegimenError('ServiceUnavailable', {
      what: 'no local cloud is up',
      where: `in ${directory}`,
      do: 'start it with `npx regimen up`, or name an AWS environment with --stack',
    })
  useEndpoint(cloud.endpoint)
  return localEnvironment(directory)
}
