/** Pulumi's S3 types that change what the local S3 does: buckets, versioning, notifications, objects. */
import { createReadStream } from 'node:fs'
import * as z from 'zod'
import { AwsError, type Call, type Json, type ResourceType } from '../service.ts'
import { storeOf } from './object-file.ts'
import { stageObject } from './staged-object.ts'

function bucketOutputs(name: string, inputs: Json, { cloud }: Call): Json {
  return {
    ...inputs,
    id: name,
    bucket: name,
    arn: cloud.arn('s3', name),
    region: cloud.region,
    bucketDomainName: `${name}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${name}.s3.${cloud.region}.amazonaws.com`,
    hostedZoneId: 'Z3AQBSTGFYJSTF',
  }
}

const bucket: ResourceType = {
  replaceOn: ['bucket'],
  async create(inputs, call) {
    const name = text(inputs, 'bucket')
    await storeOf(call.cloud).createBucket(name, call.cloud.now())
    return { id: name, outputs: bucketOutputs(name, inputs, call) }
  },
  update: async (id, inputs, _previous, call) => ({ outputs: bucketOutputs(id, inputs, call) }),
  async delete(id, state, { cloud }) {
    const store = storeOf(cloud)
    if (store.has(id)) await store.deleteBucket(id, state.forceDestroy === true)
  },
}

const versioningInputs = z.object({
  bucket: z.string(),
  versioningConfiguration: z.object({ status: z.enum(['Enabled', 'Suspended', 'Disabled']) }),
})

const versioning = setting(async (inputs, { cloud }) => {
  const { bucket: name, versioningConfiguration } = versioningInputs.parse(inputs)
  const { status } = versioningConfiguration
  if (status !== 'Disabled') await storeOf(cloud).configureBucket(name, { versioning: status })
})

const notification = setting(async (inputs, { cloud }) => {
  await storeOf(cloud).configureBucket(text(inputs, 'bucket'), { eventBridge: inputs.eventbridge === true })
})

/** A configuration of one bucket, named by the bucket. */
function setting(apply: (inputs: Json, call: Call) => Promise<void>): ResourceType {
  return {
    replaceOn: ['bucket'],
    async create(inputs, call) {
      await apply(inputs, call)
      const id = text(inputs, 'bucket')
      return { id, outputs: { ...inputs, id } }
    },
    async update(id, inputs, _previous, call) {
      await apply(inputs, call)
      return { outputs: { ...inputs, id } }
    },
    async delete() {
      // The bucket keeps its last setting, as S3 suspends and never unlearns versioning.
    },
  }
}

const objectInputs = z.object({
  bucket: z.string(),
  key: z.string(),
  content: z.string().optional(),
  contentBase64: z.string().optional(),
  source: z.object({ file: z.string() }).optional(),
  contentType: z.string().default('application/octet-stream'),
  metadata: z.record(z.string(), z.string()).default({}),
})

async function putObject(inputs: Json, { cloud }: Call) {
  const wanted = objectInputs.parse(inputs)
  const store = storeOf(cloud)
  const staged = await stageObject(store.workDirectory(wanted.bucket), contentOf(wanted), ['CRC64NVME'])
  const version = await store.commit(
    wanted.bucket,
    wanted.key,
    staged,
    {
      contentType: wanted.contentType,
      headers: {},
      metadata: wanted.metadata,
      checksum: { name: 'CRC64NVME', value: staged.checksums.get('CRC64NVME') ?? '', type: 'FULL_OBJECT' },
    },
    { at: cloud.now() },
  )
  const id = `${wanted.bucket}/${wanted.key}`
  const arn = cloud.arn('s3', id)
  return { id, outputs: { ...inputs, id, arn, etag: version.etag, versionId: version.versionId } }
}

function contentOf(wanted: z.output<typeof objectInputs>): AsyncIterable<Uint8Array> {
  if (wanted.source !== undefined) return createReadStream(wanted.source.file)
  const bytes =
    wanted.contentBase64 === undefined
      ? Buffer.from(wanted.content ?? '')
      : Buffer.from(wanted.contentBase64, 'base64')
  return (async function* () {
    yield bytes
  })()
}

const object: ResourceType = {
  replaceOn: ['bucket', 'key'],
  create: putObject,
  update: async (_id, inputs, _previous, call) => ({ outputs: (await putObject(inputs, call)).outputs }),
  async delete(_id, state, { cloud }) {
    const store = storeOf(cloud)
    const name = text(state, 'bucket')
    if (store.has(name)) await store.remove(name, text(state, 'key'), undefined, cloud.now())
  },
}

function text(inputs: Json, name: string): string {
  const value = inputs[name]
  if (typeof value === 'string' && value !== '') return value
  throw new AwsError('ValidationError', `${name} is missing: give every bucket and object an explicit name`)
}

export const s3Resources: Readonly<Record<string, ResourceType>> = {
  'aws:s3/bucket:Bucket': bucket,
  'aws:s3/bucketV2:BucketV2': bucket,
  'aws:s3/bucketVersioning:BucketVersioning': versioning,
  'aws:s3/bucketVersioningV2:BucketVersioningV2': versioning,
  'aws:s3/bucketNotification:BucketNotification': notification,
  'aws:s3/bucketObjectv2:BucketObjectv2': object,
  'aws:s3/bucketObject:BucketObject': object,
}
