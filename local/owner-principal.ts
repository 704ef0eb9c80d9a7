/** The laptop's owner as a principal: as whom services act where AWS would use a service's own identity. */
import type { Cloud, Principal } from './service.ts'

export const ownerPrincipal = ({ partition, accountId }: Cloud): Principal => ({
  arn: `arn:${partition}:iam::${accountId}:root`,
  accountId,
})
