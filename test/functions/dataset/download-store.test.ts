import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type DownloadLimits,
  defaultLimits,
  downloadTo,
  type Validator,
} from '../../../functions/dataset/download-store.ts'
import { type FileServer, startFileServer } from '../../builders/file-server.ts'

let server: FileServer
let directory: string
let file: string
beforeAll(async () => {
  server = await startFileServer()
  directory = mkdtempSync(join(tmpdir(), 'regimen-download-'))
  file = join(directory, 'file')
})
afterAll(async () => {
  await server.close()
  rmSync(directory, { recursive: true, force: true })
})

const limits = (changes: Partial<DownloadLimits> = {}): DownloadLimits => ({
  ...defaultLimits,
  ...{ pauseMilliseconds: 1, privateHosts: [server.host], ...changes },
})
const get = (path: string, changes: Partial<DownloadLimits> = {}, known: Validator = {}) =>
  downloadTo(server.url(path), file, known, limits(changes))

describe('downloading', () => {
  it('writes the bytes, and answers their checksum and how to ask again', async () => {
    const body = Buffer.from('a,b\n1,2\n')
    server.files.set('/a.csv', body)
    const sha256 = createHash('sha256').update(body).digest('hex')
    const first = await get('/a.csv')
    expect(first).toMatchObject({ sha256, bytes: 8, etag: expect.any(String) })
    expect(readFileSync(file)).toEqual(body)
    expect(await get('/a.csv', {}, first as Validator)).toBe('unchanged')
    server.files.set('/a.csv', Buffer.from('a,b\n1,3\n'))
    expect(await get('/a.csv', {}, first as Validator)).toMatchObject({ bytes: 8 })
  })

  it('follows redirects to their end, and no further than it is told', async () => {
    server.files.set('/end.csv', Buffer.from('x\n'))
    for (let at = 0; at < 3; at += 1)
      server.files.set(`/hop-${at}`, (_, response) =>
        response.writeHead(302, { location: at === 2 ? '/end.csv' : `/hop-${at + 1}` }).end(),
      )
    expect(await get('/hop-0')).toMatchObject({ bytes: 2 })
    await expect(get('/hop-0', { maxRedirects: 2 })).rejects.toMatchObject({
      name: 'DatasetUnreadable',
      message: expect.stringContaining('redirects too often'),
    })
  })

  it('refuses a redirect to no URL or to no web address, and an answer to a question that was not asked', async () => {
    server.files.set('/astray', (_, response) => response.writeHead(302, { location: 'http://[bad' }).end())
    server.files.set('/local', (_, response) =>
      response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    )
    server.files.set('/unasked', (_, response) => response.writeHead(304).end())
    await expect(get('/astray')).rejects.toMatchObject({
      name: 'DatasetUnreadable',
      message: `the source redirects to something that is no URL, ${server.url('/astray')}: name the URL of the file itself`,
    })
    await expect(get('/local')).rejects.toMatchObject({
      name: 'InvalidRequest',
      message: 'no such protocol, file:///etc/passwd: expected http or https',
    })
    await expect(get('/unasked')).rejects.toMatchObject({
      name: 'DatasetUnreadable',
      message: expect.stringContaining('got status 304'),
    })
  })

  it('asks once where the next attempt would find the same: no TLS where https was named', async () => {
    const url = server.url('/a.csv').replace('http:', 'https:')
    await expect(downloadTo(url, file, {}, limits({ pauseMilliseconds: 60_000 }))).rejects.toMatchObject({
      name: 'DatasetUnreadable',
      message: expect.stringMatching(
        /^the source cannot be reached, https:\S+: got E[A-Z_]+; correct the URL/,
      ),
    })
  })

  it('refuses a file that is too large, announced or not', async () => {
    server.files.set('/large', Buffer.alloc(2_000))
    await expect(get('/large', { maxBytes: 1_000 })).rejects.toThrow('at most 1000 bytes')
    server.files.set('/endless', (_, response) => {
      response.writeHead(200)
      for (let at = 0; at < 20; at += 1) response.write(Buffer.alloc(100))
      response.end()
    })
    await expect(get('/endless', { maxBytes: 1_000 })).rejects.toThrow('at most 1000 bytes')
  })

  it('tries again what may pass: a busy server, a transfer that breaks off, silence', async () => {
    const faults = ['busy', 'broken', 'silent']
    server.files.set('/shaky.csv', (_, response) => {
      const fault = faults.shift()
      if (fault === 'busy') response.writeHead(503).end()
      else if (fault === 'broken') {
        response.writeHead(200, { 'content-length': 10 })
        response.write('abc', () => response.destroy())
      } else if (fault === undefined) response.writeHead(200, { 'content-length': 4 }).end('a\n1\n')
    })
    expect(await get('/shaky.csv', { idleMilliseconds: 200 })).toMatchObject({ bytes: 4 })
    expect(readFileSync(file, 'utf8')).toBe('a\n1\n')
  })

  it('gives up under a name that the state machine may retry, and at once on a refusal', async () => {
    let asked = 0
    server.files.set('/down', (_, response) => {
      asked += 1
      response.writeHead(500).end()
    })
    await expect(get('/down', { attempts: 3 })).rejects.toMatchObject({ name: 'ServiceUnavailable' })
    expect(asked).toBe(3)
    await expect(get('/absent?token=secret')).rejects.toMatchObject({
      name: 'DatasetUnreadable',
      message: `the source does not give the file, ${server.url('/absent')}: got status 404; correct the URL, or fetch the file yourself and import it`,
    })
  })

  it('connects to no private address, by number, by name, or by redirect', async () => {
    const refused = { name: 'InvalidRequest', message: expect.stringContaining('at a private address') }
    const closed = limits({ privateHosts: [] })
    await expect(downloadTo(server.url('/a.csv'), file, {}, closed)).rejects.toMatchObject(refused)
    for (const url of [
      `http://localhost:${server.host.split(':')[1]}/a.csv`,
      'http://169.254.169.254/latest/meta-data/',
      'http://[::1]/a',
      'http://[::ffff:127.0.0.1]/a',
      'http://2130706433/a',
      'http://0x7f.1/a',
    ])
      await expect(downloadTo(url, file, {}, closed)).rejects.toMatchObject(refused)
    server.files.set('/inside', (_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    )
    await expect(get('/inside')).rejects.toMatchObject(refused)
  })

  it('knows no protocol but http and https', async () => {
    server.files.set('/file', (_, response) =>
      response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
    )
    await expect(get('/file')).rejects.toMatchObject({ name: 'InvalidRequest' })
  })
})
