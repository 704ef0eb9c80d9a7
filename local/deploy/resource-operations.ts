/** What an engine does to one resource of the local cloud: find its type, compare, create, read, update, delete. */
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { keptTypes } from '../../infra/kept-types.ts'
import { DurableCollection } from '../durable-collection.ts'
import { isObject } from '../gateway/json.ts'
import {
  AwsError,
  type Call,
  type Cloud,
  type Json,
  type LocalService,
  type Principal,
  type ResourceType,
} from '../service.ts'
import { liveInputs } from './live-inputs.ts'
import { materialise } from './materialise.ts'
import { recorded, recordedType } from './recorded.ts'

export interface Difference {
  /** Inputs that differ. */
  readonly changed: readonly string[]
  /** Those among them whose change needs a new resource; every one where the type cannot update. */
  readonly replaces: readonly string[]
}

const fields = z.record(z.string(), z.unknown())
const remembered = z.object({ inputs: fields, outputs: fields })

export class ResourceOperations {
  readonly #cloud: Cloud
  readonly #services: ReadonlyMap<string, LocalService>
  readonly #newCall: () => Call
  /** Resources with their settings that outlive the stack that made them where it keeps them. */
  #kept: DurableCollection<z.output<typeof remembered>> | undefined

  constructor(
    cloud: Cloud,
    services: ReadonlyMap<string, LocalService>,
    newCall: (principal: Principal) => Call,
    owner: Principal,
  ) {
    this.#cloud = cloud
    this.#services = services
    this.#newCall = () => newCall(owner)
  }

  /** Inputs with assets and archives on disk, as the services take them. */
  async prepare(given: Json): Promise<Json> {
    const inputs = await materialise(given, join(this.#cloud.directory('lambda'), 'code'))
    if (!isObject(inputs)) throw new TypeError('inputs are no object')
    return plain(inputs)
  }

  async create(type: string, name: string, inputs: Json): Promise<{ id: string; outputs: Json }> {
    const { id, outputs } = await this.#typeOf(type, name).create(inputs, this.#newCall())
    return { id, outputs: this.#remember(type, id, inputs, plain(outputs)) }
  }

  /** @throws TypeError for a type that only knows replacement. */
  async update(type: string, name: string, id: string, inputs: Json, before: Json): Promise<Json> {
    const update = this.#typeOf(type, name).update
    if (update === undefined) throw new TypeError(`${type} cannot be updated`)
    const { outputs } = await update(id, inputs, before, this.#newCall())
    return this.#remember(type, id, inputs, plain(outputs))
  }

  async delete(type: string, name: string, id: string, outputs: Json): Promise<void> {
    await this.#typeOf(type, name).delete(id, outputs, this.#newCall())
    if (keptTypes.has(type)) this.#memory.delete(memoryId(type, id))
  }

  /**
   * The inputs as they are in the cloud now; `undefined` when the resource is gone. Types that the laptop only records
   * answer what was recorded.
   */
  async read(type: string, id: string, inputs: Json): Promise<Json | undefined> {
    const read = liveInputs[type]
    if (read === undefined) return inputs
    try {
      const live = await read(id, inputs, this.#newCall())
      return live === undefined ? undefined : plain({ ...inputs, ...live })
    } catch (error) {
      if (error instanceof AwsError && isAbsence(error)) return undefined
      throw error
    }
  }

  /** A resource that no stack holds any more, by its id; `undefined` when there is none. */
  async find(type: string, id: string): Promise<{ inputs: Json; outputs: Json } | undefined> {
    const known = this.#memory.get(memoryId(type, id))
    if (known === undefined) return undefined
    const inputs = await this.read(type, id, known.inputs)
    return inputs === undefined ? undefined : { inputs, outputs: known.outputs }
  }

  compare(type: string, name: string, before: Json, after: Json): Difference {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    const changed = names.filter(
      (each) => !isDeepStrictEqual(plain({ v: before[each] }), plain({ v: after[each] })),
    )
    const { update, replaceOn = [] } = this.#typeOf(type, name)
    return {
      changed,
      replaces: update === undefined ? changed : changed.filter((each) => replaceOn.includes(each)),
    }
  }

  get #memory() {
    this.#kept ??= new DurableCollection(join(this.#cloud.directory('stacks'), 'stateful'), remembered)
    return this.#kept
  }

  #remember(type: string, id: string, inputs: Json, outputs: Json): Json {
    if (keptTypes.has(type)) this.#memory.put(memoryId(type, id), { inputs, outputs })
    return outputs
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

const memoryId = (type: string, id: string) => `${type}::${id}`

const isAbsence = ({ code, status }: AwsError) => status === 404 || /NotFound|NoSuch|DoesNotExist/.test(code)

/** As it will be read back from the state. */
export function plain(value: Json): Json {
  const copy: unknown = JSON.parse(JSON.stringify(value))
  return isObject(copy) ? copy : {}
}
