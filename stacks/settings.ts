/** Every key of `Pulumi.<env>.yaml`: what it does, what it may be, what it is when it is not set. */
import * as z from 'zod'
import { onApproval } from '../functions/registry/model.ts'
import { endpointInstanceTypes } from '../infra/endpoint-instance-types.ts'

export interface Setting<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema
  /** What an error says is allowed. */
  readonly expected: string
  /** One sentence for the documentation. */
  readonly does: string
  /** What it is when it is not set, for the documentation. */
  readonly absent: string
  /** A list or an object: JSON in the configuration. */
  readonly structured?: boolean
  /** Set with `pulumi config set --secret`. */
  readonly secret?: boolean
}

const setting = <Schema extends z.ZodType>(value: Setting<Schema>) => value

/** Days that CloudWatch Logs knows, from a year on. */
const retention = [365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]

const flag = (fallback: 'true' | 'false', does: string) =>
  setting({
    schema: z
      .enum(['true', 'false'])
      .default(fallback)
      .transform((text) => text === 'true'),
    expected: 'true or false',
    does,
    absent: fallback,
  })

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max)
const arns = z.array(z.string().regex(/^arn:[a-z-]+:(iam|sts)::\d{12}:[\w+=,.@/*-]+$/))
const arn = z.string().regex(/^arn:[a-z-]+:[a-z-]+:[a-z0-9-]*:\d{12}:[\w+=,.@/-]+$/)

export const settings = {
  projects: setting({
    schema: z.array(z.string()).min(1),
    expected: 'a list of project ids, at least one',
    does: 'The use cases that the environment runs: folders of `projects/`.',
    absent: 'refused',
    structured: true,
  }),
  partBytes: setting({
    schema: whole(65_536, 1_000_000_000),
    expected: 'a whole number of bytes from 65536 to 1000000000',
    does: 'Size of the parts that a table is cut into; each is worked on by one function call.',
    absent: 'refused',
  }),
  mapConcurrency: setting({
    schema: whole(1, 1_000).default(20),
    expected: 'a whole number from 1 to 1000',
    does: 'Parts that are worked on at the same time; bounds the Lambda concurrency that a run takes.',
    absent: '20',
  }),
  logRetentionDays: setting({
    schema: z.coerce
      .number()
      .refine((days) => retention.includes(days))
      .default(365),
    expected: `one of ${retention.join(', ')}`,
    does: 'Days that the logs of functions and state machines are kept.',
    absent: '365',
  }),
  network: setting({
    schema: z.enum(['none', 'vpc']).default('none'),
    expected: 'none or vpc',
    does: 'Run functions and training jobs in private subnets of two zones without a way to the internet; endpoints cost by the hour.',
    absent: 'none',
  }),
  replication: setting({
    schema: z
      .strictObject({
        bucketArn: z.string().regex(/^arn:[a-z-]+:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
        keyArn: arn,
      })
      .optional(),
    expected: '{bucketArn, keyArn} of a bucket with versions and a key of its region',
    does: 'Copy every object of the data bucket, as it is written, into a bucket of another region or account that is there already.',
    absent: 'no copy',
    structured: true,
  }),
  privateHosts: setting({
    schema: z.array(z.string().regex(/^[A-Za-z0-9.[\]:-]+$/)).default([]),
    expected: 'a list of host:port',
    does: 'Mirrors of your own that a dataset may be downloaded from although their address is private.',
    absent: 'none',
    structured: true,
  }),
  architecture: setting({
    schema: z.enum(['arm64', 'x86_64']).default('arm64'),
    expected: 'arm64 or x86_64',
    does: 'Processor of the functions.',
    absent: 'arm64',
  }),
  duckdbPlatform: setting({
    schema: z.enum(['linux-arm64', 'linux-x64', 'host']).optional(),
    expected: 'linux-arm64, linux-x64 or host',
    does: 'Binding of DuckDB that goes into the layer; `host` where the functions run on the machine that deploys them.',
    absent: 'the Linux of `architecture`',
  }),
  audit: flag(
    'false',
    'Record every access to data in a CloudTrail trail, in a bucket that nobody can change.',
  ),
  auditRetentionDays: setting({
    schema: z.coerce
      .number()
      .refine((days) => retention.includes(days) && days >= 2_192)
      .default(2_192),
    expected: 'one of 2192, 2557, 2922, 3288, 3653',
    does: 'Days that the trail and its log group are kept, and that its objects are locked.',
    absent: '2192',
  }),
  onApproval: setting({
    schema: onApproval.default('promote'),
    expected: 'promote, hold, all-at-once, canary or linear',
    does: 'What an approved version does: into production at once, wait for `regimen models deploy`, or be deployed in that manner.',
    absent: 'promote',
  }),
  people: flag(
    'false',
    'Make the roles that people work in: data scientist, ML engineer, approver, operator, auditor.',
  ),
  peoplePrincipals: setting({
    schema: arns.default([]),
    expected: 'a list of ARNs of IAM roles or users',
    does: 'Who may assume those roles, always with a second factor.',
    absent: 'whoever the account lets',
    structured: true,
  }),
  maxRunAgeDays: setting({
    schema: whole(1, 7).optional(),
    expected: 'a whole number of days from 1 to 7',
    does: 'Raise an alarm when batch inference has not succeeded for so many days.',
    absent: 'no such alarm',
  }),
  alertEmails: setting({
    schema: z.array(z.email()).default([]),
    expected: 'a list of e-mail addresses',
    does: 'Who is told of alarms and failures by e-mail; each address confirms once.',
    absent: 'nobody',
    structured: true,
  }),
  slackChannel: setting({
    schema: z
      .string()
      .regex(/^[CG][A-Z0-9]{8,20}$/)
      .optional(),
    expected: 'the id of a Slack channel, as C0123456789',
    does: 'Slack channel that alarms and failed executions are posted to; needs `slackToken`.',
    absent: 'no Slack',
  }),
  pseudonymKey: setting({
    schema: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/)
      .optional(),
    expected: '64 hexadecimal digits (openssl rand -hex 32)',
    does: 'Key of the pseudonyms that imports keep in the place of direct identifiers: for environments that must not hold them.',
    absent: 'identifiers are kept as they are',
    secret: true,
  }),
  mlflowTrackingUri: setting({
    schema: z.url({ protocol: /^https?$/ }).optional(),
    expected: 'http(s)://[user:password@]host[:port]',
    does: 'MLflow server that training runs, their metrics by step and their models are sent to as well. On the laptop the shell’s MLFLOW_TRACKING_URI stands in for it.',
    absent: 'none',
    secret: true,
  }),
  slackToken: setting({
    schema: z.string().optional(),
    expected: 'a bot token with chat:write',
    does: 'Token of the Slack app that posts.',
    absent: 'refused when `slackChannel` is set',
    secret: true,
  }),
  pagerDutyRoutingKey: setting({
    schema: z.string().optional(),
    expected: 'an integration key of the Events API v2',
    does: 'PagerDuty service that alarms and failed executions open incidents in.',
    absent: 'no PagerDuty',
    secret: true,
  }),
  monthlyBudgetDollars: setting({
    schema: whole(1, 10_000_000).optional(),
    expected: 'a whole number of US dollars from 1 to 10000000',
    does: 'Tell `alertEmails` when the month is forecast to cost more than this, and when it has cost 80 %.',
    absent: 'no budget',
  }),
  delivery: setting({
    schema: z.enum(['none', 'github', 'codepipeline']).default('none'),
    expected: 'none, github or codepipeline',
    does: 'How code reaches this environment: GitHub Actions may deploy it through OpenID Connect, or this stack makes a pipeline (CodePipeline, CodeBuild) that deploys it and the environments before it.',
    absent: 'none',
  }),
  deliveryRepository: setting({
    schema: z
      .string()
      .regex(/^[\w.-]+\/[\w.-]+$/)
      .optional(),
    expected: 'owner/name of a GitHub repository',
    does: 'Repository whose workflows may deploy, or that the pipeline takes.',
    absent: 'refused when `delivery` is not none',
  }),
  deliveryProvider: setting({
    schema: arn.optional(),
    expected: 'the ARN of an OpenID Connect provider',
    does: "The account's provider of GitHub's tokens, where another stack has made it: an account takes one.",
    absent: 'with `delivery: github` this stack makes it',
  }),
  deliveryConnection: setting({
    schema: arn.optional(),
    expected: 'the ARN of a connection (CodeConnections)',
    does: 'How the pipeline reaches the repository; a person accepts it once.',
    absent: 'refused when `delivery` is codepipeline',
  }),
  deliveryBackend: setting({
    schema: z
      .string()
      .regex(/^(s3|https):\/\//)
      .optional(),
    expected: 'a URL that pulumi login takes: s3://… or https://…',
    does: "Where Pulumi keeps the state of the pipeline's environments.",
    absent: 'refused when `delivery` is codepipeline',
  }),
  deliveryBranch: setting({
    schema: z
      .string()
      .regex(/^[\w./-]+$/)
      .default('main'),
    expected: 'the name of a branch',
    does: 'Branch that the pipeline follows.',
    absent: 'main',
  }),
  deliveryChain: setting({
    schema: z
      .array(z.strictObject({ environment: z.string().regex(/^[a-z][a-z0-9]{1,11}$/), deployerRole: arn }))
      .max(8)
      .default([]),
    expected: 'a list of {environment, deployerRole: ARN}, in order',
    does: 'Environments that the pipeline deploys one after the other; a person approves before the last.',
    absent: 'this environment alone, by its role `regimen-<environment>-deployer`',
    structured: true,
  }),
  endpoints: setting({
    schema: z
      .record(
        z.string(),
        z.strictObject({
          // `pulumi config set --path` writes a number.
          version: z.coerce.string().regex(/^[1-9]\d{0,8}$/),
          instanceType: z.enum(endpointInstanceTypes),
          instances: whole(2, 50).default(2),
          strategy: z.enum(['all-at-once', 'canary', 'linear']).default('canary'),
          sharePercent: whole(10, 50).default(50),
          waitSeconds: whole(60, 3_600).default(600),
          capturePercent: whole(0, 100).default(0),
        }),
      )
      .default({}),
    expected: `project id to {version, instanceType: one of ${endpointInstanceTypes.join(' ')}, instances from 2, strategy: all-at-once, canary or linear, sharePercent 10 to 50, waitSeconds 60 to 3600, capturePercent}`,
    does: 'Serve an approved model version from a SageMaker endpoint; another version takes over step by step and goes back by itself when its alarms go off. Needs `network: vpc`.',
    absent: 'no endpoint: `predict` answers',
    structured: true,
  }),
  featureGroups: flag('false', 'Make a SageMaker feature group per project, online and offline.'),
  dashboards: flag('true', 'Make a CloudWatch dashboard per project.'),
} as const

export type SettingName = keyof typeof settings
