/** A role that one service assumes, with one customer managed policy made of the grants that it is given. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import { physicalName } from './names.ts'
import { type Grant, policyDocument, serviceTrust } from './policy-document.ts'

export interface RoleArgs {
  /** Physical name; shortened to 64 characters. */
  readonly roleName: string
  /** The service that may assume it, on behalf of this account only. */
  readonly service: string
  readonly account: Account
  readonly description: string
  /** What it may do: the statements that other components handed out. */
  readonly grants: readonly Grant[]
}

/** A managed policy, not an inline one, so that it is versioned and visible in audits. */
export class Role extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>
  /** Whoever needs the permissions at creation depends on this. */
  readonly attachment: aws.iam.RolePolicyAttachment

  constructor(name: string, args: RoleArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Role', name, {}, options)
    const role = new aws.iam.Role(
      `${name}-role`,
      {
        name: physicalName('role', args.roleName),
        description: args.description,
        assumeRolePolicy: serviceTrust(args.service, args.account.accountId),
      },
      { parent: this },
    )
    const policy = new aws.iam.Policy(
      `${name}-policy`,
      {
        name: physicalName('policy', args.roleName),
        description: args.description,
        policy: pulumi.all([...args.grants]).apply((grants) => policyDocument(grants.flat())),
      },
      { parent: this },
    )
    this.attachment = new aws.iam.RolePolicyAttachment(
      `${name}-attachment`,
      { role: role.name, policyArn: policy.arn },
      { parent: this },
    )
    this.arn = role.arn
    this.registerOutputs({ arn: this.arn })
  }
}
