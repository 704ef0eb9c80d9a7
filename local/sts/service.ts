/** The local STS: who am I, and the keys of a role. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { callerArn, type Keys, sessionTokenOf } from '../gateway/keys.ts'
import { mayAssume } from '../iam/access-checks.ts'
import type { IamStore } from '../iam/store.ts'
import { uniqueId } from '../iam/unique-id.ts'
import { type Action, AwsError, type LocalService } from '../service.ts'

const assuming = z.object({
  RoleArn: z.string().regex(/^arn:[\w-]+:iam::\d{12}:role\/.+/),
  RoleSessionName: z
    .string()
    .min(2)
    .max(64)
    .regex(/^[\w+=,.@-]*$/),
  ExternalId: z.string().min(2).max(1224).optional(),
  DurationSeconds: z.int().min(900).max(43_200).default(3_600),
})

/** @param store whose trust policies decide; absent: everybody may assume every role */
export function stsService(keys: Keys, store?: IamStore): LocalService {
  const actions: Record<string, Action> = {
    async GetCallerIdentity(_input, { principal, cloud }) {
      const arn = callerArn({ session: 'local', ...principal })
      if (arn === principal.arn) return { UserId: cloud.accountId, Account: cloud.accountId, Arn: arn }
      const session = arn.slice(arn.lastIndexOf('/') + 1)
      return { UserId: `${uniqueId('AROA', principal.arn)}:${session}`, Account: cloud.accountId, Arn: arn }
    },
    async AssumeRole(input, call) {
      const { cloud, principal } = call
      const {
        RoleArn: role,
        RoleSessionName: session,
        DurationSeconds: seconds,
        ExternalId: externalId,
      } = acceptInput(assuming, input, 'ValidationError')
      if (store !== undefined && !mayAssume(store, call, role, externalId)) {
        throw new AwsError(
          'AccessDenied',
          `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${role}`,
          403,
        )
      }
      const { accessKeyId, secretAccessKey } = keys.of(role)
      const name = role.slice(role.lastIndexOf('/') + 1)
      return {
        Credentials: {
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          SessionToken: sessionTokenOf(session),
          Expiration: new Date(cloud.now().getTime() + seconds * 1_000),
        },
        AssumedRoleUser: {
          AssumedRoleId: `${uniqueId('AROA', role)}:${session}`,
          Arn: `arn:${cloud.partition}:sts::${cloud.accountId}:assumed-role/${name}/${session}`,
        },
      }
    },
  }
  return { name: 'sts', actions }
}
