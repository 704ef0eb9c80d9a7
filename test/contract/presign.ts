/** A presigned GET address: Signature Version 4 in the query, as AWS's reference describes it. */
import { createHash, createHmac } from 'node:crypto'

/**
 * @param path `/bucket/key`, percent-encoded
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function presignGet(
  endpoint: string,
  path: string,
  { at = new Date(), seconds = 60, query = {} as Readonly<Record<string, string>> } = {},
): string {
  const stamp = at.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const scope = `${stamp.slice(0, 8)}/us-east-1/s3/aws4_request`
  const parameters = new URLSearchParams({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `test/${scope}`,
    'X-Amz-Date': stamp,
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
    ...query,
  })
  parameters.sort()
  const canonical = [
    'GET',
    path,
    String(parameters),
    `host:${new URL(endpoint).host}`,
    '',
    'host',
    'UNSIGNED-PAYLOAD',
  ]
  const digest = createHash('sha256').update(canonical.join('\n')).digest('hex')
  const text = ['AWS4-HMAC-SHA256', stamp, scope, digest].join('\n')
  const key = scope.split('/').reduce<string | Buffer>((secret, part) => hmac(secret, part), 'AWS4test')
  return `${endpoint}${path}?${parameters}&X-Amz-Signature=${hmac(key, text).toString('hex')}`
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
