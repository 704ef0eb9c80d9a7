/** Roles and policies, kept in one file. */
import { join } from 'node:path'
import * as z from 'zod'
import { readIfThere, writeAtomically } from '../atomic-file.ts'
import { AwsError } from '../service.ts'
import { type PolicyDocument, policyDocument } from './policy-document.ts'

const role = z.object({
  name: z.string(),
  arn: z.string(),
  id: z.string(),
  path: z.string(),
  description: z.string().default(''),
  trust: z.string(),
  createdAt: z.string(),
  maxSessionSeconds: z.number().default(3_600),
  boundary: z.string().optional(),
  tags: z.record(z.string(), z.string()).default({}),
  /** Policy name to document text. */
  inline: z.record(z.string(), z.string()).default({}),
  /** ARNs of managed policies. */
  attached: z.array(z.string()).default([]),
})
export type Role = z.output<typeof role>
const policy = z.object({
  name: z.string(),
  arn: z.string(),
  id: z.string(),
  document: z.string(),
  createdAt: z.string(),
})
export type Policy = z.output<typeof policy>
const content = z.object({ roles: z.record(z.string(), role), policies: z.record(z.string(), policy) })

/** The managed policies of AWS that roles of Lambda functions commonly carry. */
const awsManaged: Readonly<Record<string, readonly string[]>> = {
  'service-role/AWSLambdaBasicExecutionRole': [
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ],
  AWSXRayDaemonWriteAccess: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
}

export class IamStore {
  readonly #file: string
  readonly #roles = new Map<string, Role>()
  readonly #policies = new Map<string, Policy>()
  readonly #parsed = new Map<string, PolicyDocument>()
  readonly #onRole: (arn: string) => void
  #writing: Promise<void> = Promise.resolve()

  private constructor(file: string, onRole: (arn: string) => void) {
    this.#file = file
    this.#onRole = onRole
  }

  /** `onRole` hears of every role, so that its access key is known. */
  static async open(directory: string, onRole: (arn: string) => void): Promise<IamStore> {
    const store = new IamStore(join(directory, 'iam.json'), onRole)
    const text = await readIfThere(store.#file)
    if (text === undefined) return store
    const { roles, policies } = content.parse(JSON.parse(text))
    for (const found of Object.values(policies)) store.#policies.set(found.arn, found)
    for (const found of Object.values(roles)) {
      store.#roles.set(found.name, found)
      onRole(found.arn)
    }
    return store
  }

  get roles(): Role[] {
    return [...this.#roles.values()]
  }

  get policies(): Policy[] {
    return [...this.#policies.values()]
  }

  /** @throws AwsError `NoSuchEntity` */
  role(name: string): Role {
    const found = this.#roles.get(name)
    if (found === undefined)
      throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404)
    return found
  }

  /** @throws AwsError `NoSuchEntity` */
  policy(arn: string): Policy {
    const found = this.#policies.get(arn)
    if (found === undefined) throw new AwsError('NoSuchEntity', `Policy ${arn} was not found.`, 404)
    return found
  }

  async putRole(value: Role): Promise<void> {
    parseDocument(value.trust)
    for (const document of Object.values(value.inline)) parseDocument(document)
    this.#roles.set(value.name, value)
    this.#onRole(value.arn)
    await this.#save()
  }

  async deleteRole(name: string): Promise<void> {
    this.#roles.delete(name)
    await this.#save()
  }

  async putPolicy(value: Policy): Promise<void> {
    parseDocument(value.document)
    this.#policies.set(value.arn, value)
    await this.#save()
  }

  async deletePolicy(arn: string): Promise<void> {
    this.#policies.delete(arn)
    await this.#save()
  }

  /** What a role's policies say; `undefined` when no such role was ever made. */
  documents(
    roleArn: string,
  ): { identity: PolicyDocument[]; boundary: PolicyDocument | undefined } | undefined {
    const found = this.#roles.get(roleArn.slice(roleArn.lastIndexOf('/') + 1))
    if (found === undefined) return undefined
    const texts = [...Object.values(found.inline), ...found.attached.map((arn) => this.#document(arn))]
    return {
      identity: texts.map((text) => this.#parse(text)),
      boundary: found.boundary === undefined ? undefined : this.#parse(this.#document(found.boundary)),
    }
  }

  /** A role's trust policy; `undefined` when no such role was ever made. */
  trust(roleArn: string): PolicyDocument | undefined {
    const found = this.#roles.get(roleArn.slice(roleArn.lastIndexOf('/') + 1))
    return found === undefined ? undefined : this.#parse(found.trust)
  }

  #document(arn: string): string {
    const known = this.#policies.get(arn)?.document
    if (known !== undefined) return known
    const actions = awsManaged[arn.slice(arn.indexOf(':policy/') + ':policy/'.length)] ?? []
    const statement = actions.length === 0 ? [] : [{ Effect: 'Allow', Action: actions, Resource: '*' }]
    return JSON.stringify({ Version: '2012-10-17', Statement: statement })
  }

  #parse(text: string): PolicyDocument {
    let parsed = this.#parsed.get(text)
    if (parsed === undefined) {
      parsed = parseDocument(text)
      this.#parsed.set(text, parsed)
    }
    return parsed
  }

  /** Writes one after the other, each the newest state. */
  async #save(): Promise<void> {
    const write = this.#writing.then(() =>
      writeAtomically(
        this.#file,
        JSON.stringify({
          roles: Object.fromEntries(this.#roles),
          policies: Object.fromEntries(this.#policies),
        }),
      ),
    )
    this.#writing = write.catch(() => undefined)
    await write
  }
}

/** @throws AwsError `MalformedPolicyDocument` */
export function parseDocument(text: string): PolicyDocument {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new AwsError('MalformedPolicyDocument', `the policy is not JSON: ${String(cause)}`)
  }
  const result = policyDocument.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new AwsError('MalformedPolicyDocument', `at ${issue?.path.join('.')}: ${issue?.message}`)
}
