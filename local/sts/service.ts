/** The local STS: who am I, and the keys of a role. */
import type { Keys } from '../gateway/keys.ts'
import { type Action, AwsError, type LocalService } from '../service.ts'

export function stsService(keys: Keys): LocalService {
  const actions: Record<string, Action> = {
    async GetCallerIdentity(_input, { principal, cloud }) {
      const name = /:role\/(?:.*\/)?([^/]+)$/.exec(principal.arn)?.[1]
      if (name === undefined) return { UserId: cloud.accountId, Account: cloud.accountId, Arn: principal.arn }
      const assumed = `arn:${cloud.partition}:sts::${cloud.accountId}:assumed-role/${name}/local`
      return { UserId: `AROA${name.toUpperCase()}:local`, Account: cloud.accountId, Arn: assumed }
    },
    async AssumeRole({ RoleArn, RoleSessionName, DurationSeconds }, { cloud }) {
      if (typeof RoleArn !== 'string' || !/^arn:[\w-]+:iam::\d{12}:role\/.+/.test(RoleArn))
        throw new AwsError('ValidationError', `${String(RoleArn)} is invalid`)
      const { accessKeyId, secretAccessKey } = keys.of(RoleArn)
      const seconds = typeof DurationSeconds === 'number' ? DurationSeconds : 3_600
      const name = RoleArn.slice(RoleArn.lastIndexOf('/') + 1)
      return {
        Credentials: {
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          SessionToken: 'local',
          Expiration: new Date(cloud.now().getTime() + seconds * 1_000),
        },
        AssumedRoleUser: {
          AssumedRoleId: `${accessKeyId}:${String(RoleSessionName)}`,
          Arn: `arn:${cloud.partition}:sts::${cloud.accountId}:assumed-role/${name}/${String(RoleSessionName)}`,
        },
      }
    },
  }
  return { name: 'sts', actions }
}
