/** Downloads over HTTP into a file: conditional, with limits of time, size and redirects, from public addresses only. */
import { createHash } from 'node:crypto'
import { lookup } from 'node:dns'
import { createWriteStream } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { RegimenError } from '../errors.ts'
import { isPublicAddress } from './public-address.ts'

export interface DownloadLimits {
  readonly maxBytes: number
  /** Without a byte. */
  readonly idleMilliseconds: number
  readonly maxRedirects: number
  readonly attempts: number
  /** Before the second attempt; doubles with each. */
  readonly pauseMilliseconds: number
  /** `host:port` that may be at a private address: mirrors of one's own. */
  readonly privateHosts: readonly string[]
}

export const defaultLimits: DownloadLimits = {
  maxBytes: 4 * 1_024 ** 3,
  idleMilliseconds: 30_000,
  maxRedirects: 5,
  attempts: 4,
  pauseMilliseconds: 500,
  privateHosts: [],
}

/** What a cache knows of its copy. */
export interface Validator {
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
}

export interface Downloaded extends Validator {
  /** Hexadecimal. */
  readonly sha256: string
  readonly bytes: number
}

/** A fault that may pass; the last one is what the caller sees. */
class Passing extends Error {}

/** No such host, no TLS where https was named, a certificate that nobody vouches for: the next attempt finds the same. */
const lasting = /^(ENOTFOUND|EPROTO|CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_)/

/**
 * @returns `'unchanged'` when the server says that the cache's copy is current
 * @throws RegimenError `DatasetUnreadable` when the server refuses, sends too much, or redirects too often;
 * `InvalidRequest` for an address that is not public; `ServiceUnavailable` when it does not answer after all attempts.
 */
export async function downloadTo(
  url: string,
  file: string,
  known: Validator,
  limits: DownloadLimits = defaultLimits,
): Promise<Downloaded | 'unchanged'> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(new URL(url), file, known, limits)
    } catch (error) {
      if (!(error instanceof Passing)) throw error
      if (attempt >= limits.attempts)
        throw new RegimenError(
          'ServiceUnavailable',
          {
            what: 'the source does not answer',
            where: shown(new URL(url)),
            got: error.message,
            do: 'try again later',
          },
          { cause: error },
        )
      await pause(limits.pauseMilliseconds * 2 ** (attempt - 1))
    }
  }
}

async function once(url: URL, file: string, known: Validator, limits: DownloadLimits) {
  const response = await follow(url, known, limits)
  const { statusCode: status = 0, headers } = response
  if (status === 304) {
    response.resume()
    return 'unchanged' as const
  }
  const announced = Number(headers['content-length'] ?? Number.NaN)
  if (announced > limits.maxBytes) {
    response.destroy()
    throw tooLarge(url, limits)
  }
  const hash = createHash('sha256')
  let bytes = 0
  async function* counted() {
    for await (const chunk of response) {
      bytes += (chunk as Buffer).length
      if (bytes > limits.maxBytes) throw tooLarge(url, limits)
      hash.update(chunk as Buffer)
      yield chunk as Buffer
    }
  }
  await pipeline(counted, createWriteStream(file)).catch((error: unknown) => {
    throw error instanceof RegimenError ? error : new Passing(messageOf(error))
  })
  if (!Number.isNaN(announced) && bytes !== announced)
    throw new Passing(`the transfer broke off after ${bytes} of ${announced} bytes`)
  return {
    sha256: hash.digest('hex'),
    bytes,
    etag: headers.etag,
    lastModified: headers['last-modified'],
  }
}

