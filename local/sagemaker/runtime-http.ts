/** The REST protocol of SageMaker's runtime: `POST /endpoints/NAME/invocations`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { asAwsError, readBody } from '../gateway/server.ts'
import type { Call } from '../service.ts'

const invocations = /^\/endpoints\/([^/]+)\/invocations$/

export async function answerRuntime(
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
): Promise<boolean> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const name = invocations.exec(pathname)?.[1]
  if (request.method !== 'POST' || name === undefined) return false
  const { headers } = request
  const variant = headers['x-amzn-sagemaker-target-variant']
  try {
    const output = await call.cloud.call(
      'sagemaker',
      'InvokeEndpoint',
      {
        EndpointName: decodeURIComponent(name),
        ContentType: headers['content-type'],
        Accept: headers.accept,
        TargetVariant: variant,
        Body: new Uint8Array(await readBody(request)),
      },
      call.principal,
    )
    response.writeHead(200, {
      'content-type': String(output.ContentType),
      'x-amzn-invoked-production-variant': String(output.InvokedProductionVariant),
    })
    response.end(output.Body)
  } catch (error) {
    const known = asAwsError(error, 'sagemaker.InvokeEndpoint', call.cloud.log)
    const body = JSON.stringify({ message: known.message, Message: known.message, ...known.fields })
    response
      .writeHead(known.status, { 'content-type': 'application/json', 'x-amzn-errortype': known.code })
      .end(body)
  }
  return true
}
