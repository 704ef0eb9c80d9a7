/** What an endpoint may run on: processors without a disk of their own, whose volumes take our key, with a known price. */
export const endpointInstanceTypes = [
  'ml.m5.large',
  'ml.m5.xlarge',
  'ml.m5.2xlarge',
  'ml.m5.4xlarge',
  'ml.c5.xlarge',
  'ml.c5.2xlarge',
] as const
