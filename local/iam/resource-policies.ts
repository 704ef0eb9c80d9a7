/** Policies that stand at a resource: of buckets and topics, and the permissions of functions. */
import { join } from 'node:path'
import * as z from 'zod'
import { DurableCollection } from '../durable-collection.ts'
import type { Call, Json, ResourceType } from '../service.ts'
import { type AccessRequest, evaluate } from './evaluate.ts'
import type { PolicyDocument, PolicyStatement } from './policy-document.ts'
import { parseDocument } from './store.ts'

const record = z.object({ resource: z.string(), document: z.string() })

/** A request of a service on its own behalf: an event that a rule delivers, an alarm that tells. */
export interface ServiceRequest {
  readonly service: string
  readonly action: string
  readonly resource: string
  readonly sourceArn: string
  readonly accountId: string
}

export class ResourcePolicies {
  readonly #policies: DurableCollection<z.output<typeof record>>
  readonly #parsed = new Map<string, PolicyDocument>()

  constructor(directory: string) {
    this.#policies = new DurableCollection(join(directory, 'resource-policies'), record)
  }

  /** @throws AwsError `MalformedPolicyDocument` */
  put(id: string, resource: string, document: string): void {
    parseDocument(document)
    this.#policies.put(id, { resource, document })
  }

  delete(id: string): void {
    this.#policies.delete(id)
  }

  /** An explicit denial of a principal's request. What a policy at the resource allows, a role's own policies must too. */
  denies(request: AccessRequest): boolean {
    const Statement = this.#statements(request.resource).filter(
      ({ Effect, Principal }) => Effect === 'Deny' && isNamed(Principal, 'AWS', request.principal),
    )
    if (Statement.length === 0) return false
    // The endpoint is reached by loopback only, which counts as secure transport.
    const context = { 'aws:SecureTransport': 'true', ...request.context }
    const decision = evaluate({ ...request, context }, [{ Version: '2012-10-17', Statement }])
    return decision.reason !== 'no identity-based policy allows it'
  }

  /** Whether a service may act; undefined when no policy stands at the resource. */
  permits({ service, action, resource, sourceArn, accountId }: ServiceRequest): boolean | undefined {
    const all = this.#statements(resource)
    if (all.length === 0) return undefined
    const Statement = all.filter(({ Principal }) => isNamed(Principal, 'Service', service))
    const context = {
      'aws:SecureTransport': 'true',
      'aws:SourceArn': sourceArn,
      'aws:SourceAccount': accountId,
    }
    const request = { principal: service, action, resource, context }
    return evaluate(request, [{ Version: '2012-10-17', Statement }]).allowed
  }

  #statements(resource: string): PolicyStatement[] {
    return this.#policies
      .values()
      .filter(
        (policy) =>
          /^([/:]|$)/.test(resource.slice(policy.resource.length)) && resource.startsWith(policy.resource),
      )
      .flatMap(({ document }) => this.#parse(document).Statement)
  }

  #parse(text: string): PolicyDocument {
    const known = this.#parsed.get(text)
    if (known !== undefined) return known
    const parsed = parseDocument(text)
    this.#parsed.set(text, parsed)
    return parsed
  }
}

function isNamed(principal: unknown, kind: 'AWS' | 'Service', name: string): boolean {
  if (principal === '*') return true
  if (typeof principal !== 'object' || principal === null) return false
  const names = [Reflect.get(principal, kind)].flat()
  const account = kind === 'AWS' ? name.split(':')[4] : undefined
  return names.some(
    (one) =>
      one === name ||
      (kind === 'AWS' && (one === '*' || one === account || one === `arn:aws:iam::${account}:root`)),
  )
}

interface Placed {
  readonly id: string
  readonly resource: string
  readonly document: string
}

function placed(
  policies: ResourcePolicies,
  place: (inputs: Json, call: Call, name?: string) => Placed,
): ResourceType {
  const put = (inputs: Json, call: Call) => {
    const { id, resource, document } = place(inputs, call)
    policies.put(id, resource, document)
    return { id, outputs: { ...inputs, id } }
  }
  return {
    replaceOn: ['bucket', 'arn', 'function', 'statementId'],
    create: async (inputs, call) => put(inputs, call),
    update: async (_id, inputs, _previous, call) => ({ outputs: put(inputs, call).outputs }),
    delete: async (id) => policies.delete(id),
  }
}

const bucketPolicy = z.object({ bucket: z.string(), policy: z.string() })
const topicPolicy = z.object({ arn: z.string(), policy: z.string() })
const permission = z.object({
  action: z.string(),
  function: z.string(),
  principal: z.string(),
  qualifier: z.string().optional(),
  sourceArn: z.string().optional(),
  sourceAccount: z.string().optional(),
  statementId: z.string().optional(),
})

function permissionDocument(resource: string, wanted: z.output<typeof permission>): string {
  const { principal, sourceArn, sourceAccount } = wanted
  const statement = {
    Effect: 'Allow',
    Principal: principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal },
    Action: wanted.action,
    Resource: wanted.qualifier === undefined ? resource : `${resource}:${wanted.qualifier}`,
    Condition: {
      ...(sourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': sourceArn } }),
      ...(sourceAccount === undefined ? {} : { StringEquals: { 'aws:SourceAccount': sourceAccount } }),
    },
  }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

export function resourcePolicyTypes(policies: ResourcePolicies): Record<string, ResourceType> {
  return {
    'aws:s3/bucketPolicy:BucketPolicy': placed(policies, (inputs, { cloud }) => {
      const { bucket, policy } = bucketPolicy.parse(inputs)
      return { id: bucket, resource: cloud.arn('s3', bucket), document: policy }
    }),
    'aws:sns/topicPolicy:TopicPolicy': placed(policies, (inputs) => {
      const { arn, policy } = topicPolicy.parse(inputs)
      return { id: arn, resource: arn, document: policy }
    }),
    'aws:lambda/permission:Permission': placed(policies, (inputs, { cloud }) => {
      const wanted = permission.parse(inputs)
      const name = wanted.function.replace(/^.*:function:/, '').split(':')[0] ?? ''
      const resource = cloud.arn('lambda', `function:${name}`)
      const source = wanted.sourceArn ?? wanted.sourceAccount ?? wanted.principal
      const id = wanted.statementId ?? `${name}:${wanted.qualifier ?? ''}:${wanted.principal}:${source}`
      return { id, resource, document: permissionDocument(resource, wanted) }
    }),
  }
}
