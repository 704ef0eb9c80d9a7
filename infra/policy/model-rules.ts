/** What models, endpoints, feature groups and the registry must be. */
import { at, isText, isTrue, list } from './graph.ts'
import { type Rule, unless } from './rule.ts'
import { isOpen, statementsOf } from './statements.ts'

const model = ['aws:sagemaker/model:Model']
const endpoint = ['aws:sagemaker/endpointConfiguration:EndpointConfiguration']
const isServerless = (variant: unknown) => at(variant, 'serverlessConfig') !== undefined

export const modelRules: readonly Rule[] = [
  {
    id: 'model-isolated',
    title: 'A model reaches no network',
    refs: ['SageMaker.5', 'CKV_AWS_370'],
    types: model,
    check: ({ inputs }) =>
      unless(isTrue(inputs.enableNetworkIsolation), 'enableNetworkIsolation is not true'),
  },
  {
    id: 'model-in-network',
    title: 'A model runs in private subnets',
    refs: ['sagemaker-model-in-vpc'],
    types: model,
    check: ({ inputs }) =>
      unless(list(at(inputs, 'vpcConfig', 'subnets')).length >= 2, 'vpcConfig names no two subnets'),
  },
  {
    id: 'endpoint-encrypted',
    title: "An endpoint's volumes and captured data are encrypted under a customer managed key",
    refs: ['CKV_AWS_98'],
    types: endpoint,
    check: ({ inputs }) => [
      ...unless(inputs.kmsKeyArn !== undefined, 'no kmsKeyArn'),
      ...unless(
        inputs.dataCaptureConfig === undefined || at(inputs, 'dataCaptureConfig', 'kmsKeyId') !== undefined,
        'captured data has no kmsKeyId',
      ),
    ],
  },
  {
    id: 'endpoint-two-instances',
    title: 'An endpoint survives the loss of an instance',
    refs: ['SageMaker.4'],
    types: endpoint,
    check: ({ inputs }) =>
      list(inputs.productionVariants).flatMap((variant) =>
        unless(
          isServerless(variant) || Number(at(variant, 'initialInstanceCount') ?? 0) >= 2,
          'initialInstanceCount is below 2',
        ),
      ),
  },
  {
    id: 'endpoint-rolls-back',
    title: 'A new version takes over an endpoint beside the old one, and alarms bring the old one back',
    refs: ['regimen'],
    types: ['aws:sagemaker/endpoint:Endpoint'],
    check: ({ inputs }) => [
      ...unless(
        at(inputs, 'deploymentConfig', 'blueGreenUpdatePolicy', 'trafficRoutingConfiguration') !== undefined,
        'deploymentConfig has no blueGreenUpdatePolicy',
      ),
      ...unless(
        list(at(inputs, 'deploymentConfig', 'autoRollbackConfiguration', 'alarms')).length > 0,
        'deploymentConfig names no alarms that roll back',
      ),
    ],
  },
  {
    id: 'feature-group-encrypted',
    title: 'Both stores of a feature group are encrypted under a customer managed key',
    refs: ['regimen'],
    types: ['aws:sagemaker/featureGroup:FeatureGroup'],
    check: ({ inputs }) => [
      ...unless(
        inputs.onlineStoreConfig === undefined ||
          at(inputs, 'onlineStoreConfig', 'securityConfig', 'kmsKeyId') !== undefined,
        'the online store has no kmsKeyId',
      ),
      ...unless(
        inputs.offlineStoreConfig === undefined ||
          at(inputs, 'offlineStoreConfig', 's3StorageConfig', 'kmsKeyId') !== undefined,
        'the offline store has no kmsKeyId',
      ),
    ],
  },
  {
    id: 'model-group-closed',
    title: 'No policy opens a model registry to anybody',
    refs: ['regimen'],
    types: ['aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy'],
    check: ({ inputs }) =>
      statementsOf(inputs.resourcePolicy)
        .filter(isOpen)
        .flatMap(() => unless(false, 'any principal is allowed')),
  },
  {
    id: 'job-role-enforces',
    title: 'The role of a SageMaker job refuses one without keys, isolation and encrypted traffic',
    refs: ['regimen'],
    types: ['aws:iam/role:Role'],
    check: (role, graph) => {
      if (!String(role.inputs.assumeRolePolicy).includes('sagemaker.amazonaws.com')) return []
      const attached = graph
        .referring('aws:iam/rolePolicyAttachment:RolePolicyAttachment', 'role', role, role.inputs.name)
        .flatMap(({ inputs, propertyDependencies }) =>
          graph
            .of('aws:iam/policy:Policy')
            .filter(
              ({ urn, inputs: policy }) =>
                propertyDependencies?.policyArn?.includes(urn) === true ||
                (isText(inputs.policyArn) && inputs.policyArn.endsWith(`:policy/${String(policy.name)}`)),
            ),
        )
      const denied = attached
        .flatMap(({ inputs }) => statementsOf(inputs.policy))
        .filter(({ allow, actions }) => !allow && actions.includes('sagemaker:CreateTrainingJob'))
      const wanted = [
        ['Null', 'sagemaker:VolumeKmsKey', 'true'],
        ['Null', 'sagemaker:OutputKmsKey', 'true'],
        ['Bool', 'sagemaker:NetworkIsolation', 'false'],
        ['Bool', 'sagemaker:InterContainerTrafficEncryption', 'false'],
      ] as const
      return wanted.flatMap(([operator, key, value]) =>
        unless(
          denied.some(({ condition }) => String(condition[operator]?.[key]) === value),
          `no Deny of sagemaker:CreateTrainingJob where ${key} is ${value === 'true' ? 'absent' : 'false'}`,
        ),
      )
    },
  },
]
