/** The HTTP gateway: one loopback endpoint for all services, as `AWS_ENDPOINT_URL` expects. */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { actionNotThere } from '../actions.ts'
import { AwsError, type Call, type LocalService, type Principal } from '../service.ts'
import { readCaller } from './caller.ts'
import { openExchange } from './exchange.ts'
import { document } from './xml.ts'

export interface GatewayParts {
  readonly services: ReadonlyMap<string, LocalService>
  principal(accessKeyId: string | undefined, sessionToken: string | undefined): Principal
  call(principal: Principal, requestId: string, signal: AbortSignal): Call
  /** Runs an action with the caller's permissions. */
  dispatch(
    service: string,
    action: string,
    input: Record<string, unknown>,
    call: Call,
  ): Promise<Record<string, unknown>>
  /** Resolves once the service has started: what comes earlier waits, it is not refused. */
  started(service: string): Promise<void>
  /** Answers `/_regimen/…`; `undefined`: no such address. */
  control(method: string, path: string, body: Buffer): Promise<unknown>
  log(line: string): void
}

const maxBodyBytes = 32 * 1024 * 1024

/** Listens on 127.0.0.1 only. `port` 0 takes a free one. */
export async function startGateway(
  parts: GatewayParts,
  port: number,
): Promise<{ port: number; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    handle(parts, request, response).catch((error: unknown) => {
      parts.log(`gateway: ${request.method} ${request.url?.split('?')[0]}: ${String(error)}`)
      if (response.headersSent) response.destroy()
      else response.writeHead(500, { 'content-type': 'text/plain' }).end('InternalFailure')
    })
  })
  server.keepAliveTimeout = 20_000
  server.requestTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  return { port: isAddress(address) ? address.port : port, stop: () => close(server) }
}

function isAddress(address: unknown): address is AddressInfo {
  return typeof address === 'object' && address !== null && 'port' in address
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 2_000).unref()
  })
}

async function handle(
  parts: GatewayParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID()
  response.setHeader('x-amzn-requestid', requestId)
  response.setHeader('x-amz-request-id', requestId)
  if (fromElsewhere(request)) {
    response
      .writeHead(403, { 'content-type': 'text/plain' })
      .end('only this computer may call the local cloud')
    return
  }
  const url = new URL(request.url ?? '/', 'http://localhost')
  if (url.pathname.startsWith('/_regimen')) return await answerControl(parts, request, response, url)

  const caller = readCaller(request, url)
  const service = caller?.service ?? guessService(request, url)
  await parts.started(service)
  const abort = new AbortController()
  response.once('close', () => abort.abort())
  const call = parts.call(parts.principal(caller?.accessKeyId, caller?.sessionToken), requestId, abort.signal)
  const found = parts.services.get(service)
  if (caller?.expires !== undefined && caller.expires < call.cloud.now()) {
    const fields = { Code: 'AccessDenied', Message: 'Request has expired', RequestId: requestId }
    response.writeHead(403, { 'content-type': 'application/xml' }).end(document('Error', fields))
    return
  }
  if (found?.http !== undefined && (await found.http(request, response, call))) return
  await answerAction(parts, service, request, response, call)
}

async function answerAction(
  parts: GatewayParts,
  service: string,
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
): Promise<void> {
  const exchange = openExchange(service, request, await readBody(request), response, call.requestId)
  if (exchange === undefined) {
    const error = actionNotThere(parts.services, service, `${request.method} ${request.url?.split('?')[0]}`)
    const body = JSON.stringify({ __type: error.code, message: error.message })
    response
      .writeHead(error.status, { 'content-type': 'application/json', 'x-amzn-errortype': error.code })
      .end(body)
    return
  }
  try {
    if (parts.services.get(service)?.actions[exchange.action] === undefined)
      throw actionNotThere(parts.services, service, exchange.action)
    await exchange.answer(await parts.dispatch(service, exchange.action, await exchange.input(), call))
  } catch (error) {
    await exchange.fail(asAwsError(error, `${service}.${exchange.action}`, parts.log))
  }
}

/** An unexpected exception is the cloud's own fault: logged with its stack, answered as AWS's 500. */
export function asAwsError(error: unknown, where: string, log: (line: string) => void): AwsError {
  if (error instanceof AwsError) return error
  log(`${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  const message = error instanceof Error ? error.message : String(error)
  return new AwsError('InternalFailure', `${where}: ${message}`, 500)
}

async function answerControl(
  parts: GatewayParts,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) {
  const send = (status: number, value: unknown) => {
    const body = JSON.stringify(value)
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }
  try {
    const answer = await parts.control(
      request.method ?? 'GET',
      url.pathname.slice('/_regimen'.length),
      await readBody(request),
    )
    if (answer === undefined) send(404, { error: `no such address: ${url.pathname}` })
    else send(200, answer)
  } catch (error) {
    const known = asAwsError(error, url.pathname, parts.log)
    send(known.status, { error: known.message, code: known.code })
  }
}

/** A web page elsewhere must not reach the endpoint through the browser of this computer's owner. */
function fromElsewhere(request: IncomingMessage): boolean {
  const local = (host: string) =>
    /^(127\.0\.0\.1|localhost|\[::1\]|.+\.localhost|.+\.s3\.127\.0\.0\.1|host\.docker\.internal)(:\d+)?$/i.test(
      host,
    )
  const { host, origin } = request.headers
  if (host !== undefined && !local(host)) return true
  if (origin === undefined || origin === 'null') return origin === 'null'
  return !URL.canParse(origin) || !local(new URL(origin).host)
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const piece: Buffer = Buffer.from(chunk)
    bytes += piece.length
    if (bytes > maxBodyBytes)
      throw new AwsError('RequestEntityTooLargeException', 'the request is too large', 413)
    chunks.push(piece)
  }
  return Buffer.concat(chunks)
}

const targets: Readonly<Record<string, string>> = {
  AWSStepFunctions: 'states',
  SageMaker: 'sagemaker',
  GraniteServiceVersion20100801: 'monitoring',
  AWSEvents: 'events',
  DynamoDB_20120810: 'dynamodb',
  Logs_20140328: 'logs',
  TrentService: 'kms',
}

/** Unsigned requests (curl, a browser) are told apart by target and path; the rest is S3. */
function guessService(request: IncomingMessage, url: URL): string {
  const target = request.headers['x-amz-target']
  if (typeof target === 'string') return targets[target.split('.')[0] ?? ''] ?? 'unknown'
  if (/^\/20\d\d-\d\d-\d\d\/(functions|layers)/.test(url.pathname)) return 'lambda'
  if (/^\/(endpoints\/[^/]+\/invocations|FeatureGroup|BatchGetRecord)/.test(url.pathname)) return 'sagemaker'
  return 's3'
}
