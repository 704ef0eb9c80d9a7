/** The API shapes of the services, taken from the installed AWS clients, which carry them as data. */
import { NormalizedSchema } from '@smithy/core/schema'

/** How a value of the wire is typed: member names, lists, timestamps, blobs. */
export type Shape = NormalizedSchema

export interface OperationShape {
  readonly input: Shape
  readonly output: Shape
}

/** Signing name to the client that knows its shapes; loaded when first needed, since a client costs megabytes. */
const clients: Readonly<Record<string, () => Promise<object>>> = {
  states: () => import('@aws-sdk/client-sfn'),
  sagemaker: () => import('@aws-sdk/client-sagemaker'),
  monitoring: () => import('@aws-sdk/client-cloudwatch'),
  events: () => import('@aws-sdk/client-eventbridge'),
  sns: () => import('@aws-sdk/client-sns'),
  sts: () => import('@aws-sdk/client-sts'),
  lambda: () => import('@aws-sdk/client-lambda'),
}

/** `undefined` when no installed client describes the operation; its values then travel as they are. */
export async function operationShape(service: string, action: string): Promise<OperationShape | undefined> {
  const load = clients[service]
  if (load === undefined) return undefined
  const operation: unknown = Reflect.get(await load(), `${action}$`)
  if (!Array.isArray(operation) || operation.length < 6) return undefined
  return { input: NormalizedSchema.of(operation[4]), output: NormalizedSchema.of(operation[5]) }
}

/** Members that a request must hold. */
export function requiredMembers(shape: Shape): readonly string[] {
  const schema: unknown = shape.getSchema()
  if (!Array.isArray(schema) || !Array.isArray(schema[4])) return []
  const count: unknown = schema[6]
  return typeof count === 'number' ? schema[4].slice(0, count).map(String) : []
}

/** Wire name to [member name, shape]. */
export function members(
  shape: Shape,
  wireName: (member: string, shape: Shape) => string,
): Map<string, [string, Shape]> {
  const found = new Map<string, [string, Shape]>()
  for (const [name, member] of shape.structIterator()) found.set(wireName(name, member), [name, member])
  return found
}

/** The code of an error in the Query protocol, where it differs from the name of its shape (`NotFound`). */
export async function queryErrorCode(service: string, code: string): Promise<string> {
  const load = clients[service]
  const schema: unknown = load === undefined ? undefined : Reflect.get(await load(), `${code}$`)
  const traits: unknown = Array.isArray(schema) ? schema[3] : undefined
  const query: unknown =
    typeof traits === 'object' && traits !== null ? Reflect.get(traits, 'awsQueryError') : undefined
  const found: unknown = Array.isArray(query) ? query[0] : undefined
  return typeof found === 'string' ? found : code
}
