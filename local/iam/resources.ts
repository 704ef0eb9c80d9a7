/** Pulumi's IAM types: roles, managed and inline policies, and what attaches them. */
import * as z from 'zod'
import { AwsError, type Call, type Json, type ResourceType } from '../service.ts'
import type { IamStore, Policy, Role } from './store.ts'
import { uniqueId } from './unique-id.ts'

const documentText = z
  .union([z.string(), z.record(z.string(), z.unknown())])
  .transform((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
const roleInputs = z.object({
  name: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\w+=,.@-]+$/),
  assumeRolePolicy: documentText,
  path: z.string().default('/'),
  description: z.string().max(1_000).default(''),
  maxSessionDuration: z.number().default(3_600),
  permissionsBoundary: z.string().optional(),
  managedPolicyArns: z.array(z.string()).default([]),
  inlinePolicies: z.array(z.object({ name: z.string(), policy: documentText })).default([]),
  tags: z.record(z.string(), z.string()).default({}),
})
const policyInputs = z.object({
  name: z.string().min(1).max(128),
  policy: documentText,
  path: z.string().default('/'),
})
const rolePolicyInputs = z.object({
  name: z.string().min(1).max(128),
  role: z.string(),
  policy: documentText,
})
const attachmentInputs = z.object({ role: z.string(), policyArn: z.string() })

/** Characters without white space that IAM allows: managed policy, all inline policies of a role together. */
const maxManaged = 6_144
const maxInline = 10_240

export function iamResources(store: IamStore): Readonly<Record<string, ResourceType>> {
  return {
    'aws:iam/role:Role': roleType(store),
    'aws:iam/policy:Policy': policyType(store),
    'aws:iam/rolePolicy:RolePolicy': rolePolicyType(store),
    'aws:iam/rolePolicyAttachment:RolePolicyAttachment': attachmentType(store),
  }
}

function roleType(store: IamStore): ResourceType {
  async function put(inputs: Json, call: Call, before: Role | undefined) {
    const wanted = parse(roleInputs, inputs, 'aws:iam/role:Role')
    const arn = call.cloud.arn('iam', `role${wanted.path}${wanted.name}`)
    const id = uniqueId('AROA', arn)
    const { permissionsBoundary } = wanted
    await store.putRole({
      name: wanted.name,
      arn,
      id,
      path: wanted.path,
      description: wanted.description,
      trust: wanted.assumeRolePolicy,
      createdAt: before?.createdAt ?? call.cloud.now().toISOString(),
      maxSessionSeconds: wanted.maxSessionDuration,
      ...(permissionsBoundary === undefined ? {} : { boundary: permissionsBoundary }),
      tags: wanted.tags,
      inline: {
        ...before?.inline,
        ...Object.fromEntries(wanted.inlinePolicies.map(({ name, policy }) => [name, policy])),
      },
      attached: [...new Set([...(before?.attached ?? []), ...wanted.managedPolicyArns])],
    })
    return { ...inputs, name: wanted.name, arn, uniqueId: id, path: wanted.path }
  }
  return {
    replaceOn: ['name', 'path'],
    async create(inputs, call) {
      const outputs = await put(inputs, call, undefined)
      return { id: outputs.name, outputs: { ...outputs, id: outputs.name } }
    },
    async update(id, inputs, _previous, call) {
      return { outputs: { ...(await put(inputs, call, store.role(id))), id } }
    },
    delete: (id) => store.deleteRole(id),
  }
}

function policyType(store: IamStore): ResourceType {
  async function put(inputs: Json, call: Call) {
    const wanted = parse(policyInputs, inputs, 'aws:iam/policy:Policy')
    refuseLong(wanted.policy, maxManaged, wanted.name)
    const arn = call.cloud.arn('iam', `policy${wanted.path}${wanted.name}`)
    const policy: Policy = {
      name: wanted.name,
      arn,
      id: uniqueId('ANPA', arn),
      document: wanted.policy,
      createdAt: call.cloud.now().toISOString(),
    }
    await store.putPolicy(policy)
    return { ...inputs, arn, policyId: policy.id, id: arn }
  }
  return {
    replaceOn: ['name', 'path', 'description'],
    async create(inputs, call) {
      const outputs = await put(inputs, call)
      return { id: outputs.arn, outputs }
    },
    async update(_id, inputs, _previous, call) {
      return { outputs: await put(inputs, call) }
    },
    delete: (id) => store.deletePolicy(id),
  }
}

function rolePolicyType(store: IamStore): ResourceType {
  async function put(inputs: Json) {
    const { name, role, policy } = parse(rolePolicyInputs, inputs, 'aws:iam/rolePolicy:RolePolicy')
    const owner = store.role(role)
    const inline = { ...owner.inline, [name]: policy }
    refuseLong(Object.values(inline).join(''), maxInline, `${role}'s inline policies`)
    await store.putRole({ ...owner, inline })
    return { id: `${role}:${name}`, outputs: { ...inputs, id: `${role}:${name}` } }
  }
  return {
    replaceOn: ['name', 'role'],
    create: put,
    update: async (_id, inputs) => ({ outputs: (await put(inputs)).outputs }),
    async delete(id) {
      const [role = '', name = ''] = id.split(':')
      const owner = store.roles.find((candidate) => candidate.name === role)
      if (owner === undefined) return
      const inline = Object.fromEntries(Object.entries(owner.inline).filter(([key]) => key !== name))
      await store.putRole({ ...owner, inline })
    },
  }
}

/** Any change replaces an attachment. */
function attachmentType(store: IamStore): ResourceType {
  return {
    async create(inputs) {
      const { role, policyArn } = parse(
        attachmentInputs,
        inputs,
        'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
      )
      const owner = store.role(role)
      await store.putRole({ ...owner, attached: [...new Set([...owner.attached, policyArn])] })
      const id = `${role}/${policyArn}`
      return { id, outputs: { ...inputs, id } }
    },
    async delete(_id, { role, policyArn }) {
      const owner = store.roles.find(({ name }) => name === role)
      if (owner === undefined) return
      await store.putRole({ ...owner, attached: owner.attached.filter((arn) => arn !== policyArn) })
    },
  }
}

function refuseLong(document: string, limit: number, name: string): void {
  const length = document.replace(/\s/g, '').length
  if (length > limit)
    throw new AwsError(
      'LimitExceeded',
      `${name}: got ${length} characters of policy; expected at most ${limit}`,
      409,
    )
}

function parse<Schema extends z.ZodType>(schema: Schema, inputs: Json, type: string): z.output<Schema> {
  const result = schema.safeParse(inputs)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new AwsError('ValidationError', `${type}: ${issue?.path.join('.')}: ${issue?.message}`)
}
