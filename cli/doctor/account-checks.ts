/** What the account and the region must offer. */
import { Names } from '../../infra/names.ts'
import { trainingImage } from '../../infra/training-image.ts'
import { partitionOf } from '../../stacks/stand-in.ts'
import type { Check, Verdict } from './finding.ts'
import { configured } from './machine-checks.ts'
import type { Subject } from './subject.ts'
import { xgboostRegistries } from './xgboost-registries.ts'

export const credentials: Check = {
  check: 'credentials',
  expected: 'credentials of a role or a user, not of the account itself',
  needs: 'sts:GetCallerIdentity',
  async examine({ account, isLocal }) {
    try {
      const { arn } = await account.identity()
      if (arn.endsWith(':root') && !isLocal)
        return { status: 'warning', got: arn, do: 'work in a role: the root user cannot be limited' }
      return { status: 'ok', got: arn }
    } catch (error) {
      const got = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
      return { status: 'failed', got, do: 'aws sso login, or set AWS_PROFILE' }
    }
  },
}

const image = `${trainingImage.repositoryName}:${trainingImage.imageTag}`

export const accountChecks: readonly Check[] = [
  {
    check: 'region',
    expected: 'the region of the file is the one that commands talk to',
    examine({ region, configuredRegion, stack }) {
      if (configuredRegion === undefined)
        return { status: 'failed', got: 'no aws:region', do: `set aws:region in Pulumi.${stack}.yaml` }
      if (configuredRegion === region) return { status: 'ok', got: region }
      const got = `${configuredRegion} in the file, ${region} in the environment`
      return { status: 'failed', got, do: `export AWS_REGION=${configuredRegion}` }
    },
  },
  {
    check: 'XGBoost image',
    expected: `${image} can be pulled in the region`,
    needs: 'ecr:BatchGetImage',
    async examine({ region, account }) {
      const registry = xgboostRegistries[region]
      const { repositoryName, imageTag } = trainingImage
      if (registry === undefined)
        return { status: 'failed', got: `no known registry in ${region}`, do: 'choose another region' }
      if (await account.hasImage(registry, repositoryName, imageTag))
        return { status: 'ok', got: `${registry}/${image}` }
      return { status: 'failed', got: `no ${image} in ${registry}`, do: 'choose another region' }
    },
  },
  {
    check: 'training quota',
    expected: 'at least one instance of each type that the projects train on',
    needs: 'servicequotas:ListServiceQuotas',
    examine: async ({ account, instanceTypes, region }) =>
      quotaVerdict(await account.quotas('sagemaker'), instanceTypes, 'training job usage', region),
  },
  {
    check: 'spot training quota',
    expected: 'any: jobs run on demand; spot needs at least one instance',
    needs: 'servicequotas:ListServiceQuotas',
    async examine({ account, instanceTypes, region }) {
      const quotas = await account.quotas('sagemaker')
      return {
        ...quotaVerdict(quotas, instanceTypes, 'spot training job usage', region),
        status: 'ok',
        do: '',
      }
    },
  },
  {
    check: 'Lambda concurrency',
    expected: 'calls at once for the parts of a run (mapConcurrency) and as many again for all others',
    needs: 'lambda:GetAccountSettings',
    async examine(subject) {
      const { mapConcurrency } = configured(subject)
      const free = await subject.account.lambdaConcurrency()
      const got = `${free} unreserved, mapConcurrency ${mapConcurrency}`
      const more = `request Lambda's quota "Concurrent executions" (L-B99A9384) of ${Math.max(1_000, 2 * mapConcurrency)}, or lower regimen:mapConcurrency`
      if (free < mapConcurrency) return { status: 'failed', got, do: more }
      return free < 2 * mapConcurrency ? { status: 'warning', got, do: more } : { status: 'ok', got }
    },
  },
  {
    check: 'data key',
    expected: 'enabled, or not made yet',
    needs: 'kms:DescribeKey',
    async examine({ account, stack }) {
      const alias = new Names(stack).keyAlias()
      const state = await account.keyState(alias)
      if (state === undefined) return { status: 'ok', got: `no ${alias} yet` }
      if (state === 'Enabled') return { status: 'ok', got: `${alias} is enabled` }
      return { status: 'failed', got: `${alias} is ${state}`, do: `${remedies[state] ?? 'enable the key'}` }
    },
  },
  {
    check: 'bucket name',
    expected: "free, or this account's",
    needs: 's3:ListBucket',
    async examine({ account, region, stack }) {
      const { accountId } = await account.identity()
      const name = new Names(stack).bucket({ accountId, region, partition: partitionOf(region) })
      const found = await account.bucket(name)
      if (found === 'absent') return { status: 'ok', got: `${name} is free` }
      if (found === 'ours') return { status: 'ok', got: `${name} is this account's` }
      return {
        status: 'unknown',
        got: `${name} is there and may not be looked at`,
        do: 'allow s3:ListBucket on it; if another account owns it, name the stack differently',
      }
    },
  },
  {
    check: 'agreement on health data (BAA)',
    expected: 'accepted in AWS Artifact before anything that identifies a patient is brought',
    examine: ({ isLocal }) =>
      isLocal
        ? { status: 'ok', got: 'none, and data on a laptop need none' }
        : {
            status: 'unknown',
            got: 'cannot be read from here',
            do: 'look in AWS Artifact under Agreements: the Business Associate Addendum must be active',
          },
  },
]

const remedies: Readonly<Record<string, string>> = {
  PendingDeletion: 'aws kms cancel-key-deletion, then aws kms enable-key: without it the data are lost',
  Disabled: 'aws kms enable-key',
}

/** Service Quotas names them `ml.m5.xlarge for training job usage`; a type that it does not name does not exist there. */
function quotaVerdict(
  quotas: ReadonlyMap<string, number>,
  types: Subject['instanceTypes'],
  use: string,
  region: string,
): Verdict {
  const found = types.map((type) => ({ type, value: quotas.get(`${type} for ${use}`) }))
  const got = found.map(({ type, value }) => `${type}: ${value ?? 'no such quota'}`).join(', ')
  const short = found.filter(({ value }) => value === undefined || value < 1)
  if (short.length === 0) return { status: 'ok', got }
  const names = short.map(({ type }) => `"${type} for ${use}"`).join(' and ')
  return { status: 'failed', got, do: `request SageMaker's quota ${names} in ${region}: 1 or more` }
}
