/** Who signed a request and for which service, read from its SigV4 header or presigned query. */
import type { IncomingMessage } from 'node:http'

export interface Caller {
  readonly accessKeyId: string
  readonly sessionToken?: string
  readonly region: string
  /** Name in the credential scope: `states`, `s3`, `monitoring`, … */
  readonly service: string
  /** When a presigned address stops working. */
  readonly expires?: Date
}

/** `undefined` for an unsigned request. Signatures are not verified: the endpoint listens on loopback only. */
export function readCaller(request: IncomingMessage, url: URL): Caller | undefined {
  const header = request.headers.authorization
  if (header?.startsWith('AWS4-HMAC-SHA256')) {
    const credential = /Credential=([^,\s]+)/.exec(header)?.[1]
    const token = request.headers['x-amz-security-token']
    return credential === undefined ? undefined : scope(credential, token)
  }
  const presigned = url.searchParams.get('X-Amz-Credential')
  const caller =
    presigned === null ? undefined : scope(presigned, url.searchParams.get('X-Amz-Security-Token'))
  if (caller === undefined) return undefined
  const expires = expiry(url)
  return expires === undefined ? caller : { ...caller, expires }
}

function scope(credential: string, token: string | string[] | null | undefined): Caller | undefined {
  const [accessKeyId, , region, service] = credential.split('/')
  if (accessKeyId === undefined || region === undefined || service === undefined) return undefined
  const signed = { accessKeyId, region, service: service === 's3express' ? 's3' : service }
  return typeof token === 'string' ? { ...signed, sessionToken: token } : signed
}

function expiry(url: URL): Date | undefined {
  const signed = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(url.searchParams.get('X-Amz-Date') ?? '')
  const seconds = Number(url.searchParams.get('X-Amz-Expires') ?? Number.NaN)
  if (signed === null || !Number.isFinite(seconds)) return undefined
  const [, year, month, day, hour, minute, second] = signed.map(Number)
  const at = Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0)
  return new Date(at + seconds * 1_000)
}
