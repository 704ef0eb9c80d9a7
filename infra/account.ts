/** The account, region and partition that a stack is deployed to: nothing spells one of them. */
export interface Account {
  readonly partition: string
  readonly region: string
  readonly accountId: string
}

export function arn(account: Account, service: string, resource: string): string {
  return `arn:${account.partition}:${service}:${account.region}:${account.accountId}:${resource}`
}
