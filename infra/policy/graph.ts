/** The resources that a program registers, as policy rules read them: inputs, options, and who refers to whom. */

export interface GraphResource {
  /** Pulumi type token: `aws:s3/bucket:Bucket`. */
  readonly type: string
  /** Logical name. */
  readonly name: string
  readonly urn: string
  readonly parent?: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly options: ResourceOptions
  /** Input name to the URNs of the resources whose outputs it is made of. */
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>
}

export interface ResourceOptions {
  readonly protect: boolean
  /** Absent where an engine does not tell. */
  readonly retainOnDelete?: boolean
  /** URNs. */
  readonly dependsOn: readonly string[]
}

export class Graph {
  readonly resources: readonly GraphResource[]
  readonly #byType = new Map<string, GraphResource[]>()

  constructor(resources: readonly GraphResource[]) {
    this.resources = resources
    for (const resource of resources) {
      const same = this.#byType.get(resource.type)
      if (same === undefined) this.#byType.set(resource.type, [resource])
      else same.push(resource)
    }
  }

  of(type: string): readonly GraphResource[] {
    return this.#byType.get(type) ?? []
  }

  /**
   * Resources of a type whose input refers to `target`: by dependency, which is known even where an id is not, or by
   * one of the values that name it.
   */
  referring(
    type: string,
    input: string,
    target: GraphResource,
    ...values: readonly unknown[]
  ): GraphResource[] {
    const names = values.filter((value) => typeof value === 'string' && value !== '')
    return this.of(type).filter(
      ({ inputs, propertyDependencies }) =>
        propertyDependencies?.[input]?.includes(target.urn) === true || names.includes(inputs[input]),
    )
  }
}

/** What stands at a path of an input; arrays by index. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, key) =>
      typeof found === 'object' && found !== null
        ? (found as Record<string | number, unknown>)[key]
        : undefined,
    value,
  )
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
}

/** Inputs are booleans in a program and now and then texts in what an engine has stored. */
export const isTrue = (value: unknown): boolean => value === true || value === 'true'

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
