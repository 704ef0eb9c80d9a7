/** What delivers code: builds without plain secrets, encrypted artifacts, a person before production. */
import { at, isText, isTrue, list } from './graph.ts'
import { type Rule, unless } from './rule.ts'

const secretName = /PASSWORD|SECRET|TOKEN|ACCESS_?KEY|API_?KEY/i

export const deliveryRules: readonly Rule[] = [
  {
    id: 'build-safe',
    title: 'A build has no plain secrets and no privileges, logs, and encrypts',
    refs: [
      'CodeBuild.1',
      'CodeBuild.2',
      'CodeBuild.3',
      'CodeBuild.4',
      'CodeBuild.7',
      'CKV_AWS_316',
      'CKV_AWS_314',
      'CKV_AWS_147',
    ],
    types: ['aws:codebuild/project:Project'],
    check: ({ inputs }) => [
      ...list(at(inputs, 'environment', 'environmentVariables')).flatMap((variable) =>
        unless(
          !secretName.test(String(at(variable, 'name'))) ||
            !['PLAINTEXT', undefined].includes(kindOf(variable)),
          `${String(at(variable, 'name'))} is plain text`,
        ),
      ),
      ...unless(!isTrue(at(inputs, 'environment', 'privilegedMode')), 'privilegedMode is true'),
      ...unless(
        ['cloudwatchLogs', 's3Logs'].some((kind) => at(inputs, 'logsConfig', kind) !== undefined),
        'no logsConfig',
      ),
      ...unless(inputs.encryptionKey !== undefined, 'no encryptionKey'),
      ...unless(inputs.projectVisibility !== 'PUBLIC_READ', 'everybody may read its builds'),
    ],
  },
  {
    id: 'pipeline-approved',
    title: 'A pipeline encrypts its artifacts and asks a person before production',
    refs: ['CKV_AWS_219'],
    types: ['aws:codepipeline/pipeline:Pipeline'],
    check: ({ inputs }) => {
      const stages = list(inputs.stages)
      const isProduction = (stage: unknown) => /prod/i.test(String(at(stage, 'name')))
      const isApproval = (stage: unknown) =>
        list(at(stage, 'actions')).some((action) => at(action, 'category') === 'Approval')
      const production = stages.findIndex((stage) => isProduction(stage) && !isApproval(stage))
      return [
        ...list(inputs.artifactStores).flatMap((store) =>
          unless(
            at(store, 'encryptionKey', 'id') !== undefined && at(store, 'encryptionKey', 'type') === 'KMS',
            'artifacts have no own key',
          ),
        ),
        ...unless(
          production < 0 || stages.slice(0, production).some(isApproval),
          'nobody approves before production',
        ),
      ]
    },
  },
  {
    id: 'images-scanned',
    title: 'Images are scanned, immutable and encrypted under a customer managed key',
    refs: ['ECR.1', 'ECR.2', 'CKV_AWS_163', 'CKV_AWS_51', 'CKV_AWS_136'],
    types: ['aws:ecr/repository:Repository'],
    check: ({ inputs }) => [
      ...unless(isTrue(at(inputs, 'imageScanningConfiguration', 'scanOnPush')), 'scanOnPush is not true'),
      ...unless(inputs.imageTagMutability === 'IMMUTABLE', 'tags can be moved'),
      ...unless(
        list(inputs.encryptionConfigurations).some(
          (each) => at(each, 'encryptionType') === 'KMS' && isText(at(each, 'kmsKey')),
        ),
        'no own key',
      ),
    ],
  },
]

const kindOf = (variable: unknown): string | undefined => {
  const kind = at(variable, 'type')
  return isText(kind) ? kind : undefined
}
