/** ListObjectsV2, ListObjects and ListObjectVersions. */
import { invalidArgument } from './errors.ts'
import { type Listing, listObjects, listVersions } from './listing.ts'
import type { ObjectVersion } from './object-version.ts'
import { type S3Request, sendXml } from './request.ts'

export async function listObjectsV2({ store, response, bucket, query, allow }: S3Request): Promise<void> {
  const { prefix, delimiter, maxKeys, encode } = common(query)
  allow('s3:ListBucket', { bucket }, { 's3:prefix': prefix })
  const token = query.get('continuation-token')
  const startAfter = query.get('start-after') ?? ''
  const after = token === null ? startAfter : readToken(token)
  const page = listObjects(store.index(bucket), { prefix, delimiter, after, maxKeys })
  sendXml(response, 'ListBucketResult', {
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    StartAfter: startAfter === '' ? undefined : encode(startAfter),
    MaxKeys: maxKeys,
    EncodingType: query.get('encoding-type') ?? undefined,
    KeyCount: page.entries.length + page.commonPrefixes.length,
    IsTruncated: page.next !== undefined,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.next === undefined ? undefined : Buffer.from(page.next).toString('base64url'),
    Contents: page.entries.map((version) => content(version, encode)),
    CommonPrefixes: page.commonPrefixes.map((name) => ({ Prefix: encode(name) })),
  })
}

/** The first version of the API, which older tools still use. */
export async function listObjectsV1({ store, response, bucket, query, allow }: S3Request): Promise<void> {
  const { prefix, delimiter, maxKeys, encode } = common(query)
  allow('s3:ListBucket', { bucket }, { 's3:prefix': prefix })
  const marker = query.get('marker') ?? ''
  const page = listObjects(store.index(bucket), { prefix, delimiter, after: marker, maxKeys })
  sendXml(response, 'ListBucketResult', {
    Name: bucket,
    Prefix: encode(prefix),
    Marker: encode(marker),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: maxKeys,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: page.next !== undefined,
    // Only with a delimiter: without one, the last key of the page is the next marker.
    NextMarker: page.next === undefined || delimiter === '' ? undefined : encode(page.next),
    Contents: page.entries.map((version) => content(version, encode)),
    CommonPrefixes: page.commonPrefixes.map((name) => ({ Prefix: encode(name) })),
  })
}

export async function listObjectVersions({
  store,
  response,
  bucket,
  query,
  allow,
}: S3Request): Promise<void> {
  const { prefix, delimiter, maxKeys, encode } = common(query)
  allow('s3:ListBucketVersions', { bucket }, { 's3:prefix': prefix })
  const index = store.index(bucket)
  const after = query.get('key-marker') ?? ''
  const afterVersion = query.get('version-id-marker') ?? ''
  if (afterVersion !== '' && after === '')
    throw invalidArgument('A version-id marker cannot be specified without a key marker.')
  const page: Listing<ObjectVersion> = listVersions(index, {
    prefix,
    delimiter,
    after,
    afterVersion,
    maxKeys,
  })
  const last = page.entries.at(-1)
  const entry = (version: ObjectVersion) => ({
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: index.versions(version.key)[0] === version,
    LastModified: version.lastModified,
  })
  sendXml(response, 'ListVersionsResult', {
    Name: bucket,
    Prefix: encode(prefix),
    KeyMarker: encode(after),
    VersionIdMarker: afterVersion,
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    MaxKeys: maxKeys,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: page.next !== undefined,
    NextKeyMarker: page.next === undefined ? undefined : encode(page.next),
    // Absent when the page ends with a common prefix, which has no version.
    NextVersionIdMarker: page.next !== undefined && page.next === last?.key ? last.versionId : undefined,
    Version: page.entries
      .filter((version) => !version.deleteMarker)
      .map((version) => ({
        ...entry(version),
        ETag: `"${version.etag}"`,
        Size: version.size,
        StorageClass: 'STANDARD',
      })),
    DeleteMarker: page.entries.filter((version) => version.deleteMarker).map(entry),
    CommonPrefixes: page.commonPrefixes.map((name) => ({ Prefix: encode(name) })),
  })
}

function common(query: URLSearchParams) {
  const maxKeys = Number(query.get('max-keys') ?? '1000')
  if (!Number.isInteger(maxKeys) || maxKeys < 0)
    throw invalidArgument('Argument max-keys must be an integer between 0 and 2147483647')
  return {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxKeys: Math.min(maxKeys, 1_000),
    encode: query.get('encoding-type') === 'url' ? encodeKey : (text: string) => text,
  }
}

/** As S3 writes it: `test_file(3).png` appears as `test_file%283%29.png`, and a blank as `+`. */
const encodeKey = (key: string) =>
  encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
    .replace(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

function content(version: ObjectVersion, encode: (text: string) => string) {
  return {
    Key: encode(version.key),
    LastModified: version.lastModified,
    ETag: `"${version.etag}"`,
    ChecksumAlgorithm: version.checksum?.name,
    ChecksumType: version.checksum?.type,
    Size: version.size,
    StorageClass: 'STANDARD',
  }
}

/** @throws AwsError `InvalidArgument` for a token that no listing gave. */
function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8')
  if (Buffer.from(text).toString('base64url') !== token)
    throw invalidArgument('The continuation token provided is incorrect')
  return text
}
