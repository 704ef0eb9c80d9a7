/** Buckets and versioned objects in files: an object exists from the moment its metadata file is renamed into place. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../atomic-file.ts'
import { AwsError } from '../service.ts'
import { noSuchBucket, noSuchKey, noSuchVersion, preconditionFailed } from './errors.ts'
import { KeyIndex } from './key-index.ts'
import {
  type BucketRecord,
  bucketRecord,
  type ObjectAttributes,
  type ObjectVersion,
  objectVersion,
} from './object-version.ts'
import type { StagedObject } from './staged-object.ts'

export interface PutConditions {
  /** ETag without quotes, or `*`. */
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
}

interface Bucket {
  record: BucketRecord
  readonly index: KeyIndex
}

export class ObjectStore {
  readonly #root: string
  readonly #buckets = new Map<string, Bucket>()
  readonly #locks = new Map<string, Promise<unknown>>()
  #sequence = 0

  private constructor(root: string) {
    this.#root = root
  }

  static async open(root: string): Promise<ObjectStore> {
    const store = new ObjectStore(root)
    await mkdir(root, { recursive: true })
    for (const name of await readdir(root)) await store.#load(name)
    return store
  }

  get buckets(): BucketRecord[] {
    return [...this.#buckets.values()].map(({ record }) => record).sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** @throws AwsError `NoSuchBucket` */
  bucket(name: string): BucketRecord {
    return this.#bucket(name).record
  }

  has(name: string): boolean {
    return this.#buckets.has(name)
  }

  /** Where parts and temporary files of a bucket lie. */
  workDirectory(name: string): string {
    return join(this.#root, this.#bucket(name).record.name, 'work')
  }

  async createBucket(name: string, createdAt: Date): Promise<BucketRecord> {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
      throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name })
    const known = this.#buckets.get(name)
    if (known !== undefined) return known.record
    const record: BucketRecord = { name, createdAt: createdAt.toISOString(), eventBridge: false }
    await this.#save(record)
    this.#buckets.set(name, { record, index: new KeyIndex() })
    return record
  }

  async configureBucket(name: string, change: Partial<BucketRecord>): Promise<void> {
    const bucket = this.#bucket(name)
    // One after the other: a deploy sets versioning and notifications at once, and neither may undo the other.
    await this.#exclusively(name, async () => {
      const record = { ...bucket.record, ...change }
      await this.#save(record)
      bucket.record = record
    })
  }

  /** @throws AwsError `BucketNotEmpty` unless `force`, which removes every version. */
  async deleteBucket(name: string, force = false): Promise<void> {
    const bucket = this.#bucket(name)
    if (!force && !bucket.index.empty)
      throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
        BucketName: name,
      })
    this.#buckets.delete(name)
    await rm(join(this.#root, name), { recursive: true, force: true })
  }

  index(name: string): KeyIndex {
    return this.#bucket(name).index
  }

  /** The newest version or the named one. @throws AwsError `NoSuchKey`, `NoSuchVersion` */
  version(bucket: string, key: string, versionId?: string): ObjectVersion {
    const versions = this.#bucket(bucket).index.versions(key)
    if (versionId !== undefined) {
      const found = versions.find((version) => version.versionId === versionId)
      if (found === undefined) throw noSuchVersion(key, versionId)
      return found
    }
    const [newest] = versions
    if (newest === undefined || newest.deleteMarker) throw noSuchKey(key)
    return newest
  }

  /** Path of the bytes. */
  file(bucket: string, version: ObjectVersion): string {
    return join(this.#folder(bucket, version.key), version.data ?? '')
  }

  /**
   * Makes a staged file the newest version of its key; conditions are checked and the write is done as one step.
   * @throws AwsError `PreconditionFailed`
   */
  async commit(
    bucket: string,
    key: string,
    staged: StagedObject,
    attributes: ObjectAttributes,
    options: PutConditions & { etag?: string; at: Date },
  ): Promise<ObjectVersion> {
    return await this.#exclusively(`${bucket}/${key}`, async () => {
      this.#checkConditions(bucket, key, options)
      const folder = this.#folder(bucket, key)
      const data = `${randomBytes(8).toString('hex')}.data`
      await mkdir(folder, { recursive: true })
      await rename(staged.file, join(folder, data))
      return await this.#append(bucket, {
        ...attributes,
        ...this.#stamp(bucket, options.at),
        key,
        deleteMarker: false,
        size: staged.size,
        etag: options.etag ?? staged.md5,
        data,
      })
    })
  }

  /** Without a version id: a delete marker where the bucket is versioned, otherwise the object is gone. */
  async remove(
    bucket: string,
    key: string,
    versionId: string | undefined,
    at: Date,
  ): Promise<{ versionId?: string; deleteMarker?: boolean }> {
    return await this.#exclusively(`${bucket}/${key}`, async () => {
      const { record, index } = this.#bucket(bucket)
      const versions = index.versions(key)
      if (versionId === undefined && record.versioning !== undefined) {
        const stamp = this.#stamp(bucket, at)
        const marker = {
          key,
          deleteMarker: true,
          size: 0,
          etag: '',
          contentType: '',
          headers: {},
          metadata: {},
        }
        await this.#append(bucket, { ...marker, ...stamp })
        return { versionId: stamp.versionId, deleteMarker: true }
      }
      const found = versions.find((version) => version.versionId === (versionId ?? 'null'))
      if (found !== undefined) await this.#erase(bucket, found)
      if (versionId === undefined) return {}
      return found?.deleteMarker === true ? { versionId, deleteMarker: true } : { versionId }
    })
  }

  async #append(bucket: string, version: ObjectVersion): Promise<ObjectVersion> {
    const { index } = this.#bucket(bucket)
    const replaced = index.versions(version.key).find(({ versionId }) => versionId === version.versionId)
    await writeAtomically(this.#metadataFile(bucket, version), JSON.stringify(version))
    index.put(version)
    if (replaced?.data !== undefined) await rm(this.file(bucket, replaced), { force: true })
    return version
  }

  async #erase(bucket: string, version: ObjectVersion): Promise<void> {
    await rm(this.#metadataFile(bucket, version), { force: true })
    this.#bucket(bucket).index.remove(version)
    if (version.data !== undefined) await rm(this.file(bucket, version), { force: true })
  }

  #checkConditions(bucket: string, key: string, { ifMatch, ifNoneMatch }: PutConditions): void {
    const [newest] = this.#bucket(bucket).index.versions(key)
    const current = newest?.deleteMarker === false ? newest : undefined
    if (ifMatch !== undefined) {
      if (current === undefined) throw noSuchKey(key)
      if (ifMatch !== '*' && ifMatch !== current.etag) throw preconditionFailed('If-Match')
    }
    if (ifNoneMatch !== undefined && current !== undefined)
      if (ifNoneMatch === '*' || ifNoneMatch === current.etag) throw preconditionFailed('If-None-Match')
  }

  #stamp(bucket: string, at: Date) {
    this.#sequence = Math.max(this.#sequence + 1, at.getTime() * 1_000)
    const versioned = this.#bucket(bucket).record.versioning === 'Enabled'
    return {
      versionId: versioned ? randomBytes(24).toString('base64url') : 'null',
      sequence: this.#sequence,
      lastModified: at.toISOString(),
    }
  }

  #bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name)
    if (bucket === undefined) throw noSuchBucket(name)
    return bucket
  }

  /** Keys may be longer and stranger than file names, so the folder is named by the key's hash. */
  #folder(bucket: string, key: string): string {
    const hash = createHash('sha256').update(key).digest('hex').slice(0, 40)
    return join(this.#root, bucket, 'objects', hash.slice(0, 2), hash)
  }

  #metadataFile(bucket: string, version: ObjectVersion): string {
    return join(this.#folder(bucket, version.key), `${version.versionId}.json`)
  }

  async #save(record: BucketRecord): Promise<void> {
    await writeAtomically(join(this.#root, record.name, 'bucket.json'), JSON.stringify(record))
  }

  async #load(name: string): Promise<void> {
    const text = await readFile(join(this.#root, name, 'bucket.json'), 'utf8').catch(() => undefined)
    // A bucket whose creation was cut short has no record and was never acknowledged.
    if (text === undefined) return
    const index = new KeyIndex()
    this.#buckets.set(name, { record: bucketRecord.parse(JSON.parse(text)), index })
    const files = await readdir(join(this.#root, name), { recursive: true, withFileTypes: true })
    const bytes = new Set<string>()
    for (const entry of files) {
      if (!entry.isFile() || !entry.parentPath.includes(join(name, 'objects'))) continue
      const path = join(entry.parentPath, entry.name)
      if (entry.name.endsWith('.json'))
        index.put(objectVersion.parse(JSON.parse(await readFile(path, 'utf8'))))
      else bytes.add(path)
    }
    for (const version of index.all()) {
      this.#sequence = Math.max(this.#sequence, version.sequence)
      bytes.delete(this.file(name, version))
    }
    // What a crash left between the bytes and their metadata belongs to no object.
    for (const orphan of bytes) await rm(orphan, { force: true })
  }

  async #exclusively<T>(key: string, run: () => Promise<T>): Promise<T> {
    const before = this.#locks.get(key) ?? Promise.resolve()
    const mine = before.then(run, run)
    const settled = mine.catch(() => undefined)
    this.#locks.set(key, settled)
    try {
      return await mine
    } finally {
      if (this.#locks.get(key) === settled) this.#locks.delete(key)
    }
  }
}
