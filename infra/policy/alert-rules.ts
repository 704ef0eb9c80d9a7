/** What carries alerts and evidence: topics, queues, log groups, alarms, schedules. */
import { at, type Graph, type GraphResource, isText, isTrue, list } from './graph.ts'
import { type Rule, unless } from './rule.ts'
import { deniesPlaintext, isOpen, statementsOf } from './statements.ts'

const topic = 'aws:sns/topic:Topic'
const queue = 'aws:sqs/queue:Queue'
const sixYears = 2_192

/** The keys of the stack that an input names, by dependency or ARN. */
function keysOf(resource: GraphResource, input: string, graph: Graph): readonly GraphResource[] {
  const urns = resource.propertyDependencies?.[input] ?? []
  return graph.of('aws:kms/key:Key').filter(({ urn }) => urns.includes(urn))
}

export const alertRules: readonly Rule[] = [
  {
    id: 'topic-encrypted',
    title: 'A topic is encrypted under a key that lets alarms and rules publish',
    refs: ['SNS.1', 'CKV_AWS_26'],
    types: [topic],
    check: (resource, graph) => {
      const { kmsMasterKeyId } = resource.inputs
      const principals = keysOf(resource, 'kmsMasterKeyId', graph).flatMap(({ inputs }) =>
        statementsOf(inputs.policy)
          .filter(({ allow }) => allow)
          .flatMap((each) => each.principals),
      )
      return [
        ...unless(
          kmsMasterKeyId !== undefined && !String(kmsMasterKeyId).includes('alias/aws/'),
          'no customer managed key: an alarm cannot publish under the one of AWS',
        ),
        ...['cloudwatch', 'events'].flatMap((service) =>
          unless(
            kmsMasterKeyId === undefined || principals.includes(`Service:${service}.amazonaws.com`),
            `the policy of its key does not name ${service}.amazonaws.com, whose alerts would be lost silently`,
          ),
        ),
      ]
    },
  },
  {
    id: 'topic-closed',
    title: 'A topic is published to over TLS, by whom its policy names',
    refs: ['SNS.4', 'CKV_AWS_169', 'CKV_AWS_385'],
    types: [topic],
    check: (resource, graph) => {
      const policies = graph.referring('aws:sns/topicPolicy:TopicPolicy', 'arn', resource)
      const statements = policies.flatMap(({ inputs }) => statementsOf(inputs.policy))
      return [
        ...unless(statements.some(deniesPlaintext), 'no statement denies aws:SecureTransport=false'),
        ...unless(!statements.some(isOpen), 'any principal may publish'),
      ]
    },
  },
  {
    id: 'queue-encrypted',
    title: 'A queue is encrypted under a customer managed key and spoken to over TLS',
    refs: ['SQS.1', 'CKV_AWS_27', 'AS:SQS4'],
    types: [queue],
    check: (resource, graph) => {
      const policies = graph.referring('aws:sqs/queuePolicy:QueuePolicy', 'queueUrl', resource)
      const statements = policies.flatMap(({ inputs }) => statementsOf(inputs.policy))
      return [
        ...unless(resource.inputs.kmsMasterKeyId !== undefined, 'no kmsMasterKeyId'),
        ...unless(statements.some(deniesPlaintext), 'no statement denies aws:SecureTransport=false'),
        ...unless(!statements.some(isOpen), 'any principal is allowed'),
      ]
    },
  },
  {
    id: 'log-group-kept',
    title: 'A log group is encrypted under a customer managed key and kept for a year, an audit one for six',
    refs: ['CloudWatch.16', 'CKV_AWS_158', 'CKV_AWS_66', 'CKV_AWS_338'],
    types: ['aws:cloudwatch/logGroup:LogGroup'],
    check: ({ inputs }) => {
      const days = Number(inputs.retentionInDays ?? 0)
      const least = /audit|cloudtrail/.test(String(inputs.name)) ? sixYears : 365
      return [
        ...unless(inputs.kmsKeyId !== undefined, 'no kmsKeyId'),
        ...unless(days >= least, `retentionInDays is below ${least}`),
      ]
    },
  },
  {
    id: 'alarm-heard',
    title: 'An alarm tells somebody in every state, and says what missing data mean',
    refs: ['CloudWatch.15', 'CloudWatch.17', 'CKV_AWS_319'],
    types: ['aws:cloudwatch/metricAlarm:MetricAlarm', 'aws:cloudwatch/compositeAlarm:CompositeAlarm'],
    check: ({ type, inputs }) => [
      ...['alarmActions', 'okActions', 'insufficientDataActions'].flatMap((actions) =>
        unless(list(inputs[actions]).length > 0, `no ${actions}`),
      ),
      ...unless(inputs.actionsEnabled !== false, 'its actions are not enabled'),
      ...unless(
        type.includes('composite') || isText(inputs.treatMissingData),
        'treatMissingData is not said',
      ),
    ],
  },
  {
    id: 'schedule-bounded',
    title: 'A schedule is encrypted, retries within bounds, and keeps what it could not deliver',
    refs: ['CKV_AWS_297'],
    types: ['aws:scheduler/schedule:Schedule'],
    check: ({ inputs }) => [
      ...unless(inputs.kmsKeyArn !== undefined, 'no kmsKeyArn'),
      ...unless(at(inputs, 'target', 'deadLetterConfig', 'arn') !== undefined, 'no dead-letter queue'),
      ...unless(at(inputs, 'target', 'retryPolicy', 'maximumRetryAttempts') !== undefined, 'no retryPolicy'),
    ],
  },
  {
    id: 'trail-complete',
    title:
      'The trail covers every region and the data events, is encrypted, validated, and kept in CloudWatch too',
    refs: ['CloudTrail.1', 'CloudTrail.2', 'CloudTrail.4', 'CloudTrail.5', 'S3.22', 'S3.23'],
    types: ['aws:cloudtrail/trail:Trail'],
    check: ({ inputs }) => {
      const selectors = list(inputs.advancedEventSelectors)
      const covered = new Set(
        selectors.flatMap((selector) =>
          list(at(selector, 'fieldSelectors'))
            .filter((field) => at(field, 'field') === 'resources.type')
            .flatMap((field) => list(at(field, 'equals'))),
        ),
      )
      for (const selector of list(inputs.eventSelectors))
        for (const resource of list(at(selector, 'dataResources'))) covered.add(at(resource, 'type'))
      return [
        ...unless(isTrue(inputs.isMultiRegionTrail), 'isMultiRegionTrail is not true'),
        ...unless(inputs.enableLogging !== false, 'it does not log'),
        ...unless(isTrue(inputs.enableLogFileValidation), 'enableLogFileValidation is not true'),
        ...unless(inputs.kmsKeyId !== undefined, 'no kmsKeyId'),
        ...unless(inputs.cloudWatchLogsGroupArn !== undefined, 'no cloudWatchLogsGroupArn'),
        ...['AWS::S3::Object', 'AWS::DynamoDB::Table'].flatMap((type) =>
          unless(covered.has(type), `no data events of ${type}`),
        ),
      ]
    },
  },
]
