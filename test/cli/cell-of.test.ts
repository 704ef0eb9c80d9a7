import { expect, test } from 'vitest'
import { cellOf } from '../../cli/cell-of.ts'

test('a time is shown as one, whatever else is shown as it is', () => {
  const [min, max] = [1_795_132_693, 1_795_139_893]
  expect(cellOf({ type: 'timestamp', min, max }, min)).toBe('2026-11-19 23:58')
  expect(cellOf({ type: 'timestamp', min, max: min + 10 * 86_400 }, min)).toBe('2026-11-19')
  expect(cellOf({ type: 'timestamp', min: null, max: null }, null)).toBeNull()
  expect(cellOf({ type: 'integer', min, max }, min)).toBe(min)
})
