/** The roles that people work in, each within one boundary, assumed with a second factor. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { type Account, arn } from './account.ts'
import type { Key } from './key.ts'
import { type Names, physicalName } from './names.ts'
import {
  boundaryStatements,
  type Persona,
  type PersonaContext,
  personaStatements,
  personas,
  personaTitles,
} from './personas.ts'
import { policyDocument, policyParts } from './policy-document.ts'

export interface PeopleArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
  /** Ids of the deployed projects. */
  readonly projects: readonly string[]
  /**
   * ARNs of roles and users that may assume these roles.
   * @default whoever the account's own policies let
   */
  readonly principals?: readonly string[]
}

export class People extends pulumi.ComponentResource {
  constructor(name: string, args: PeopleArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:People', name, {}, options)
    const child = { parent: this }
    const { names, key } = args
    const document = (statements: (context: PersonaContext) => Parameters<typeof policyDocument>[0]) =>
      key.arn.apply((dataKeyArn) => policyDocument(statements({ ...args, dataKeyArn })))
    const boundary = new aws.iam.Policy(
      `${name}-boundary`,
      {
        name: names.of('policy', 'people-boundary'),
        description: 'How far the roles of people can ever reach',
        policy: document(boundaryStatements),
      },
      child,
    )
    for (const persona of personas) {
      const roleName = names.of('role', persona)
      const role = new aws.iam.Role(
        `${name}-${persona}`,
        {
          name: roleName,
          description: personaTitles[persona],
          assumeRolePolicy: personTrust(args),
          permissionsBoundary: boundary.arn,
          maxSessionDuration: 3_600,
        },
        child,
      )
      for (const [part, [from, to]] of partsOf(persona, args).entries()) {
        const suffix = part === 0 ? [] : [String(part + 1)]
        const policy = new aws.iam.Policy(
          [`${name}-${persona}-policy`, ...suffix].join('-'),
          {
            name: physicalName('policy', roleName, ...suffix),
            description: personaTitles[persona],
            policy: document((context) => personaStatements(persona, context).slice(from, to)),
          },
          child,
        )
        new aws.iam.RolePolicyAttachment(
          [`${name}-${persona}-attachment`, ...suffix].join('-'),
          { role: role.name, policyArn: policy.arn },
          child,
        )
      }
    }
    this.registerOutputs({})
  }
}

/** How many policies there are has to be known before the key is: its ARN will be as long as this one. */
function partsOf(persona: Persona, args: PeopleArgs) {
  const dataKeyArn = arn(args.account, 'kms', `key/${'0'.repeat(36)}`)
  return policyParts(personaStatements(persona, { ...args, dataKeyArn }))
}

/** Signed in with a second factor: a stolen key alone assumes nothing. */
function personTrust({ account, principals = [] }: PeopleArgs): string {
  const root = `arn:${account.partition}:iam::${account.accountId}:root`
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: principals.length === 0 ? [root] : principals },
        Action: 'sts:AssumeRole',
        Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
      },
    ],
  })
}
