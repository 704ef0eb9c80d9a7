/** Lambda's REST protocol. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { encodeOutput, parseJsonObject } from '../gateway/json.ts'
import { asAwsError, readBody } from '../gateway/server.ts'
import type { Call, Json } from '../service.ts'

interface Route {
  readonly method: string
  readonly path: RegExp
  readonly action: string
  readonly status?: number
}

const functions = '^/2015-03-31/functions'
const routes: readonly Route[] = [
  { method: 'GET', path: /^\/2016-08-19\/account-settings\/?$/, action: 'GetAccountSettings' },
  { method: 'POST', path: new RegExp(`${functions}/(?<FunctionName>[^/]+)/invocations$`), action: 'Invoke' },
  { method: 'GET', path: new RegExp(`${functions}/?$`), action: 'ListFunctions' },
  { method: 'GET', path: new RegExp(`${functions}/(?<FunctionName>[^/]+)$`), action: 'GetFunction' },
  {
    method: 'GET',
    path: new RegExp(`${functions}/(?<FunctionName>[^/]+)/configuration$`),
    action: 'GetFunctionConfiguration',
  },
  {
    method: 'GET',
    path: new RegExp(`${functions}/(?<FunctionName>[^/]+)/versions$`),
    action: 'ListVersionsByFunction',
  },
  {
    method: 'POST',
    path: new RegExp(`${functions}/(?<FunctionName>[^/]+)/versions$`),
    action: 'PublishVersion',
    status: 201,
  },
  { method: 'GET', path: new RegExp(`${functions}/(?<FunctionName>[^/]+)/aliases$`), action: 'ListAliases' },
  {
    method: 'GET',
    path: new RegExp(`${functions}/(?<FunctionName>[^/]+)/aliases/(?<Name>[^/]+)$`),
    action: 'GetAlias',
  },
  {
    method: 'PUT',
    path: new RegExp(`${functions}/(?<FunctionName>[^/]+)/aliases/(?<Name>[^/]+)$`),
    action: 'UpdateAlias',
  },
]

export async function answerLambda(
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
): Promise<boolean> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const route = routes.find(({ method, path }) => method === request.method && path.test(url.pathname))
  if (route === undefined) return false
  try {
    const input = await readInput(route, request, url)
    const output = await call.cloud.call('lambda', route.action, input, call.principal)
    if (route.action === 'Invoke') answerInvoke(response, output)
    else {
      const body = encodeOutput(output)
      response.writeHead(route.status ?? 200, { 'content-type': 'application/json' }).end(body)
    }
  } catch (error) {
    const known = asAwsError(error, `lambda.${route.action}`, call.cloud.log)
    const body = JSON.stringify({
      Type: known.status >= 500 ? 'Service' : 'User',
      Message: known.message,
      message: known.message,
      ...known.fields,
    })
    response
      .writeHead(known.status, { 'content-type': 'application/json', 'x-amzn-errortype': known.code })
      .end(body)
  }
  return true
}

async function readInput(route: Route, request: IncomingMessage, url: URL): Promise<Json> {
  const body = await readBody(request)
  const qualifier = url.searchParams.get('Qualifier')
  const path = Object.entries(route.path.exec(url.pathname)?.groups ?? {}).map(
    ([name, value]) => [name, decodeURIComponent(value)] as const,
  )
  const common = { ...Object.fromEntries(path), ...(qualifier === null ? {} : { Qualifier: qualifier }) }
  if (route.action !== 'Invoke') return { ...parseJsonObject(body.toString('utf8')), ...common }
  return {
    ...common,
    Payload: new Uint8Array(body),
    InvocationType: request.headers['x-amz-invocation-type'],
    LogType: request.headers['x-amz-log-type'],
  }
}

function answerInvoke(response: ServerResponse, output: Json): void {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  if (typeof output.FunctionError === 'string') headers['x-amz-function-error'] = output.FunctionError
  if (typeof output.ExecutedVersion === 'string') headers['x-amz-executed-version'] = output.ExecutedVersion
  if (typeof output.LogResult === 'string') headers['x-amz-log-result'] = output.LogResult
  const status = typeof output.StatusCode === 'number' ? output.StatusCode : 200
  response.writeHead(status, headers)
  response.end(output.Payload instanceof Uint8Array ? output.Payload : undefined)
}
