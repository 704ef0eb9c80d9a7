/** Applies the resources of a Pulumi program to the local services as the program registers them. */
import * as z from 'zod'
import { isObject, parseJsonObject } from '../gateway/json.ts'
import { AwsError, type Call, type Cloud, type Json, type LocalService, type Principal } from '../service.ts'
import { losses, lossRefusal, type PlannedStep, partingRefusal, partings } from './losses.ts'
import { answerOperation } from './operation-requests.ts'
import { refresh } from './refresh.ts'
import { ResourceOperations } from './resource-operations.ts'
import { type AppliedResource, StackState } from './stack-state.ts'

const beginning = z.object({
  /** A preview decides and changes nothing. */
  preview: z.boolean().default(false),
  /** Look first how the resources stand in the cloud. */
  refresh: z.boolean().default(false),
  /** A destroy may delete what is stateful, unless it is protected. */
  destroy: z.boolean().default(false),
  /** Replace, delete and let go of what is protected; what stays remains protected. */
  ignoreProtect: z.boolean().default(false),
})

const registration = z.object({
  type: z.string(),
  name: z.string(),
  urn: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  protect: z.boolean().default(false),
  retainOnDelete: z.boolean().default(false),
  /** Id of a resource that is there already and becomes the stack's. */
  importId: z.string().default(''),
})
type Registration = z.output<typeof registration>

interface Deploy {
  readonly state: StackState
  readonly preview: boolean
  readonly destroy: boolean
  readonly ignoreProtect: boolean
  readonly seen: Set<string>
}

/** Errors whose message names the resource already. */
const ownWords: ReadonlySet<string> = new Set(['UnknownResourceType', 'StatefulLoss', 'ProtectedResource'])

/** What became of a registered resource; outputs are absent while they cannot be known. */
interface Registered {
  readonly change: PlannedStep['change']
  readonly id?: string
  readonly outputs?: Json
}

/** The control addresses `POST /_regimen/stacks/<stack>/{begin,resources,finish}` and `GET /_regimen/stacks/<stack>`. */
export class Stacks {
  readonly #cloud: Cloud
  readonly #operations: ResourceOperations
  readonly #deploys = new Map<string, Deploy>()

  constructor(
    cloud: Cloud,
    services: ReadonlyMap<string, LocalService>,
    newCall: (principal: Principal) => Call,
    owner: Principal,
  ) {
    this.#cloud = cloud
    this.#operations = new ResourceOperations(cloud, services, newCall, owner)
  }

  /** `undefined`: no such address. */
  async control(method: string, path: string, body: Buffer): Promise<unknown> {
    const [, stack, step] = /^\/stacks\/([\w.-]+)(?:\/(begin|resources|finish))?$/.exec(path) ?? []
    if (method === 'GET')
      return stack === undefined || step !== undefined ? undefined : await this.#show(stack)
    if (method !== 'POST') return undefined
    const input = parseJsonObject(body.toString('utf8'))
    if (path.startsWith('/resources/')) return await answerOperation(path, input, this.#operations)
    if (stack === undefined || step === undefined) return undefined
    if (step === 'begin') return await this.#begin(stack, input)
    const deploy = this.#deploys.get(stack)
    if (deploy === undefined) throw new AwsError('NoDeploy', `no deploy of ${stack} has begun`, 409)
    if (step === 'resources') return await this.#register(deploy, registration.parse(input))
    this.#deploys.delete(stack)
    return await this.#finish(deploy, isObject(input.outputs) ? input.outputs : {})
  }

  async #open(stack: string): Promise<StackState> {
    return await StackState.open(this.#cloud.directory('stacks'), stack)
  }

  async #show(stack: string) {
    const { resources, outputs } = await this.#open(stack)
    return { resources, outputs }
  }

  /** A deploy that was cut short is simply begun again: what it applied is in the state. */
  async #begin(stack: string, input: Json) {
    const asked = beginning.parse(input)
    const opened = await this.#open(stack)
    const state = asked.preview ? opened.copy() : opened
    const drift = asked.refresh ? await refresh(state, this.#operations) : []
    const { preview, destroy, ignoreProtect } = asked
    this.#deploys.set(stack, { state, preview, destroy, ignoreProtect, seen: new Set() })
    return { resources: state.resources.length, drift }
  }

