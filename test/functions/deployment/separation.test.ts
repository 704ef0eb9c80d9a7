import { describe, expect, test } from 'vitest'
import { requireTwoPeople } from '../../../functions/deployment/separation.ts'

const approval = (trainedBy: string | undefined, approvedBy: string | undefined) => ({
  project: 'demo',
  version: '4',
  trainedBy,
  approvedBy,
})
const user = 'arn:aws:iam::000000000000:user/ada'
const session = 'arn:aws:sts::000000000000:assumed-role/approver/Ada'

describe('in production', () => {
  test('who trained a model does not approve it, under whatever role', () => {
    for (const [trainer, approver] of [
      [user, user],
      [user, session],
      ['ada', session],
    ] as const)
      expect(() => requireTwoPeople(approval(trainer, approver), 'prod')).toThrow(
        'demo version 4 was approved by who trained it: let somebody else approve it',
      )
  })

  test('an unattributed run and an unknown approver are refused', () => {
    expect(() => requireTwoPeople(approval('unattributed', user), 'prod')).toThrow('nobody is recorded for')
    expect(() => requireTwoPeople(approval(user, undefined), 'prod')).toThrow('approved by nobody known')
  })

  test('two people may', () => {
    expect(() => requireTwoPeople(approval(user, 'grace'), 'prod')).not.toThrow()
  })
})

test('elsewhere one person may do both', () => {
  expect(() => requireTwoPeople(approval(user, user), 'dev')).not.toThrow()
})
