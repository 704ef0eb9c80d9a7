/** Types of resources that cannot be made again: data, keys, identities, and the names that models hang on. */
export const keptTypes: ReadonlySet<string> = new Set([
  'aws:s3/bucket:Bucket',
  'aws:s3/bucketV2:BucketV2',
  'aws:dynamodb/table:Table',
  'aws:kms/key:Key',
  'aws:cognito/userPool:UserPool',
  'aws:sagemaker/featureGroup:FeatureGroup',
  'aws:sagemaker/modelPackageGroup:ModelPackageGroup',
])
