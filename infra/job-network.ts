/** The VpcConfig of a SageMaker job, for the placeholder of a definition. */
import * as pulumi from '@pulumi/pulumi'
import { absent, type DefinitionValue } from './definition.ts'
import type { Network } from './network.ts'

export function jobNetwork(network: Network | undefined): pulumi.Input<DefinitionValue> {
  if (network === undefined) return absent
  const { subnetIds, securityGroupIds } = network.forJobs
  return pulumi
    .all([pulumi.all([...subnetIds]), pulumi.all([...securityGroupIds])])
    .apply(([Subnets, SecurityGroupIds]) => ({ Subnets, SecurityGroupIds }))
}
