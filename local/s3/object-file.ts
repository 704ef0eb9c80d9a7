/** The objects of a cloud for the other local services: their store, and the paths of their bytes. */
import { AwsError, type Cloud } from '../service.ts'
import type { ObjectStore } from './object-store.ts'

const stores = new WeakMap<Cloud, ObjectStore>()

export function provideStore(cloud: Cloud, store: ObjectStore): void {
  stores.set(cloud, store)
}

/** @throws AwsError when the cloud's S3 has not started */
export function storeOf(cloud: Cloud): ObjectStore {
  const store = stores.get(cloud)
  if (store === undefined) throw new AwsError('ServiceUnavailable', 'the local S3 has not started', 503)
  return store
}

/** Path of an object's bytes: to be read or linked, never written. @throws AwsError `NoSuchKey`, `NoSuchVersion` */
export function objectFile(cloud: Cloud, bucket: string, key: string, versionId?: string): string {
  const store = storeOf(cloud)
  return store.file(bucket, store.version(bucket, key, versionId))
}