/** The answer at the end of the redirects: 200 or 304. Each hop is held against the rules anew. */
async function follow(start: URL, known: Validator, limits: DownloadLimits): Promise<IncomingMessage> {
  let url = start
  for (let hop = 0; hop <= limits.maxRedirects; hop += 1) {
    const response = await ask(url, known, limits)
    const { statusCode: status = 0, headers } = response
    if (status === 200 || (status === 304 && isConditional(known))) return response
    response.resume()
    if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined)
      throw refused(url, status)
    const next = URL.canParse(headers.location, url.href) ? new URL(headers.location, url) : undefined
    if (next === undefined)
      throw new RegimenError('DatasetUnreadable', {
        what: 'the source redirects to something that is no URL',
        where: shown(url),
        do: 'name the URL of the file itself',
      })
    if (url.protocol === 'https:' && next.protocol !== 'https:')
      throw new RegimenError('DatasetUnreadable', {
        what: 'the source leads from https to an open connection',
        where: shown(url),
        do: 'name an https URL',
      })
    url = next
  }
  throw new RegimenError('DatasetUnreadable', {
    what: 'the source redirects too often',
    where: shown(start),
    expected: `at most ${limits.maxRedirects} redirects`,
    do: 'name the URL that it leads to',
  })
}

function ask(url: URL, known: Validator, limits: DownloadLimits): Promise<IncomingMessage> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new RegimenError('InvalidRequest', {
      what: 'no such protocol',
      where: shown(url),
      expected: 'http or https',
    })
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isAllowed = limits.privateHosts.includes(url.host)
  // A name is resolved by `publicOnly`, at the moment of connecting; an address is never resolved.
  if (!isAllowed && isIP(host) !== 0 && !isPublicAddress(host)) throw notPublic(url)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const sent = send(
      url,
      {
        method: 'GET',
        // As it is stored: checksums are of the file, not of one encoding of it.
        headers: {
          'accept-encoding': 'identity',
          'user-agent': 'regimen',
          ...(known.etag === undefined ? {} : { 'if-none-match': known.etag }),
          ...(known.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
        },
        ...(isAllowed ? {} : { lookup: publicOnly(url) }),
        timeout: limits.idleMilliseconds,
        agent: false,
      },
      resolve,
    )
    sent.on('timeout', () => sent.destroy(new Passing(`no byte in ${limits.idleMilliseconds} ms`)))
    sent.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error instanceof RegimenError || error instanceof Passing
          ? error
          : lasting.test(error.code ?? '')
            ? unreachable(url, error)
            : new Passing(messageOf(error)),
      ),
    )
    sent.end()
  })
}

/** What is checked is what is connected to: a name that changes its address in between gains nothing. */
const publicOnly =
  (url: URL): LookupFunction =>
  (hostname, options, done) =>
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) done(error, '', 0)
      else if (addresses.length === 0 || addresses.some(({ address }) => !isPublicAddress(address)))
        done(notPublic(url), '', 0)
      else if (options.all === true) done(null, addresses)
      else done(null, addresses[0]?.address ?? '', addresses[0]?.family)
    })

function refused(url: URL, status: number): Error {
  if (status === 429 || status >= 500) return new Passing(`status ${status}`)
  return new RegimenError('DatasetUnreadable', {
    what: 'the source does not give the file',
    where: shown(url),
    got: `status ${status}`,
    do: 'correct the URL, or fetch the file yourself and import it',
  })
}

/** The code alone: what the TLS library says of it has several lines and paths of its own source. */
const unreachable = (url: URL, cause: NodeJS.ErrnoException) =>
  new RegimenError(
    'DatasetUnreadable',
    {
      what: 'the source cannot be reached',
      where: shown(url),
      got: cause.code ?? cause.name,
      do: 'correct the URL, or fetch the file yourself and import it',
    },
    { cause },
  )

const isConditional = ({ etag, lastModified }: Validator) => etag !== undefined || lastModified !== undefined

const tooLarge = (url: URL, { maxBytes }: DownloadLimits) =>
  new RegimenError('DatasetUnreadable', {
    what: 'the source is too large',
    where: shown(url),
    expected: `at most ${maxBytes} bytes`,
    do: 'put the files into the bucket and import the prefix',
  })

const notPublic = (url: URL) =>
  new RegimenError('InvalidRequest', {
    what: 'the source is at a private address',
    where: shown(url),
    expected: 'a public address',
    do: 'fetch the file yourself and import it, or name the host in regimen:privateHosts of the stack',
  })

/** Without what may be secret in it. */
const shown = (url: URL) => `${url.protocol}//${url.host}${url.pathname}`
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
