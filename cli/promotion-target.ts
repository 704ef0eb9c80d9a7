/** The other environment of a promotion, with credentials of its own where it is another account. */
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { Names } from '../infra/names.ts'
import type { Context } from './context.ts'

export interface TargetOptions {
  readonly to: string
  /** @default the credentials that the command runs with */
  readonly toProfile?: string
  /** @default the region of the environment that the version comes from */
  readonly toRegion?: string
}

export interface Target extends Pick<Context, 'names' | 'lambda' | 's3' | 'bucket' | 'caller'> {}

export async function openTarget(
  { region: here, lambda, s3, accountId, caller }: Context,
  { to, toProfile: profile, toRegion: region = here }: TargetOptions,
): Promise<Target> {
  const there = new Names(to)
  if (profile === undefined && region === here) {
    const [, partition = 'aws'] = caller.split(':')
    return { names: there, lambda, s3, caller, bucket: there.bucket({ accountId, region, partition }) }
  }
  const settings = { region, ...(profile === undefined ? {} : { profile }) }
  const { Account: account = '', Arn: arn = 'unknown' } = await new STSClient(settings).send(
    new GetCallerIdentityCommand({}),
  )
  const [, partition = 'aws'] = arn.split(':')
  return {
    names: there,
    lambda: new LambdaClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined }),
    caller: arn,
    bucket: there.bucket({ accountId: account, region, partition }),
  }
}
