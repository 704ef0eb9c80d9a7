/** `POST /_regimen/resources/<operation>`: one resource at a time, for an engine that keeps its own state. */
import * as z from 'zod'
import { AwsError, type Json } from '../service.ts'
import type { ResourceOperations } from './resource-operations.ts'

const fields = z.record(z.string(), z.unknown())
const about = { type: z.string(), name: z.string().default('') }
const requests = {
  compare: z.object({ ...about, before: fields, inputs: fields }),
  create: z.object({ ...about, inputs: fields }),
  update: z.object({ ...about, id: z.string(), inputs: fields, before: fields }),
  delete: z.object({ ...about, id: z.string(), outputs: fields }),
  /** Without inputs: what nobody holds any more. */
  read: z.object({ ...about, id: z.string(), inputs: fields.optional() }),
}

/** `undefined`: no such operation. */
export async function answerOperation(
  path: string,
  body: Json,
  operations: ResourceOperations,
): Promise<object | undefined> {
  switch (path.slice('/resources/'.length)) {
    case 'compare': {
      const { type, name, before, inputs } = requests.compare.parse(body)
      const { changed, replaces } = operations.compare(type, name, before, inputs)
      return { changed, replaces }
    }
    case 'create': {
      const { type, name, inputs } = requests.create.parse(body)
      return await operations.create(type, name, await operations.prepare(inputs))
    }
    case 'update': {
      const { type, name, id, inputs, before } = requests.update.parse(body)
      const [wanted, last] = await Promise.all([operations.prepare(inputs), operations.prepare(before)])
      return { outputs: await operations.update(type, name, id, wanted, last) }
    }
    case 'delete': {
      const { type, name, id, outputs } = requests.delete.parse(body)
      await operations.delete(type, name, id, outputs)
      return {}
    }
    case 'read':
      return await read(body, operations)
    default:
      throw new AwsError(
        'UnknownOperation',
        `unknown operation: ${path}; expected one of ${Object.keys(requests).join(', ')}`,
        404,
      )
  }
}

async function read(body: Json, operations: ResourceOperations): Promise<object> {
  const { type, id, inputs } = requests.read.parse(body)
  if (inputs === undefined) return (await operations.find(type, id)) ?? {}
  const live = await operations.read(type, id, await operations.prepare(inputs))
  return live === undefined ? {} : { inputs: live }
}
