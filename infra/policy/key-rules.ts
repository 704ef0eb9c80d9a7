/** What every customer managed key must be: rotated, closed, hard to delete. */
import { isTrue } from './graph.ts'
import { type Rule, unless } from './rule.ts'
import { isOpen, statementsOf } from './statements.ts'

const types = ['aws:kms/key:Key']

export const keyRules: readonly Rule[] = [
  {
    id: 'key-rotates',
    title: 'A key rotates',
    refs: ['KMS.4', 'CKV_AWS_7'],
    types,
    check: ({ inputs }) => unless(isTrue(inputs.enableKeyRotation), 'enableKeyRotation is not true'),
  },
  {
    id: 'key-closed',
    title: 'A key has a policy, which names who may use it',
    refs: ['KMS.5', 'CKV_AWS_33', 'CKV2_AWS_64'],
    types,
    check: ({ inputs }) => {
      const statements = statementsOf(inputs.policy)
      return [
        ...unless(statements.length > 0, 'no explicit policy'),
        ...statements
          .filter(isOpen)
          .flatMap(({ sid }) => unless(false, `statement ${sid} allows any principal`)),
      ]
    },
  },
  {
    id: 'key-hard-to-delete',
    title: 'A key waits thirty days before it goes',
    refs: ['KMS.3', 'CKV_AWS_227'],
    types,
    check: ({ inputs }) => [
      ...unless(Number(inputs.deletionWindowInDays ?? 0) >= 30, 'deletionWindowInDays is below 30'),
      ...unless(inputs.isEnabled !== false, 'it is disabled'),
      ...unless(!isTrue(inputs.bypassPolicyLockoutSafetyCheck), 'bypassPolicyLockoutSafetyCheck is true'),
    ],
  },
]
