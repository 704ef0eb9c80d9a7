/** Refuses what a role's policies do not allow: the missing permission then fails on the laptop, not in production. */
import { AwsError, type Call, type Json } from '../service.ts'
import type { CallRecord } from './call-record.ts'
import { evaluate } from './evaluate.ts'
import { permissionsOf } from './permissions.ts'
import type { ResourcePolicies } from './resource-policies.ts'
import type { IamStore } from './store.ts'

export class Guard {
  readonly #store: IamStore
  readonly #resources: ResourcePolicies
  readonly #enforce: boolean
  readonly #log: (line: string) => void
  readonly #record: CallRecord | undefined
  readonly #told = new Set<string>()

  /**
   * @param enforce false: a denial is logged once and lets the call pass
   * @param record where each role's calls are noted; none by default
   */
  constructor(
    store: IamStore,
    resources: ResourcePolicies,
    enforce: boolean,
    log: (line: string) => void,
    record?: CallRecord,
  ) {
    this.#record = record
    this.#store = store
    this.#resources = resources
    this.#enforce = enforce
    this.#log = log
  }

  /** Checks an action by its name and input. @throws AwsError `AccessDeniedException` */
  checkCall(service: string, action: string, input: Json, call: Call): void {
    if (isOwner(call)) return
    for (const { action: name, resources, context } of permissionsOf(service, action, input, call))
      this.check(call, name, resources, context)
  }

  /** @throws AwsError `AccessDenied` for S3, `AccessDeniedException` otherwise */
  check(
    call: Call,
    action: string,
    resources: readonly string[],
    context: Readonly<Record<string, string | readonly string[]>> = {},
  ): void {
    if (isOwner(call)) return
    const { principal } = call
    const documents = this.#store.documents(principal.arn)
    if (documents === undefined) {
      this.#tell(`iam: ${principal.arn} is no role of this cloud; its calls are not checked`)
      return
    }
    for (const resource of resources) {
      const request = { principal: principal.arn, action, resource, context }
      const decision = evaluate(request, documents.identity)
      const barred = this.#resources.denies(request)
      const bounded =
        documents.boundary === undefined || evaluate(request, [documents.boundary]).allowed
          ? decision
          : { allowed: false, reason: 'the permissions boundary does not allow it' }
      this.#record?.note(principal.arn, action, resource, bounded.allowed && !barred)
      if (bounded.allowed && !barred) continue
      const why = barred ? 'an explicit deny in a resource-based policy' : bounded.reason
      const message = `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} because ${why}`
      this.#tell(`iam: ${this.#enforce ? 'AccessDenied' : 'AccessDenied would be'}: ${message}`)
      if (!this.#enforce) continue
      throw action.startsWith('s3:')
        ? new AwsError('AccessDenied', message, 403)
        : new AwsError('AccessDeniedException', message, action.startsWith('lambda:') ? 403 : 400)
    }
  }

  #tell(line: string): void {
    if (this.#told.has(line)) return
    if (this.#told.size > 10_000) this.#told.clear()
    this.#told.add(line)
    this.#log(line)
  }
}

const isOwner = ({ principal }: Call) => principal.arn.endsWith(':root')
