/** The local DynamoDB: dynalite behind the gateway, persisted on disk. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import dynalite from 'dynalite'
import { parseJsonObject } from '../gateway/json.ts'
import { readBody } from '../gateway/server.ts'
import type { Guard } from '../iam/guard.ts'
import { permissionsOf } from '../iam/permissions.ts'
import { type Action, AwsError, type Call, type Cloud, type Json, type LocalService } from '../service.ts'
import { itemOfFailure } from './condition-failure.ts'
import { tableType } from './table.ts'

/** What dynalite answers; transactions, time to live and backups are not among it. */
const operations = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'TagResource',
  'UntagResource',
  'ListTagsOfResource',
  'UpdateItem',
  'UpdateTable',
] as const

const conditionFailed = 'ConditionalCheckFailedException'

interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

export async function openDynamodb(
  cloud: Cloud,
  guard: Guard,
  closers: (() => void | Promise<void>)[],
): Promise<LocalService> {
  const server = dynalite({
    path: cloud.directory('dynamodb'),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  })
  // Requests are handed over in process; it listens only because it closes its files with its socket.
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(() => new Promise((resolve) => server.close(() => resolve())))

  const ask = (headers: IncomingMessage['headers'], body: Buffer): Promise<Answer> =>
    new Promise((resolve) => {
      const request = Object.assign(Readable.from([body]), { method: 'POST', url: '/', headers })
      const answer = { statusCode: 200, contentType: '', headers: new Map<string, string>() }
      const response = Object.assign(answer, {
        setHeader: (name: string, value: string | number) =>
          void answer.headers.set(name.toLowerCase(), String(value)),
        end: (text: string) =>
          resolve({ status: answer.statusCode, headers: Object.fromEntries(answer.headers), body: text }),
      })
      server.emit('request', request, response)
    })

  const run = async (operation: string, input: Json): Promise<Json> => {
    const answer = await ask(requestHeaders(operation), Buffer.from(JSON.stringify(input)))
    const value = parseJsonObject(answer.body)
    if (answer.status === 200) return value
    throw asError(value, answer.status)
  }
  const action =
    (operation: string): Action =>
    async (input) => {
      try {
        return await run(operation, input)
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== conditionFailed) throw error
        const fields = await itemOfFailure(operation, input, run)
        throw new AwsError(error.code, error.message, error.status, fields)
      }
    }

  return {
    name: 'dynamodb',
    actions: Object.fromEntries(operations.map((operation) => [operation, action(operation)])),
    resources: { 'aws:dynamodb/table:Table': tableType },
    async http(request, response, call) {
      const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? ''
      if (!operations.some((known) => known === operation)) return false
      const body = await readBody(request)
      const denied = denial(guard, operation, body, call)
      if (denied === undefined) {
        const answer = await ask({ ...requestHeaders(operation), ...request.headers }, body)
        const failed = answer.status === 400 && answer.body.includes(conditionFailed)
        const fields = failed
          ? await itemOfFailure(operation, parseJsonObject(body.toString('utf8')), run)
          : {}
        if (Object.keys(fields).length === 0) send(response, answer.status, answer.body, answer.headers)
        else send(response, answer.status, JSON.stringify({ ...parseJsonObject(answer.body), ...fields }), {})
      } else
        send(response, denied.status, JSON.stringify({ __type: denied.code, message: denied.message }), {})
      return true
    },
  }
}

function denial(guard: Guard, operation: string, body: Buffer, call: Call): AwsError | undefined {
  try {
    const input = parseJsonObject(body.toString('utf8'))
    for (const { action, resources, context } of permissionsOf('dynamodb', operation, input, call))
      guard.check(call, action, resources, context)
    return undefined
  } catch (error) {
    if (error instanceof AwsError) return error
    throw error
  }
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string>): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...headers }).end(body)
}

function requestHeaders(operation: string) {
  return {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    'x-amz-date': '20260101T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  }
}

function asError(value: Json, status: number): AwsError {
  const type = String(value.__type ?? 'InternalServerError')
  const message = String(value.message ?? value.Message ?? '')
  return new AwsError(type.slice(type.indexOf('#') + 1), message, status)
}
