/** What roles may be and may do: narrow trust, no administrators, no stars, no way up. */
import { policyLimit } from '../policy-document.ts'
import { isText, list } from './graph.ts'
import { type Rule, unless } from './rule.ts'
import { conditionsOn, type PolicyStatement, statementsOf } from './statements.ts'

const policies = ['aws:iam/policy:Policy', 'aws:iam/rolePolicy:RolePolicy']
const role = ['aws:iam/role:Role']

/** Actions by which a principal can give itself more than it has. */
const escalation =
  /^iam:(\*|Create(AccessKey|LoginProfile|PolicyVersion|User)|SetDefaultPolicyVersion|Attach(Role|User|Group)Policy|Put(Role|User|Group)Policy|UpdateAssumeRolePolicy|AddUserToGroup)$/
const isDecrypt = (action: string) => /^kms:(\*|Decrypt|ReEncryptFrom|ReEncrypt\*)$/.test(action)
const allowed = (document: unknown) => statementsOf(document).filter(({ allow }) => allow)
const onAll = ({ resources }: PolicyStatement) => resources.includes('*')

/** A boundary allows nothing: it only says how far another policy can reach. */
const isBoundary = (name: unknown) => String(name).includes('-boundary')

export const roleRules: readonly Rule[] = [
  {
    id: 'policy-narrow',
    title: 'A policy names its actions, and none by which its holder could rise',
    refs: ['IAM.1', 'IAM.21', 'CKV_AWS_62', 'CKV_AWS_63', 'CKV_AWS_286', 'CKV2_AWS_40'],
    types: policies,
    check: ({ inputs }) => {
      if (isBoundary(inputs.name)) return []
      return allowed(inputs.policy).flatMap((statement) => [
        ...unless(!statement.exceptActions, 'NotAction allows whatever AWS adds'),
        ...statement.actions.flatMap((action) => [
          ...unless(!/^(\*|\w[\w-]*:\*)$/.test(action), `${action} grants a whole service`, action),
          ...unless(
            !escalation.test(action) || conditionsOn(statement, 'iam:PermissionsBoundary'),
            `${action} lets its holder rise, without a permissions boundary`,
            action,
          ),
        ]),
      ])
    },
  },
  {
    id: 'policy-no-star',
    title: 'An action that can be restricted to resources is',
    refs: ['CKV_AWS_287', 'CKV_AWS_288', 'CKV_AWS_289', 'CKV_AWS_290', 'CKV_AWS_355', 'AS:IAM5'],
    types: policies,
    check: ({ inputs }) => {
      if (isBoundary(inputs.name)) return []
      return allowed(inputs.policy)
        .filter(onAll)
        .flatMap(({ actions }) =>
          actions
            .filter((action) => !isDecrypt(action) && action !== 'iam:PassRole')
            .flatMap((action) => unless(false, `${action} is allowed on every resource`, action)),
        )
    },
  },
  {
    id: 'policy-decrypts-own-keys',
    title: 'Nobody may decrypt under every key',
    refs: ['KMS.1', 'KMS.2'],
    types: policies,
    check: ({ inputs }) => {
      if (isBoundary(inputs.name)) return []
      return allowed(inputs.policy)
        .filter(
          ({ actions, resources }) =>
            actions.some(isDecrypt) && resources.some((each) => /^\*$|:key\/\*$/.test(each)),
        )
        .flatMap(() => unless(false, 'kms:Decrypt is allowed on every key'))
    },
  },
  {
    id: 'policy-passes-one-role',
    title: 'A role is passed by exact ARN to a named service',
    refs: ['CKV_AWS_286'],
    types: policies,
    check: ({ inputs }) => {
      if (isBoundary(inputs.name)) return []
      return allowed(inputs.policy)
        .filter(({ actions }) => actions.includes('iam:PassRole'))
        .flatMap((statement) => [
          ...unless(
            statement.resources.every((each) => !each.includes('*')),
            'iam:PassRole is not on exact ARNs',
          ),
          ...unless(
            conditionsOn(statement, 'iam:PassedToService'),
            'iam:PassRole has no iam:PassedToService',
          ),
        ])
    },
  },
  {
    id: 'policy-fits',
    title: 'A managed policy is within the 6,144 characters that AWS takes',
    refs: ['regimen'],
    types: ['aws:iam/policy:Policy'],
    check: ({ inputs }) =>
      unless(
        !isText(inputs.policy) || inputs.policy.length <= policyLimit,
        'the policy is longer than 6144 characters',
      ),
  },
  {
    id: 'role-trust-narrow',
    title: 'A role trusts one principal, of this account or on its behalf',
    refs: ['CKV_AWS_60', 'CKV_AWS_61'],
    types: role,
    check: ({ inputs }) => {
      const statements = allowed(inputs.assumeRolePolicy)
      const principals = new Set(statements.flatMap((each) => each.principals))
      return [
        ...unless(
          !principals.has('*') && (principals.size === 1 || !among('Service:', principals)),
          'it trusts more than one service, or anybody',
        ),
        ...statements.flatMap((statement) =>
          unless(isNarrow(statement), 'the trust has no condition that names account, source or identity'),
        ),
      ]
    },
  },
  {
    id: 'role-no-managed-admin',
    title: 'No role has a policy of AWS that administers',
    refs: ['CKV_AWS_274', 'AS:IAM4'],
    types: [...role, 'aws:iam/rolePolicyAttachment:RolePolicyAttachment'],
    check: ({ inputs }) =>
      [...list(inputs.managedPolicyArns), ...list(inputs.policyArn)].flatMap((arn) =>
        unless(
          !/:aws:policy\/.*(Administrator|FullAccess|PowerUser)/.test(String(arn)),
          `${String(arn)} administers`,
        ),
      ),
  },
  {
    id: 'role-no-inline-policy',
    title: 'What a role may do stands in managed policies',
    refs: ['CKV2_AWS_56', 'H:IAMNoInlinePolicy'],
    types: [...role, 'aws:iam/rolePolicy:RolePolicy'],
    check: ({ type, inputs }) =>
      unless(!type.includes('rolePolicy:') && list(inputs.inlinePolicies).length === 0, 'an inline policy'),
  },
  {
    id: 'function-own-role',
    title: 'No two functions share a role',
    refs: ['regimen'],
    types: ['aws:lambda/function:Function'],
    check: ({ urn, inputs }, graph) =>
      unless(
        !graph
          .of('aws:lambda/function:Function')
          .some((other) => other.urn !== urn && isText(inputs.role) && other.inputs.role === inputs.role),
        'another function has the same role',
      ),
  },
]

const among = (kind: string, principals: ReadonlySet<string>) =>
  [...principals].some((each) => each.startsWith(kind))

/** Services act for anybody unless told for whom; people sign in with a second factor; tokens name a subject. */
function isNarrow(statement: PolicyStatement): boolean {
  const keys = statement.principals.every((each) => each.startsWith('Service:'))
    ? ['aws:SourceAccount', 'aws:SourceArn']
    : [
        'aws:MultiFactorAuthPresent',
        'aws:PrincipalArn',
        'aws:PrincipalOrgID',
        'sts:ExternalId',
        'token.actions.githubusercontent.com:sub',
      ]
  return keys.some((key) => conditionsOn(statement, key))
}
