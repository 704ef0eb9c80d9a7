/** The account that the SDK's credentials open, asked by calls that only read. */
import { BatchGetImageCommand, ECRClient } from '@aws-sdk/client-ecr'
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetBucketVersioningCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { paginateListServiceQuotas, ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { Account } from './subject.ts'

export function awsAccount(region: string): Account {
  // Somebody waits in front of it.
  const settings = { region, maxAttempts: 2 }
  const s3 = new S3Client({ ...settings, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined })
  const asked = new Map<string, Promise<ReadonlyMap<string, number>>>()
  let caller: ReturnType<Account['identity']> | undefined
  const identity: Account['identity'] = () => {
    caller ??= new STSClient(settings)
      .send(new GetCallerIdentityCommand({}))
      .then(({ Account = '', Arn = '' }) => ({ accountId: Account, arn: Arn }))
    return caller
  }
  return {
    identity,
    quotas(service) {
      const known = asked.get(service) ?? quotasOf(new ServiceQuotasClient(settings), service)
      asked.set(service, known)
      return known
    },
    async lambdaConcurrency() {
      const { AccountLimit } = await new LambdaClient(settings).send(new GetAccountSettingsCommand({}))
      return AccountLimit?.UnreservedConcurrentExecutions ?? AccountLimit?.ConcurrentExecutions ?? 0
    },
    async hasImage(registryId, repositoryName, imageTag) {
      const command = new BatchGetImageCommand({ registryId, repositoryName, imageIds: [{ imageTag }] })
      const { images = [] } = await new ECRClient(settings).send(command)
      return images.length > 0
    },
    async bucket(name) {
      try {
        const { accountId } = await identity()
        await s3.send(new HeadBucketCommand({ Bucket: name, ExpectedBucketOwner: accountId }))
        return 'ours'
      } catch (error) {
        const status = statusOf(error)
        if (status === 404) return 'absent'
        if (status === 403 || status === 301) return 'not ours or not allowed'
        throw error
      }
    },
    async isVersioned(Bucket) {
      return (await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status === 'Enabled'
    },
    async keyState(KeyId) {
      try {
        const { KeyMetadata } = await new KMSClient(settings).send(new DescribeKeyCommand({ KeyId }))
        return KeyMetadata?.KeyState
      } catch (error) {
        if (error instanceof Error && error.name === 'NotFoundException') return undefined
        throw error
      }
    },
  }
}

async function quotasOf(client: ServiceQuotasClient, ServiceCode: string) {
  const found = new Map<string, number>()
  for await (const { Quotas = [] } of paginateListServiceQuotas({ client, pageSize: 100 }, { ServiceCode }))
    for (const { QuotaName, Value } of Quotas)
      if (QuotaName !== undefined && Value !== undefined) found.set(QuotaName, Value)
  return found
}

function statusOf(error: unknown): unknown {
  const metadata: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, '$metadata') : undefined
  return typeof metadata === 'object' && metadata !== null
    ? Reflect.get(metadata, 'httpStatusCode')
    : undefined
}
