import { expect, test } from 'vitest'
import { alarmLine } from '../../cli/commands/demo.ts'

test('names the alarms that are not OK, and counts the others', () => {
  const alarm = (name: string, state: string) => ({ name, state })
  expect(alarmLine([])).toBe('Alarms: none')
  expect(alarmLine([alarm('failed', 'OK'), alarm('throttled', 'OK')])).toBe('Alarms: 2 OK')
  expect(alarmLine([alarm('failed', 'OK'), alarm('drift', 'ALARM'), alarm('age', 'INSUFFICIENT_DATA')])).toBe(
    'Alarms: drift is ALARM, age is INSUFFICIENT_DATA, 1 OK',
  )
})
