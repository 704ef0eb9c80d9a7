/** The account, region and partition that a stack is deployed to: nothing spells one of them. */
import * as aws from '@pulumi/aws'

export interface Account {
  readonly partition: string
  readonly region: string
  readonly accountId: string
}

/** Plain values, not outputs: physical names and policies are computed from them before any resource exists. */
export async function currentAccount(): Promise<Account> {
  const [{ partition }, { region }, { accountId }] = await Promise.all([
    aws.getPartition(),
    aws.getRegion(),
    aws.getCallerIdentity(),
  ])
  return { partition, region, accountId }
}

export function arn(account: Account, service: string, resource: string): string {
  return `arn:${account.partition}:${service}:${account.region}:${account.accountId}:${resource}`
}
