/** Stands between the doors and the local cloud, and breaks the n-th call: refuses it, loses its answer, throttles it. */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'

export type Fate = 'pass' | 'refuse' | 'lose' | 'throttle'

export class FaultyEndpoint {
  readonly #target: URL
  readonly #server = createServer((request, response) => this.#answer(request, response))
  #fate: (call: number) => Fate = () => 'pass'
  /** Calls since the fate was last told. */
  calls = 0

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

  /** @param fate of each call, counted from 1 */
  become(fate: (call: number) => Fate): void {
    this.#fate = fate
    this.calls = 0
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    process.env.AWS_ENDPOINT_URL = this.#target.origin
    delete process.env.AWS_MAX_ATTEMPTS
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.calls += 1
    const fate = this.#fate(this.calls)
    if (fate === 'refuse') return void request.socket.destroy()
    if (fate === 'throttle') {
      request.resume()
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
      return void response.end('{"__type":"ThrottlingException","message":"Rate exceeded"}')
    }
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
      answer.pipe(response)
    })
    forwarded.once('error', () => request.socket.destroy())
    request.pipe(forwarded)
  }
}
