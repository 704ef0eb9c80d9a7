/** Applies the resources of a Pulumi program to the local services as the program registers them. */
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { isObject, parseJsonObject } from '../gateway/json.ts'
import {
  AwsError,
  type Call,
  type Cloud,
  type Json,
  type LocalService,
  type Principal,
  type ResourceType,
} from '../service.ts'
import { materialise } from './materialise.ts'
import { recorded, recordedType } from './recorded.ts'
import { type AppliedResource, StackState } from './stack-state.ts'

export type Change = 'created' | 'updated' | 'replaced' | 'unchanged'

const registration = z.object({
  type: z.string(),
  name: z.string(),
  urn: z.string(),
  inputs: z.record(z.string(), z.unknown()),
})

interface Deploy {
  readonly state: StackState
  readonly seen: Set<string>
}

/** The control addresses `POST /_regimen/stacks/<stack>/{begin,resources,finish}`. */
export class Stacks {
  readonly #cloud: Cloud
  readonly #services: ReadonlyMap<string, LocalService>
  readonly #newCall: (principal: Principal) => Call
  readonly #owner: Principal
  readonly #deploys = new Map<string, Deploy>()

  constructor(
    cloud: Cloud,
    services: ReadonlyMap<string, LocalService>,
    newCall: (principal: Principal) => Call,
    owner: Principal,
  ) {
    this.#cloud = cloud
    this.#services = services
    this.#newCall = newCall
    this.#owner = owner
  }

  /** `undefined`: no such address. */
  async control(path: string, body: Buffer): Promise<unknown> {
    const [, stack, step] = /^\/stacks\/([\w.-]+)\/(begin|resources|finish)$/.exec(path) ?? []
    if (stack === undefined) return undefined
    const input = parseJsonObject(body.toString('utf8'))
    if (step === 'begin') return await this.#begin(stack)
    const deploy = this.#deploys.get(stack)
    if (deploy === undefined) throw new AwsError('NoDeploy', `no deploy of ${stack} has begun`, 409)
    if (step === 'resources') return await this.#register(deploy, input)
    this.#deploys.delete(stack)
    return await this.#finish(deploy, isObject(input.outputs) ? input.outputs : {})
  }

  /** A deploy that was cut short is simply begun again: what it applied is in the state. */
  async #begin(stack: string) {
    const state = await StackState.open(this.#cloud.directory('stacks'), stack)
    this.#deploys.set(stack, { state, seen: new Set() })
    return { resources: state.resources.length }
  }

  async #register({ state, seen }: Deploy, input: Json) {
    const { type, name, urn, inputs: given } = registration.parse(input)
    if (seen.has(urn)) throw new AwsError('DuplicateResource', `${urn} is registered twice`, 409)
    seen.add(urn)
    const resource = this.#typeOf(type, name)
    const inputs = await materialise(given, join(this.#cloud.directory('lambda'), 'code'))
    if (!isObject(inputs)) throw new TypeError('inputs are no object')
    const call = this.#newCall(this.#owner)
    const before = state.get(urn)
    try {
      const { change, applied } = await apply(resource, { type, name, urn, inputs }, before, call)
      await state.put(applied)
      return { change, id: applied.id, outputs: applied.outputs }
    } catch (error) {
      if (error instanceof AwsError)
        throw new AwsError(error.code, `${type} ${name}: ${error.message}`, error.status)
      const message = error instanceof Error ? error.message : String(error)
      throw new AwsError('ValidationException', `${type} ${name}: ${message}`)
    }
  }

  async #finish({ state, seen }: Deploy, outputs: Json) {
    const gone = state.resources.filter(({ urn }) => !seen.has(urn)).toReversed()
    for (const { urn, type, name, id, outputs: last } of gone) {
      await this.#typeOf(type, name).delete(id, last, this.#newCall(this.#owner))
      await state.remove(urn)
    }
    await state.finish(outputs)
    return { deleted: gone.map(({ urn }) => urn) }
  }

  #typeOf(type: string, name: string): ResourceType {
    for (const service of this.#services.values()) {
      const found = service.resources?.[type]
      if (found !== undefined) return found
    }
    const outputsOf = recorded[type]
    if (outputsOf !== undefined) return recordedType(outputsOf, this.#cloud, name)
    const known = [...this.#services.values()].flatMap(({ resources }) => Object.keys(resources ?? {}))
    const all = [...known, ...Object.keys(recorded)].sort().join(', ')
    throw new AwsError('UnknownResourceType', `unknown resource type: ${type}; expected one of ${all}`, 400)
  }
}

/** Unchanged inputs are left alone; a changed one updates, or replaces where the type says so. */
async function apply(
  resource: ResourceType,
  wanted: { type: string; name: string; urn: string; inputs: Json },
  before: AppliedResource | undefined,
  call: Call,
): Promise<{ change: Change; applied: AppliedResource }> {
  if (before === undefined) {
    const made = await resource.create(wanted.inputs, call)
    return { change: 'created', applied: { ...wanted, id: made.id, outputs: plain(made.outputs) } }
  }
  const changed = changedInputs(before.inputs, wanted.inputs)
  if (changed.length === 0) return { change: 'unchanged', applied: before }
  const replace = changed.some((name) => resource.replaceOn?.includes(name) === true)
  if (resource.update !== undefined && !replace) {
    const { outputs } = await resource.update(before.id, wanted.inputs, before.inputs, call)
    return { change: 'updated', applied: { ...wanted, id: before.id, outputs: plain(outputs) } }
  }
  // Names are explicit, so that the old one must go before the new one can take its name.
  await resource.delete(before.id, before.outputs, call)
  const made = await resource.create(wanted.inputs, call)
  return { change: 'replaced', applied: { ...wanted, id: made.id, outputs: plain(made.outputs) } }
}

function changedInputs(before: Json, after: Json): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter(
    (name) => !isDeepStrictEqual(plain({ v: before[name] }), plain({ v: after[name] })),
  )
}

/** As it will be read back from the state. */
function plain(value: Json): Json {
  const copy: unknown = JSON.parse(JSON.stringify(value))
  return isObject(copy) ? copy : {}
}
