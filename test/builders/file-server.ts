/** An HTTP server on loopback that gives files as a test says, and counts what it gave. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FileServer {
  readonly host: string
  readonly files: Map<string, Buffer | ((request: IncomingMessage, response: ServerResponse) => void)>
  /** Bodies that were sent, and questions that were answered 304. */
  readonly counts: { bodies: number; unchanged: number }
  url(path: string): string
  close(): Promise<void>
}

export async function startFileServer(): Promise<FileServer> {
  const files: FileServer['files'] = new Map()
  const counts = { bodies: 0, unchanged: 0 }
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url ?? '/', 'http://localhost').pathname)
    if (typeof file === 'function') return file(request, response)
    if (file === undefined) return response.writeHead(404).end()
    const etag = `"${createHash('sha256').update(file).digest('hex').slice(0, 16)}"`
    if (request.headers['if-none-match'] === etag) {
      counts.unchanged += 1
      return response.writeHead(304, { etag }).end()
    }
    counts.bodies += 1
    return response.writeHead(200, { etag, 'content-length': file.length }).end(file)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${port}`
  return {
    host,
    files,
    counts,
    url: (path) => `http://${host}${path}`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}
