/** Pulumi types whose resources hold what cannot be made again: data, keys, identities. */
export const statefulTypes: ReadonlySet<string> = new Set([
  'aws:s3/bucket:Bucket',
  'aws:s3/bucketV2:BucketV2',
  'aws:dynamodb/table:Table',
  'aws:kms/key:Key',
  'aws:cognito/userPool:UserPool',
  'aws:sagemaker/featureGroup:FeatureGroup',
])

/** What a stack leaves behind and a later one can take up: the stateful ones, and the names that models hang on. */
export const adoptableTypes: ReadonlySet<string> = new Set([
  ...statefulTypes,
  'aws:sagemaker/modelPackageGroup:ModelPackageGroup',
])

/** One step of an update, as a preview knows it. */
export interface PlannedStep {
  readonly urn: string
  readonly type: string
  readonly change: 'created' | 'updated' | 'replaced' | 'unchanged' | 'imported' | 'deleted' | 'retained'
}

/** Steps that would lose a stateful resource. */
export const losses = (steps: readonly PlannedStep[]): PlannedStep[] =>
  steps.filter(
    ({ type, change }) => statefulTypes.has(type) && (change === 'replaced' || change === 'deleted'),
  )

/** What is said when an update is refused for them. */
export function lossRefusal(lost: readonly PlannedStep[]): string {
  const each = lost.map(({ urn, change }) => `${urn} would be ${change}`).join(', ')
  return (
    `the update would lose what cannot be made again: ${each}; expected stateful resources to be kept; ` +
    'restore the name or key that changed, or give the new one another logical name and move the content first'
  )
}
