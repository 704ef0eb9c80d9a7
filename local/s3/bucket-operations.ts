/** Operations on buckets: create, head, list, delete, location, versioning. */
import { XMLParser } from 'fast-xml-parser'
import { readBody } from '../gateway/server.ts'
import { AwsError } from '../service.ts'
import { type S3Request, sendEmpty, sendXml } from './request.ts'

export async function listBuckets({ store, response, call, allow }: S3Request): Promise<void> {
  allow('s3:ListAllMyBuckets', { bucket: '*' })
  sendXml(response, 'ListAllMyBucketsResult', {
    Owner: { ID: call.cloud.accountId, DisplayName: 'local' },
    Buckets: {
      Bucket: store.buckets.map(({ name, createdAt }) => ({ Name: name, CreationDate: createdAt })),
    },
  })
}

export async function createBucket({ store, response, bucket, call, allow }: S3Request): Promise<void> {
  allow('s3:CreateBucket', { bucket })
  if (store.has(bucket) && call.cloud.region !== 'us-east-1')
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
      { BucketName: bucket },
    )
  await store.createBucket(bucket, call.cloud.now())
  sendEmpty(response, 200, { location: `/${bucket}` })
}

export async function headBucket({ store, response, bucket, call, allow }: S3Request): Promise<void> {
  allow('s3:ListBucket', { bucket })
  store.bucket(bucket)
  sendEmpty(response, 200, { 'x-amz-bucket-region': call.cloud.region })
}

export async function deleteBucket({ store, response, bucket, allow }: S3Request): Promise<void> {
  allow('s3:DeleteBucket', { bucket })
  await store.deleteBucket(bucket)
  sendEmpty(response, 204)
}

/** us-east-1 is said by saying nothing. */
export async function getBucketLocation({ store, response, bucket, call, allow }: S3Request): Promise<void> {
  allow('s3:GetBucketLocation', { bucket })
  store.bucket(bucket)
  const region = call.cloud.region
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${region === 'us-east-1' ? '' : region}</LocationConstraint>`
  response.writeHead(200, { 'content-type': 'application/xml' }).end(body)
}

export async function getBucketVersioning({ store, response, bucket, allow }: S3Request): Promise<void> {
  allow('s3:GetBucketVersioning', { bucket })
  sendXml(response, 'VersioningConfiguration', { Status: store.bucket(bucket).versioning })
}

const parser = new XMLParser()

export async function putBucketVersioning({
  store,
  request,
  response,
  bucket,
  allow,
}: S3Request): Promise<void> {
  allow('s3:PutBucketVersioning', { bucket })
  const parsed: unknown = parser.parse((await readBody(request)).toString('utf8'))
  const status = /"Status":"(Enabled|Suspended)"/.exec(JSON.stringify(parsed))?.[1]
  if (status !== 'Enabled' && status !== 'Suspended')
    throw new AwsError('MalformedXML', 'The XML you provided was not well-formed', 400)
  await store.configureBucket(bucket, { versioning: status })
  sendEmpty(response, 200)
}
