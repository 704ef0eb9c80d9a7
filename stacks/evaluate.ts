/** Evaluates a Pulumi program without AWS and without a local cloud: every resource that it would register. */
import * as pulumi from '@pulumi/pulumi'
import type { GraphResource } from '../infra/policy/graph.ts'
import { plainInputs } from './plain-inputs.ts'
import { answerTo, createdBy, type Place } from './stand-in.ts'

export interface EvaluateArgs {
  readonly stack: string
  /** `project:key` to text; lists and objects as JSON. */
  readonly configuration: Readonly<Record<string, string>>
  readonly place: Place
  /** The repository. */
  readonly root: string
  /** Imports the program, whose exports are the stack's outputs. */
  readonly program: () => Promise<object>
  /** @default regimen */
  readonly project?: string
}

export interface Evaluated {
  readonly resources: readonly GraphResource[]
  readonly outputs: Readonly<Record<string, unknown>>
}

const key = (type: string, name: string) => `${type}::${name}`

/** What a request says beside what Pulumi's mocks hand on. */
interface Request {
  getType(): string
  getName(): string
  getParent(): string
  getProtect(): boolean
  getRetainondelete(): boolean
  getDependenciesList(): string[]
  getPropertydependenciesMap(): {
    forEach(visit: (dependencies: { getUrnsList(): string[] }, input: string) => void): void
  }
}

/** @throws Error with the program's own message. One evaluation at a time: Pulumi's runtime is one per process. */
export async function evaluateProgram(args: EvaluateArgs): Promise<Evaluated> {
  const { stack, configuration, place, root, program, project = 'regimen' } = args
  const requests = new Map<string, Request>()
  const inputs = new Map<string, { readonly inputs: unknown; readonly custom: boolean }>()
  pulumi.runtime.setAllConfig({ ...configuration })
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs: given, custom }) => {
        inputs.set(key(type, name), { inputs: given, custom: custom === true })
        return createdBy({ type, name, inputs: given }, place)
      },
      call: ({ token, inputs: given }) => answerTo(token, given, place),
    },
    project,
    stack,
    false,
  )
  listen((request) => requests.set(key(request.getType(), request.getName()), request))
  // What depends on a resource that failed is never settled: the failure has to end the wait.
  const { promise: failed, reject } = Promise.withResolvers<never>()
  process.on('unhandledRejection', reject)
  try {
    const module = await program()
    const outputs = Promise.all(
      Object.entries(module).map(async ([name, value]) => [name, await plainInputs(value, root)] as const),
    )
    await Promise.race([pulumi.runtime.disconnect(), failed])
    const plain = await Promise.all(
      [...inputs].map(async ([id, each]) => [id, await plainInputs(each.inputs, root)] as const),
    )
    return {
      resources: assemble(requests, new Map(plain), stack, project),
      outputs: Object.fromEntries(await outputs),
    }
  } finally {
    process.off('unhandledRejection', reject)
  }
}

/** Pulumi's mocks keep a resource's options and parent to themselves: its monitor is asked before they hear of it. */
function listen(hear: (request: Request) => void): void {
  const monitor: unknown = pulumi.runtime.getMonitor()
  if (typeof monitor !== 'object' || monitor === null || !('registerResource' in monitor))
    throw new Error('the Pulumi runtime gave no monitor')
  const { registerResource } = monitor
  if (typeof registerResource !== 'function') throw new Error('the Pulumi monitor registers nothing')
  Object.assign(monitor, {
    registerResource: (request: Request, ...rest: unknown[]) => {
      hear(request)
      return registerResource.call(monitor, request, ...rest)
    },
  })
}

/** The mocks' URNs know one parent; an engine's name every one. */
function assemble(
  requests: ReadonlyMap<string, Request>,
  inputs: ReadonlyMap<string, unknown>,
  stack: string,
  project: string,
): GraphResource[] {
  const idOf = (mockUrn: string) => {
    const [, , types = '', name = ''] = mockUrn.split('::')
    return key(types.split('$').at(-1) ?? '', name)
  }
  const typesOf = (id: string): string => {
    const request = requests.get(id)
    if (request === undefined) return id.split('::')[0] ?? ''
    const parent = request.getParent()
    const own = request.getType()
    if (parent === '' || idOf(parent).startsWith('pulumi:pulumi:Stack')) return own
    return `${typesOf(idOf(parent))}$${own}`
  }
  const urnOf = (id: string) =>
    `urn:pulumi:${stack}::${project}::${typesOf(id)}::${id.slice(id.indexOf('::') + 2)}`
  return [...requests].map(([id, request]) => {
    const parent = request.getParent()
    const dependencies: Record<string, string[]> = {}
    request.getPropertydependenciesMap().forEach((each, input) => {
      const urns = each.getUrnsList().map((urn) => urnOf(idOf(urn)))
      if (urns.length > 0) dependencies[input] = urns
    })
    const given = inputs.get(id)
    return {
      type: request.getType(),
      name: request.getName(),
      urn: urnOf(id),
      ...(parent === '' ? {} : { parent: urnOf(idOf(parent)) }),
      inputs: typeof given === 'object' && given !== null ? { ...given } : {},
      options: {
        protect: request.getProtect(),
        retainOnDelete: request.getRetainondelete(),
        dependsOn: request.getDependenciesList().map((urn) => urnOf(idOf(urn))),
      },
      propertyDependencies: dependencies,
    }
  })
}
