import { expect, test } from 'vitest'
import { sessionName } from '../../cli/session-name.ts'

const account = 'arn:aws:iam::000000000000'

test('who is signed in keeps their own name in every role', () => {
  expect(sessionName('approver', `${account}:user/team/ada`)).toBe('ada')
  expect(sessionName('approver', 'arn:aws:sts::000000000000:assumed-role/sso/ada@example.org')).toBe(
    'ada@example.org',
  )
})

test("a laptop's owner is another person in each role", () => {
  const names = ['data-scientist', 'approver'].map((role) =>
    sessionName(role, `${account}:root`, () => 'ada'),
  )
  expect(names).toEqual(['data-scientist-ada', 'approver-ada'])
})

test('a name is one that AWS takes for a session, whatever somebody is called', () => {
  for (const user of ['DOMAIN\\Ada Lovelace', 'Zoë', 'x'.repeat(200)])
    expect(sessionName('approver', `${account}:root`, () => user)).toMatch(/^approver-[\w+=,.@-]{1,55}$/)
})

test('whoever is logged in has a name', () => {
  expect(sessionName('operator', `${account}:root`)).toMatch(/^operator-[\w+=,.@-]+$/)
})
