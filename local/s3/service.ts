/** The local S3: the REST protocol for clients, and the same objects without the wire for the other local services. */
import type { Guard } from '../iam/guard.ts'
import { AwsError, type Json, type LocalService } from '../service.ts'
import { unframedActions } from './actions.ts'
import { answerS3, routes } from './http.ts'
import { provideStore, storeOf } from './object-file.ts'
import { ObjectStore } from './object-store.ts'
import { s3Resources } from './resources.ts'

export function s3Service(guard: Guard): LocalService {
  const overHttp = (name: string) => async (): Promise<Json> => {
    throw new AwsError('NotImplemented', `${name} is answered over HTTP only`, 501)
  }
  return {
    name: 's3',
    actions: {
      ...Object.fromEntries(routes.map(({ name }) => [name, overHttp(name)])),
      ...unframedActions,
    },
    resources: s3Resources,
    http: (request, response, call) => answerS3(storeOf(call.cloud), guard, request, response, call),
    start: async (cloud) => provideStore(cloud, await ObjectStore.open(cloud.directory('s3'))),
  }
}
