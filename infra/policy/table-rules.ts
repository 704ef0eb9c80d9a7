/** What every table must be: recoverable, encrypted, hard to delete, without a capacity to run out of. */
import { at, isText, isTrue, list } from './graph.ts'
import { type Rule, unless } from './rule.ts'

const types = ['aws:dynamodb/table:Table']

export const tableRules: readonly Rule[] = [
  {
    id: 'table-recoverable',
    title: 'A table can be had back as of any second',
    refs: ['DynamoDB.2', 'CKV_AWS_28'],
    types,
    check: ({ inputs }) =>
      unless(isTrue(at(inputs, 'pointInTimeRecovery', 'enabled')), 'pointInTimeRecovery is not enabled'),
  },
  {
    id: 'table-encrypted',
    title: 'A table encrypts under a customer managed key',
    refs: ['CKV_AWS_119'],
    types,
    check: ({ inputs }) =>
      unless(
        isTrue(at(inputs, 'serverSideEncryption', 'enabled')) &&
          isText(at(inputs, 'serverSideEncryption', 'kmsKeyArn')),
        'serverSideEncryption has no own key',
      ),
  },
  {
    id: 'table-deletion-protected',
    title: 'A table refuses to be deleted',
    refs: ['DynamoDB.6'],
    types,
    check: ({ inputs }) =>
      unless(isTrue(inputs.deletionProtectionEnabled), 'deletionProtectionEnabled is not true'),
  },
  {
    id: 'table-on-demand',
    title: 'A table has no capacity to run out of',
    refs: ['DynamoDB.1'],
    types,
    check: ({ inputs }) =>
      unless(inputs.billingMode === 'PAY_PER_REQUEST', 'billingMode is not PAY_PER_REQUEST'),
  },
  {
    id: 'table-in-backup-plan',
    title: 'A table is part of a backup plan',
    refs: ['DynamoDB.4'],
    types,
    check: (resource, graph) => {
      const selected = graph
        .of('aws:backup/selection:Selection')
        .some(
          ({ inputs, propertyDependencies }) =>
            propertyDependencies?.resources?.includes(resource.urn) === true ||
            list(inputs.resources).some((each) =>
              String(each).endsWith(`:table/${String(resource.inputs.name)}`),
            ),
        )
      return unless(selected, 'no backup selection names it')
    },
  },
]