  async #register(deploy: Deploy, wanted: Registration): Promise<Registered> {
    const { type, name, urn } = wanted
    if (deploy.seen.has(urn)) throw new AwsError('DuplicateResource', `${urn} is registered twice`, 409)
    deploy.seen.add(urn)
    try {
      return deploy.preview ? await this.#plan(deploy, wanted) : await this.#apply(deploy, wanted)
    } catch (error) {
      if (error instanceof AwsError && ownWords.has(error.code)) throw error
      if (error instanceof AwsError)
        throw new AwsError(error.code, `${type} ${name}: ${error.message}`, error.status)
      const message = error instanceof Error ? error.message : String(error)
      throw new AwsError('ValidationException', `${type} ${name}: ${message}`)
    }
  }

  /** What would become of it. Outputs of what is new are unknown; what changes keeps those that it has. */
  async #plan({ state, ignoreProtect }: Deploy, wanted: Registration): Promise<Registered> {
    const before = state.get(wanted.urn)
    if (before === undefined) return { change: wanted.importId === '' ? 'created' : 'imported' }
    const inputs = await this.#operations.prepare(wanted.inputs)
    const { changed, replaces } = this.#operations.compare(wanted.type, wanted.name, before.inputs, inputs)
    if (replaces.length > 0) {
      refuseReplacement(before, wanted, ignoreProtect)
      return { change: 'replaced' }
    }
    if (changed.length === 0) return { change: 'unchanged', id: before.id, outputs: before.outputs }
    return { change: 'updated', id: before.id, outputs: { ...before.outputs, ...inputs } }
  }

  /** Unchanged inputs are left alone; a changed one updates, or replaces where the type says so. */
  async #apply({ state, ignoreProtect }: Deploy, wanted: Registration): Promise<Registered> {
    const { type, name, urn, protect, retainOnDelete } = wanted
    const inputs = await this.#operations.prepare(wanted.inputs)
    const before = state.get(urn)
    const keep = async (change: PlannedStep['change'], id: string, outputs: Json): Promise<Registered> => {
      await state.put({ urn, type, name, id, inputs, outputs, protect, retainOnDelete })
      return { change, id, outputs }
    }
    if (before === undefined) {
      if (wanted.importId !== '')
        return await keep('imported', wanted.importId, await this.#adopt(wanted, inputs))
      const made = await this.#operations.create(type, name, inputs)
      return await keep('created', made.id, made.outputs)
    }
    const { changed, replaces } = this.#operations.compare(type, name, before.inputs, inputs)
    if (changed.length === 0) {
      const same = before.protect === protect && before.retainOnDelete === retainOnDelete
      await state.put(same ? before : { ...before, protect, retainOnDelete })
      return { change: 'unchanged', id: before.id, outputs: before.outputs }
    }
    if (replaces.length === 0) {
      const outputs = await this.#operations.update(type, name, before.id, inputs, before.inputs)
      return await keep('updated', before.id, outputs)
    }
    refuseReplacement(before, wanted, ignoreProtect)
    // Names are explicit, so that the old one must go before the new one can take its name.
    if (!before.retainOnDelete) await this.#operations.delete(type, name, before.id, before.outputs)
    const made = await this.#operations.create(type, name, inputs)
    return await keep('replaced', made.id, made.outputs)
  }

  /** @throws AwsError when there is no such resource: an import never creates. */
  async #adopt({ type, name, importId }: Registration, inputs: Json): Promise<Json> {
    const found = await this.#operations.find(type, importId)
    if (found === undefined)
      throw new AwsError(
        'ResourceNotFound',
        `there is no ${importId} to adopt: it was deleted after the stack had let go of it`,
        404,
      )
    return await this.#operations.update(type, name, importId, inputs, found.inputs)
  }

  async #finish({ state, seen, preview, destroy, ignoreProtect }: Deploy, outputs: Json) {
    const gone = state.resources.filter(({ urn }) => !seen.has(urn)).toReversed()
    refuse(gone.map(leaving), ignoreProtect, destroy)
    const retained = gone.filter(({ retainOnDelete }) => retainOnDelete)
    const deleted = gone.filter(({ retainOnDelete }) => !retainOnDelete)
    const answer = {
      deleted: deleted.map(({ urn }) => urn),
      retained: retained.map(({ urn, type, name, id, protect }) => ({ urn, type, name, id, protect })),
    }
    if (preview) return answer
    for (const { urn, type, name, id, outputs: last, retainOnDelete } of gone) {
      if (!retainOnDelete) await this.#operations.delete(type, name, id, last)
      await state.remove(urn)
    }
    await state.finish(outputs)
    return answer
  }
}

const leaving = ({ urn, type, protect, retainOnDelete }: AppliedResource): PlannedStep => ({
  urn,
  type,
  protect,
  change: retainOnDelete ? 'retained' : 'deleted',
})

/** As Pulumi's engine has it: what the program protects no longer may be replaced in the same update. */
function refuseReplacement(before: AppliedResource, wanted: Registration, ignoreProtect: boolean): void {
  const { urn, type, protect } = before
  refuse([{ urn, type, change: 'replaced', protect: protect && wanted.protect }], ignoreProtect, false)
}

/**
 * What is protected leaves its stack only where that is asked for. What cannot be made again is lost by a destroy alone:
 * here the laptop is stricter than Pulumi, which replaces and deletes what is not protected.
 * @throws AwsError `StatefulLoss` or `ProtectedResource`, naming each
 */
function refuse(steps: readonly PlannedStep[], ignoreProtect: boolean, mayLose: boolean): void {
  const lost = mayLose ? [] : losses(steps)
  if (lost.length > 0) throw new AwsError('StatefulLoss', lossRefusal(lost), 409)
  const parting = ignoreProtect ? [] : partings(steps)
  if (parting.length > 0) throw new AwsError('ProtectedResource', partingRefusal(parting), 409)
}
