/** One API call on the wire: which action with which input, and how its answer or error is written back. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AwsError, type Json } from '../service.ts'
import { encodeCbor, parseCbor } from './cbor.ts'
import { decodeInput, encodeOutput, parseJsonObject } from './json.ts'
import { answerXml, errorXml, parseForm } from './query.ts'
import { operationShape, queryErrorCode } from './shapes.ts'

export interface Exchange {
  readonly action: string
  input(): Promise<Json>
  answer(output: Json): Promise<void>
  fail(error: AwsError): Promise<void>
}

type Protocol = (
  service: string,
  request: IncomingMessage,
  body: Buffer,
  reply: Reply,
) => Exchange | undefined

interface Reply {
  readonly requestId: string
  send(status: number, contentType: string, body: string | Uint8Array, headers?: Record<string, string>): void
}

/** `undefined`: the request follows none of the protocols with named actions. */
export function openExchange(
  service: string,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  requestId: string,
): Exchange | undefined {
  const reply: Reply = {
    requestId,
    send(status, contentType, content, headers = {}) {
      response.writeHead(status, {
        'content-type': contentType,
        'content-length': Buffer.byteLength(content),
        ...headers,
      })
      response.end(content)
    },
  }
  for (const protocol of [cborProtocol, jsonProtocol, queryProtocol]) {
    const exchange = protocol(service, request, body, reply)
    if (exchange !== undefined) return exchange
  }
  return undefined
}

const cborProtocol: Protocol = (service, request, body, reply) => {
  const action = /^\/service\/[^/]+\/operation\/(\w+)$/.exec(request.url ?? '')?.[1]
  if (action === undefined) return undefined
  const headers = { 'smithy-protocol': 'rpc-v2-cbor' }
  const type = 'application/cbor'
  return {
    action,
    input: async () => decodeInput(parseCbor(body), (await operationShape(service, action))?.input),
    answer: async (output) => reply.send(200, type, encodeCbor(output), headers),
    fail: async (error) =>
      reply.send(error.status, type, encodeCbor(failure(error)), {
        ...headers,
        'x-amzn-query-error': `${await queryErrorCode(service, error.code)};${side(error)}`,
      }),
  }
}

const jsonProtocol: Protocol = (service, request, body, reply) => {
  const target = request.headers['x-amz-target']
  if (typeof target !== 'string') return undefined
  const action = target.slice(target.lastIndexOf('.') + 1)
  const version = /1\.0/.test(request.headers['content-type'] ?? '') ? '1.0' : '1.1'
  const type = `application/x-amz-json-${version}`
  return {
    action,
    input: async () =>
      decodeInput(parseJsonObject(body.toString('utf8')), (await operationShape(service, action))?.input),
    answer: async (output) => reply.send(200, type, encodeOutput(output)),
    fail: async (error) =>
      reply.send(error.status, type, encodeOutput(failure(error)), {
        'x-amzn-errortype': error.code,
        'x-amzn-query-error': `${await queryErrorCode(service, error.code)};${side(error)}`,
      }),
  }
}

const queryProtocol: Protocol = (service, request, body, reply) => {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
  const form = isForm ? new URLSearchParams(body.toString('utf8')) : url.searchParams
  const action = form.get('Action')
  if (action === null) return undefined
  return {
    action,
    input: async () => parseForm(form, (await operationShape(service, action))?.input),
    answer: async (output) => {
      const shape = (await operationShape(service, action))?.output
      reply.send(200, 'text/xml', answerXml(service, action, output, shape, reply.requestId))
    },
    fail: async (error) => {
      const code = await queryErrorCode(service, error.code)
      const named = new AwsError(code, error.message, error.status, error.fields)
      reply.send(error.status, 'text/xml', errorXml(service, named, reply.requestId))
    },
  }
}

const failure = (error: AwsError) => ({ __type: error.code, message: error.message, ...error.fields })
const side = (error: AwsError) => (error.status >= 500 ? 'Receiver' : 'Sender')
