/** STS: who am I, and the keys of a role. */
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { expect } from 'vitest'
import { contract, refusal } from './contract.ts'

const role = 'arn:aws:iam::000000000000:role/contract'
const documented = 'https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html'

contract(
  'STS',
  ({ client }) => ({ client, sts: new STSClient(client) }),
  (agree) => {
    agree('says in whose account the caller is', async ({ sts }) => {
      const identity = await sts.send(new GetCallerIdentityCommand({}))
      expect(identity.Account).toBe('000000000000')
      expect(identity.Arn).toMatch(/^arn:aws:(iam|sts)::000000000000:/)
      expect(identity.UserId).toMatch(/\w/)
    })

    agree('hands out the keys of a role, until when they last', async ({ sts }) => {
      const input = { RoleArn: role, RoleSessionName: 'session', DurationSeconds: 900 }
      const { Credentials, AssumedRoleUser } = await sts.send(new AssumeRoleCommand(input))
      expect(Credentials?.AccessKeyId).toMatch(/^ASIA[A-Z0-9]{16}$/)
      expect(Credentials?.SecretAccessKey).toMatch(/^\S{40}$/)
      expect(Credentials?.SessionToken).toMatch(/\S/)
      const seconds = (Number(Credentials?.Expiration) - Date.now()) / 1_000
      expect(seconds).toBeGreaterThan(840)
      expect(seconds).toBeLessThan(960)
      expect(AssumedRoleUser?.Arn).toBe('arn:aws:sts::000000000000:assumed-role/contract/session')
      expect(AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA[A-Z0-9]+:session$/)
    })

    agree('knows the holder of those keys as the role, in its session', async ({ sts, client }) => {
      const { Credentials } = await sts.send(
        new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'holder' }),
      )
      const credentials = {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      }
      const identity = await new STSClient({ ...client, credentials }).send(new GetCallerIdentityCommand({}))
      expect(identity.Arn).toMatch(/^arn:aws:sts::000000000000:assumed-role\/contract\//)
      expect(identity.UserId).toMatch(/^AROA[A-Z0-9]+:/)
    })

    agree(
      'refuses what is no role, and a duration that AWS does not give',
      { moto: 'takes any ARN and any duration', documented },
      async ({ sts }) => {
        const call = (more: object) =>
          sts.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: 'session', ...more }))
        expect(await refusal(call({ RoleArn: 'arn:aws:iam::000000000000:user/me' }))).toEqual({
          name: 'ValidationError',
          status: 400,
        })
        expect((await refusal(call({ DurationSeconds: 60 }))).name).toBe('ValidationError')
        expect((await refusal(call({ RoleSessionName: 'a b' }))).name).toBe('ValidationError')
      },
    )
  },
)
