/** Lets the workflows of one GitHub repository deploy this environment: no key is stored anywhere. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import type { Names } from './names.ts'
import { allow, policyDocument } from './policy-document.ts'

const issuer = 'token.actions.githubusercontent.com'

export interface GithubDeliveryArgs {
  readonly names: Names
  readonly account: Account
  /** `owner/name`. */
  readonly repository: string
  /**
   * ARN of the account's OpenID Connect provider of GitHub, where another stack has made it: an account takes one.
   * @default this stack makes it
   */
  readonly providerArn?: string | undefined
}

/**
 * The role only assumes what the bootstrap made: `regimen-<env>-deployer`, which holds the rights of `pulumi up`, and
 * which a workflow reaches from the GitHub environment of the same name alone, where a person approves.
 */
export class GithubDelivery extends pulumi.ComponentResource {
  readonly roleArn: pulumi.Output<string>

  constructor(name: string, args: GithubDeliveryArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:GithubDelivery', name, {}, options)
    const { names, account, repository } = args
    const child = { parent: this }
    const providerArn = pulumi.output(args.providerArn ?? this.#createProvider(name))
    const role = new aws.iam.Role(
      `${name}-role`,
      {
        name: names.of('role', 'github'),
        description: `Deploys from ${repository}`,
        assumeRolePolicy: providerArn.apply((arn) => trust(arn, repository, names.environment)),
        maxSessionDuration: 3_600,
      },
      child,
    )
    const policy = new aws.iam.Policy(
      `${name}-policy`,
      {
        name: names.of('policy', 'github'),
        description: 'Becomes the deployer, nothing else',
        policy: policyDocument([
          allow(
            ['sts:AssumeRole'],
            [`arn:${account.partition}:iam::${account.accountId}:role/${names.of('role', 'deployer')}`],
          ),
        ]),
      },
      child,
    )
    new aws.iam.RolePolicyAttachment(`${name}-attachment`, { role: role.name, policyArn: policy.arn }, child)
    this.roleArn = role.arn
    this.registerOutputs({ roleArn: this.roleArn })
  }

  /** It stays when the stack goes: another stack's role may trust it by now. */
  #createProvider(name: string): pulumi.Output<string> {
    return new aws.iam.OpenIdConnectProvider(
      `${name}-provider`,
      { url: `https://${issuer}`, clientIdLists: ['sts.amazonaws.com'] },
      { parent: this, retainOnDelete: true },
    ).arn
  }
}

function trust(providerArn: string, repository: string, environment: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: providerArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: {
          StringEquals: {
            [`${issuer}:aud`]: 'sts.amazonaws.com',
            [`${issuer}:sub`]: `repo:${repository}:environment:${environment}`,
          },
        },
      },
    ],
  })
}
