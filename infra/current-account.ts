/** Asks whose account, which region and which partition a stack is deployed to. */
import * as aws from '@pulumi/aws'
import type { Account } from './account.ts'

/** Plain values, not outputs: physical names and policies are computed from them before any resource exists. */
export async function currentAccount(): Promise<Account> {
  const [{ partition }, { region }, { accountId }] = await Promise.all([
    aws.getPartition(),
    aws.getRegion(),
    aws.getCallerIdentity(),
  ])
  return { partition, region, accountId }
}
