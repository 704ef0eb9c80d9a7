/** One resource of every type that the rules judge, which keeps all of them without a waiver. */
import type { GraphResource } from '../../../infra/policy/graph.ts'

const key = 'arn:aws:kms:eu-central-1:123456789012:key/k'
const ours = { StringEquals: { 'aws:SourceAccount': '123456789012' } }
const urn = (type: string, name: string) => `urn:pulumi:test::regimen::${type}::${name}`
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (Action: string[], Resource: string[], Condition?: object) => ({
  Sid: 'S',
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition === undefined ? {} : { Condition }),
})
const tls = (Resource: string[]) => ({
  Effect: 'Deny',
  Principal: '*',
  Action: '*',
  Resource,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
})
const trust = (service: string) => ({
  Effect: 'Allow',
  Principal: { Service: service },
  Action: 'sts:AssumeRole',
  Condition: ours,
})
const refuse = (operator: string, name: string, value: string) => ({
  Effect: 'Deny',
  Action: 'sagemaker:CreateTrainingJob',
  Resource: '*',
  Condition: { [operator]: { [name]: value } },
})

function resource(
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  propertyDependencies: Record<string, string[]> = {},
): GraphResource {
  const options = { protect: true, retainOnDelete: true, dependsOn: [] }
  return { type, name, urn: urn(type, name), inputs, options, propertyDependencies }
}

const bucketName = 'regimen-test-audit'
const ofBucket = (kind: string, name: string, inputs: Record<string, unknown>) =>
  resource(`aws:s3/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`, name, {
    bucket: bucketName,
    ...inputs,
  })

const topic = urn('aws:sns/topic:Topic', 'topic')
const network = urn('aws:ec2/vpc:Vpc', 'network')
const queue = urn('aws:sqs/queue:Queue', 'queue')
const tasks = {
  Train: {
    Type: 'Task',
    Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync',
    TimeoutSeconds: 60,
    Retry: [{ ErrorEquals: ['X'] }],
    Catch: [{ ErrorEquals: ['Y'], Next: 'Train' }],
    Arguments: {
      OutputDataConfig: { KmsKeyId: key },
      ResourceConfig: { VolumeKmsKeyId: key },
      EnableNetworkIsolation: true,
      EnableInterContainerTrafficEncryption: true,
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
      VpcConfig: { Subnets: ['a', 'b'], SecurityGroupIds: ['s'] },
    },
  },
  Transform: {
    Type: 'Task',
    Resource: 'arn:aws:states:::sagemaker:createTransformJob.sync',
    TimeoutSeconds: 60,
    Retry: [{ ErrorEquals: ['X'] }],
    Arguments: { TransformOutput: { KmsKeyId: key }, TransformResources: { VolumeKmsKeyId: key } },
  },
}
/** As an object, so that a mutation can reach into it. */
const definition = { States: { Each: { Type: 'Map', ItemProcessor: { States: tasks } } } }

const behaviour = {
  viewerProtocolPolicy: 'https-only',
  responseHeadersPolicyId: 'h',
  targetOriginId: 'site',
  cachePolicyId: 'any',
}

