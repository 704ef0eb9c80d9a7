/** Stands between the doors and the local cloud, and breaks the n-th call: refuses it, loses its answer, throttles it, lags. */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'

/** `condition`: a conditional write is refused; `stale`: a read that may lag is answered as before anything was written; `cut`: the connection ends within the answer. */
export type Fate = 'pass' | 'refuse' | 'lose' | 'throttle' | 'condition' | 'stale' | 'cut'

export class FaultyEndpoint {
  readonly #target: URL
  readonly #server = createServer((request, response) => this.#answer(request, response))
  #fate: (call: number, target: string) => Fate = () => 'pass'
  /** Calls since the fate was last told. */
  calls = 0
  /** Reads that were answered stale. */
  stale = 0

  private constructor(target: string) {
    this.#target = new URL(target)
  }

  /** Takes the place of the endpoint that the environment names. */
  static async open(): Promise<FaultyEndpoint> {
    const endpoint = new FaultyEndpoint(process.env.AWS_ENDPOINT_URL ?? '')
    await new Promise<void>((resolve) => endpoint.#server.listen(0, '127.0.0.1', () => resolve()))
    const address = endpoint.#server.address()
    if (typeof address !== 'object' || address === null) throw new Error('no address')
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${address.port}`
    // What the SDK would try again by itself is the test's affair here.
    process.env.AWS_MAX_ATTEMPTS = '1'
    return endpoint
  }

  /** @param fate of each call, counted from 1, with its `X-Amz-Target` (empty for S3) */
  become(fate: (call: number, target: string) => Fate): void {
    this.#fate = fate
    this.calls = 0
    this.stale = 0
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    process.env.AWS_ENDPOINT_URL = this.#target.origin
    delete process.env.AWS_MAX_ATTEMPTS
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.calls += 1
    const target = String(request.headers['x-amz-target'] ?? '')
    const fate = this.#fate(this.calls, target)
    if (fate === 'refuse') return void request.socket.destroy()
    if (fate === 'throttle') {
      request.resume()
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
      return void response.end('{"__type":"ThrottlingException","message":"Rate exceeded"}')
    }
    if (fate === 'condition') {
      request.resume()
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
      return void response.end(
        '{"__type":"ConditionalCheckFailedException","message":"The conditional request failed"}',
      )
    }
    if (fate === 'stale' && /DynamoDB_\d+\.(Query|GetItem)$/.test(target))
      return void this.#answerRead(request, response)
    this.#forward(request, response, fate)
  }

  /** A consistent read is passed on; any other is told of an empty table. */
  async #answerRead(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const asked = JSON.parse(body.toString('utf8')) as { ConsistentRead?: boolean }
    if (asked.ConsistentRead === true) return this.#forward(request, response, 'pass', body)
    this.stale += 1
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
    response.end('{"Items":[],"Count":0,"ScannedCount":0}')
  }

  #forward(request: IncomingMessage, response: ServerResponse, fate: Fate, body?: Buffer): void {
    const { hostname, port } = this.#target
    const { method, url, headers } = request
    const forwarded = httpRequest({ hostname, port, method, path: url, headers }, (answer) => {
      if (fate === 'lose') {
        // The work is done, and nobody hears of it.
        answer.resume()
        answer.once('end', () => request.socket.destroy())
        return
      }
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      if (fate === 'cut') {
        answer.once('data', (chunk: Buffer) => {
          response.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => response.destroy())
          answer.destroy()
        })
        return
      }
      answer.pipe(response)
    })
    forwarded.once('error', () => request.socket.destroy())
    if (body === undefined) request.pipe(forwarded)
    else forwarded.end(body)
  }
}
