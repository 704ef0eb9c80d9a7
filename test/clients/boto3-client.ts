/** boto3, in a Python process that answers one request per line. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { type Client, clientEnvironment, type Fields, fields, Refused } from './client.ts'

const worker = fileURLToPath(new URL('./boto3_worker.py', import.meta.url))
const reply = z.object({
  output: fields.optional(),
  error: z.string().optional(),
  broken: z.string().optional(),
})

export function boto3Client(programs: string, endpoint: string): Client {
  const python = spawn(join(programs, 'python'), [worker], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: clientEnvironment(endpoint),
  })
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]()

  const ask = async (request: Fields): Promise<Fields> => {
    python.stdin.write(`${JSON.stringify(request)}\n`)
    const { value } = await lines.next()
    const { output, error, broken } = reply.parse(JSON.parse(String(value)))
    if (error !== undefined) throw new Refused(error)
    if (output === undefined) throw new Error(broken ?? 'the worker answered nothing')
    return output
  }
  const call = (service: string, operation: string, input: Fields = {}) =>
    ask({ do: 'call', service, operation: operation.replaceAll('-', '_'), input })
  return {
    call,
    paginate: (service, operation, input = {}) =>
      ask({ do: 'paginate', service, operation: operation.replaceAll('-', '_'), input }),
    put: (Bucket, Key, Body) => call('s3', 'put-object', { Bucket, Key, Body }),
    get: async (Bucket, Key) => String((await call('s3', 'get-object', { Bucket, Key })).Body),
    async upload(Filename, Bucket, Key) {
      await ask({ do: 'upload', service: 's3', input: { Filename, Bucket, Key } })
    },
    presign: async (Bucket, Key) =>
      String((await ask({ do: 'presign', service: 's3', input: { Bucket, Key } })).url),
    async invoke(FunctionName, payload) {
      const { Payload } = await call('lambda', 'invoke', { FunctionName, Payload: JSON.stringify(payload) })
      return JSON.parse(String(Payload))
    },
    async invokeEndpoint(EndpointName, ContentType, body) {
      const input = { EndpointName, ContentType, Accept: 'text/csv', Body: body }
      return String((await call('sagemaker-runtime', 'invoke-endpoint', input)).Body)
    },
    async stop() {
      const ended = once(python, 'exit')
      python.stdin.end()
      await ended
    },
  }
}