export const exemplary: readonly GraphResource[] = [
  resource('aws:s3/bucket:Bucket', 'bucket', { bucket: bucketName, objectLockEnabled: true }),
  ofBucket('BucketPublicAccessBlock', 'block', {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  }),
  ofBucket('BucketPolicy', 'bucket-policy', {
    policy: document(tls(['arn:aws:s3:::b', 'arn:aws:s3:::b/*'])),
  }),
  ofBucket('BucketServerSideEncryptionConfiguration', 'encryption', {
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key },
        bucketKeyEnabled: true,
      },
    ],
  }),
  ofBucket('BucketVersioning', 'versioning', { versioningConfiguration: { status: 'Enabled' } }),
  ofBucket('BucketLifecycleConfiguration', 'lifecycle', {
    rules: [
      { status: 'Enabled', noncurrentVersionExpiration: { noncurrentDays: 1 } },
      { status: 'Enabled', abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } },
    ],
  }),
  ofBucket('BucketLogging', 'logging', { targetBucket: 'elsewhere' }),
  ofBucket('BucketOwnershipControls', 'ownership', { rule: { objectOwnership: 'BucketOwnerEnforced' } }),
  ofBucket('BucketObjectLockConfiguration', 'lock', {
    rule: { defaultRetention: { mode: 'COMPLIANCE', days: 2192 } },
  }),
  ofBucket('BucketReplicationConfig', 'replication', { rules: [{ status: 'Enabled' }] }),
  resource('aws:dynamodb/table:Table', 'table', {
    name: 'table',
    billingMode: 'PAY_PER_REQUEST',
    pointInTimeRecovery: { enabled: true },
    serverSideEncryption: { enabled: true, kmsKeyArn: key },
    deletionProtectionEnabled: true,
  }),
  resource('aws:backup/selection:Selection', 'backup', { resources: ['arn:aws:dynamodb:::table/table'] }),
  resource('aws:lambda/function:Function', 'function', {
    name: 'function',
    role: 'arn:aws:iam::123456789012:role/function',
    runtime: 'nodejs24.x',
    environment: { variables: { TABLE: 't' } },
    kmsKeyArn: key,
    tracingConfig: { mode: 'Active' },
    reservedConcurrentExecutions: 5,
    deadLetterConfig: { targetArn: 'arn' },
    vpcConfig: { subnetIds: ['a', 'b'], securityGroupIds: ['s'] },
    codeSigningConfigArn: 'arn',
    loggingConfig: { logGroup: '/aws/lambda/function' },
  }),
  resource('aws:lambda/permission:Permission', 'permission', {
    function: 'function',
    principal: 's3.amazonaws.com',
    sourceArn: 'arn:aws:s3:::b',
    sourceAccount: '123456789012',
  }),
  resource('aws:cloudwatch/logGroup:LogGroup', 'logs', {
    name: '/aws/lambda/function',
    kmsKeyId: key,
    retentionInDays: 365,
  }),
  resource('aws:sfn/stateMachine:StateMachine', 'machine', {
    name: 'machine',
    definition,
    loggingConfiguration: { level: 'ALL', includeExecutionData: false, logDestination: 'arn' },
    tracingConfiguration: { enabled: true },
    encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: key },
  }),
  resource('aws:sagemaker/model:Model', 'model', {
    enableNetworkIsolation: true,
    vpcConfig: { subnets: ['a', 'b'], securityGroupIds: ['s'] },
  }),
  resource('aws:sagemaker/endpointConfiguration:EndpointConfiguration', 'endpoint', {
    kmsKeyArn: key,
    dataCaptureConfig: { kmsKeyId: key },
    productionVariants: [{ initialInstanceCount: 2 }],
  }),
  resource('aws:sagemaker/endpoint:Endpoint', 'serving', {
    deploymentConfig: {
      blueGreenUpdatePolicy: { trafficRoutingConfiguration: { type: 'CANARY' } },
      autoRollbackConfiguration: { alarms: [{ alarmName: 'a' }] },
    },
  }),
  resource('aws:sagemaker/featureGroup:FeatureGroup', 'features', {
    onlineStoreConfig: { securityConfig: { kmsKeyId: key } },
    offlineStoreConfig: { s3StorageConfig: { kmsKeyId: key } },
  }),
  resource('aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy', 'group-policy', {
    resourcePolicy: document({
      ...allow(['sagemaker:DescribeModelPackage'], ['arn']),
      Principal: { AWS: 'arn' },
    }),
  }),
  resource('aws:iam/role:Role', 'role', {
    name: 'job',
    assumeRolePolicy: document(trust('sagemaker.amazonaws.com')),
  }),
  resource('aws:iam/policy:Policy', 'policy', {
    name: 'job',
    policy: document(
      allow(['s3:GetObject'], ['arn:aws:s3:::b/*']),
      allow(['kms:Decrypt'], [key]),
      allow(['iam:PassRole'], ['arn:aws:iam::123456789012:role/job'], {
        StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
      }),
      refuse('Null', 'sagemaker:VolumeKmsKey', 'true'),
      refuse('Null', 'sagemaker:OutputKmsKey', 'true'),
      refuse('Bool', 'sagemaker:NetworkIsolation', 'false'),
      refuse('Bool', 'sagemaker:InterContainerTrafficEncryption', 'false'),
    ),
  }),
  resource('aws:iam/rolePolicyAttachment:RolePolicyAttachment', 'attachment', {
    role: 'job',
    policyArn: 'arn:aws:iam::123456789012:policy/job',
  }),
  resource('aws:kms/key:Key', 'key', {
    enableKeyRotation: true,
    deletionWindowInDays: 30,
    policy: document(
      { ...allow(['kms:*'], ['*']), Principal: { AWS: 'arn:aws:iam::123456789012:root' } },
      { ...allow(['kms:Decrypt'], ['*'], ours), Principal: { Service: 'cloudwatch.amazonaws.com' } },
      { ...allow(['kms:Decrypt'], ['*'], ours), Principal: { Service: 'events.amazonaws.com' } },
    ),
  }),
  resource(
    'aws:sns/topic:Topic',
    'topic',
    { name: 'topic', kmsMasterKeyId: key },
    {
      kmsMasterKeyId: [urn('aws:kms/key:Key', 'key')],
    },
  ),
  resource(
    'aws:sns/topicPolicy:TopicPolicy',
    'topic-policy',
    { arn: 'arn', policy: document(tls(['arn'])) },
    { arn: [topic] },
  ),
  resource('aws:sqs/queue:Queue', 'queue', { name: 'queue', kmsMasterKeyId: key }),
  resource(
    'aws:sqs/queuePolicy:QueuePolicy',
    'queue-policy',
    { queueUrl: 'url', policy: document(tls(['arn'])) },
    { queueUrl: [queue] },
  ),
  resource('aws:cloudwatch/metricAlarm:MetricAlarm', 'alarm', {
    alarmActions: ['arn'],
    okActions: ['arn'],
    insufficientDataActions: ['arn'],
    treatMissingData: 'ignore',
  }),
  resource('aws:scheduler/schedule:Schedule', 'schedule', {
    kmsKeyArn: key,
    target: { arn: 'arn', deadLetterConfig: { arn: 'arn' }, retryPolicy: { maximumRetryAttempts: 1 } },
  }),
  resource('aws:cloudtrail/trail:Trail', 'trail', {
    isMultiRegionTrail: true,
    enableLogFileValidation: true,
    kmsKeyId: key,
    cloudWatchLogsGroupArn: 'arn',
    advancedEventSelectors: [
      { fieldSelectors: [{ field: 'resources.type', equals: ['AWS::S3::Object'] }] },
      { fieldSelectors: [{ field: 'resources.type', equals: ['AWS::DynamoDB::Table'] }] },
    ],
  }),
  resource('aws:apigatewayv2/route:Route', 'route', {
    routeKey: 'GET /models',
    authorizationType: 'JWT',
    authorizerId: 'a',
  }),
  resource('aws:apigatewayv2/stage:Stage', 'stage', {
    accessLogSettings: { destinationArn: 'arn' },
    defaultRouteSettings: { throttlingRateLimit: 10, throttlingBurstLimit: 10 },
  }),
  resource('aws:apigatewayv2/api:Api', 'api', {
    disableExecuteApiEndpoint: true,
    corsConfiguration: { allowOrigins: ['https://example.com'] },
  }),
  resource('aws:cloudfront/distribution:Distribution', 'distribution', {
    viewerCertificate: {
      minimumProtocolVersion: 'TLSv1.2_2021',
      sslSupportMethod: 'sni-only',
      acmCertificateArn: 'arn',
    },
    defaultRootObject: 'index.html',
    loggingConfig: { bucket: 'b' },
    webAclId: 'arn',
    origins: [
      { originId: 'site', domainName: 'b.s3.eu-central-1.amazonaws.com', originAccessControlId: 'o' },
      { originId: 'api', domainName: 'api.example.com' },
    ],
    defaultCacheBehavior: behaviour,
    orderedCacheBehaviors: [
      { ...behaviour, targetOriginId: 'api', cachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad' },
    ],
  }),
  resource('aws:cognito/userPool:UserPool', 'users', {
    passwordPolicy: {
      minimumLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireNumbers: true,
      requireSymbols: true,
    },
    mfaConfiguration: 'ON',
    adminCreateUserConfig: { allowAdminCreateUserOnly: true },
    deletionProtection: 'ACTIVE',
    userPoolAddOns: { advancedSecurityMode: 'ENFORCED' },
    userPoolTier: 'PLUS',
  }),
  resource('aws:cognito/userPoolClient:UserPoolClient', 'client', {
    accessTokenValidity: 60,
    tokenValidityUnits: { accessToken: 'minutes' },
    enableTokenRevocation: true,
    preventUserExistenceErrors: 'ENABLED',
    allowedOauthFlows: ['code'],
  }),
  resource('aws:cognito/identityPool:IdentityPool', 'identities', { allowUnauthenticatedIdentities: false }),
  resource('aws:codebuild/project:Project', 'build', {
    environment: {
      environmentVariables: [{ name: 'GITHUB_TOKEN', type: 'SECRETS_MANAGER' }],
      privilegedMode: false,
    },
    logsConfig: { cloudwatchLogs: { groupName: 'g' } },
    encryptionKey: key,
  }),
  resource('aws:codepipeline/pipeline:Pipeline', 'pipeline', {
    artifactStores: [{ encryptionKey: { id: key, type: 'KMS' } }],
    stages: [
      { name: 'Staging', actions: [{ category: 'Build' }] },
      { name: 'Approve', actions: [{ category: 'Approval' }] },
      { name: 'Production', actions: [{ category: 'Build' }] },
    ],
  }),
  resource('aws:ec2/vpc:Vpc', 'network', { cidrBlock: '10.0.0.0/16' }),
  resource(
    'aws:ec2/flowLog:FlowLog',
    'flows',
    { trafficType: 'ALL', logDestination: 'arn' },
    { vpcId: [network] },
  ),
  resource(
    'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup',
    'default-group',
    { ingress: [], egress: [] },
    { vpcId: [network] },
  ),
  resource('aws:ec2/subnet:Subnet', 'subnet', { mapPublicIpOnLaunch: false }),
  resource('aws:ec2/securityGroup:SecurityGroup', 'group', { description: 'Functions' }),
  resource('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule', 'group-rule', {
    description: 'To endpoints',
    ipProtocol: 'tcp',
    fromPort: 443,
    toPort: 443,
    referencedSecurityGroupId: 'sg',
  }),
  resource('aws:ec2/vpcEndpoint:VpcEndpoint', 'service-endpoint', {
    vpcEndpointType: 'Interface',
    privateDnsEnabled: true,
    subnetIds: ['a', 'b'],
    securityGroupIds: ['s'],
    policy: document({
      ...allow(['*'], ['*'], { StringEquals: { 'aws:PrincipalAccount': '123456789012' } }),
      Principal: '*',
    }),
  }),
  resource('aws:ecr/repository:Repository', 'images', {
    imageScanningConfiguration: { scanOnPush: true },
    imageTagMutability: 'IMMUTABLE',
    encryptionConfigurations: [{ encryptionType: 'KMS', kmsKey: key }],
  }),
]
