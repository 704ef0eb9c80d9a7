/** The local IAM: roles and managed policies as the Pulumi program made them, readable by clients. */
import type { Action, LocalService } from '../service.ts'
import { type ResourcePolicies, resourcePolicyTypes } from './resource-policies.ts'
import { iamResources } from './resources.ts'
import type { IamStore, Role } from './store.ts'

export function iamService(store: IamStore, policies: ResourcePolicies): LocalService {
  const actions: Record<string, Action> = {
    async GetRole(input) {
      return { Role: describe(store.role(String(input.RoleName))) }
    },
    async ListRoles() {
      return { Roles: store.roles.map(describe), IsTruncated: false }
    },
    async ListAttachedRolePolicies(input) {
      const { attached } = store.role(String(input.RoleName))
      const policies = attached.map((arn) => ({
        PolicyName: arn.slice(arn.lastIndexOf('/') + 1),
        PolicyArn: arn,
      }))
      return { AttachedPolicies: policies, IsTruncated: false }
    },
    async ListRolePolicies(input) {
      return { PolicyNames: Object.keys(store.role(String(input.RoleName)).inline), IsTruncated: false }
    },
    async GetRolePolicy(input) {
      const name = String(input.PolicyName)
      const document = store.role(String(input.RoleName)).inline[name] ?? ''
      return { RoleName: input.RoleName, PolicyName: name, PolicyDocument: encodeURIComponent(document) }
    },
    async GetPolicy(input) {
      const { name, arn, id, createdAt } = store.policy(String(input.PolicyArn))
      return {
        Policy: {
          PolicyName: name,
          PolicyId: id,
          Arn: arn,
          Path: '/',
          DefaultVersionId: 'v1',
          CreateDate: createdAt,
        },
      }
    },
    async GetPolicyVersion(input) {
      const { document, createdAt } = store.policy(String(input.PolicyArn))
      const version = { VersionId: 'v1', IsDefaultVersion: true, CreateDate: createdAt }
      return { PolicyVersion: { ...version, Document: encodeURIComponent(document) } }
    },
  }
  return { name: 'iam', actions, resources: { ...iamResources(store), ...resourcePolicyTypes(policies) } }
}

function describe(role: Role) {
  return {
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    Path: role.path,
    Description: role.description,
    CreateDate: role.createdAt,
    MaxSessionDuration: role.maxSessionSeconds,
    AssumeRolePolicyDocument: encodeURIComponent(role.trust),
  }
}
