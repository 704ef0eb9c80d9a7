/** Hands matching events to an HTTPS API of somebody else, signed by a secret that EventBridge keeps. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import type { DeadLetterQueue } from './dead-letter-queue.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { allow } from './policy-document.ts'
import { Role } from './role.ts'

export interface ApiDestinationArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
  /** `slack`: part of every name. */
  readonly label: string
  readonly endpoint: string
  /** Header that carries the secret, and its text. */
  readonly header: { readonly name: string; readonly value: pulumi.Input<string> }
  /** A further secret in the body. */
  readonly secretBody?: { readonly name: string; readonly value: pulumi.Input<string> }
  /** Event patterns by a short name. */
  readonly patterns: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** EventBridge input transformer: what of an event is sent, and as what. */
  readonly transformers: Readonly<
    Record<string, { readonly paths: Readonly<Record<string, string>>; readonly template: string }>
  >
  readonly deadLetters: DeadLetterQueue
}

export class ApiDestination extends pulumi.ComponentResource {
  constructor(name: string, args: ApiDestinationArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:ApiDestination', name, {}, options)
    const child = { parent: this }
    const { names, label, deadLetters } = args
    const connection = new aws.cloudwatch.EventConnection(
      `${name}-connection`,
      {
        name: names.of('connection', label),
        authorizationType: 'API_KEY',
        authParameters: {
          apiKey: { key: args.header.name, value: pulumi.secret(args.header.value) },
          ...(args.secretBody === undefined
            ? {}
            : {
                invocationHttpParameters: {
                  bodies: [
                    {
                      key: args.secretBody.name,
                      value: pulumi.secret(args.secretBody.value),
                      isValueSecret: true,
                    },
                  ],
                },
              }),
        },
      },
      child,
    )
    const destination = new aws.cloudwatch.EventApiDestination(
      `${name}-destination`,
      {
        name: names.of('connection', label),
        connectionArn: connection.arn,
        httpMethod: 'POST',
        invocationEndpoint: args.endpoint,
        invocationRateLimitPerSecond: 1,
      },
      child,
    )
    const role = new Role(
      `${name}-role`,
      {
        roleName: names.of('role', label, 'events'),
        service: 'events.amazonaws.com',
        account: args.account,
        description: `Posts alerts to ${label}`,
        grants: [destination.arn.apply((arn) => [allow(['events:InvokeApiDestination'], [arn])])],
      },
      child,
    )
    for (const [kind, pattern] of Object.entries(args.patterns)) {
      const rule = new aws.cloudwatch.EventRule(
        `${name}-${kind}-rule`,
        {
          name: names.of('rule', label, kind),
          description: `What ${label} hears of ${kind}`,
          eventPattern: JSON.stringify(pattern),
        },
        child,
      )
      const transformer = args.transformers[kind]
      new aws.cloudwatch.EventTarget(
        `${name}-${kind}-target`,
        {
          rule: rule.name,
          targetId: label,
          arn: destination.arn,
          roleArn: role.arn,
          deadLetterConfig: { arn: deadLetters.arn },
          retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 },
          ...(transformer === undefined
            ? {}
            : {
                inputTransformer: {
                  inputPaths: { ...transformer.paths },
                  inputTemplate: transformer.template,
                },
              }),
        },
        { ...child, dependsOn: [role.attachment] },
      )
    }
    this.registerOutputs({})
  }
}
