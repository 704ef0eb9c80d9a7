import { expect, it, vi } from 'vitest'
import { sketchOrigins } from '../../../functions/dataset/sketch-origins.ts'
import { columnSchema } from '../../../functions/project.ts'

vi.stubEnv('TZ', 'America/New_York')

it('takes the median of times as they are read, wherever the machine stands', () => {
  const sent = columnSchema.parse({ name: 'sent', type: 'timestamp' })
  const origin = (...cells: string[]) =>
    sketchOrigins(
      ['sent'],
      cells.map((cell) => [cell]),
      [sent],
    ).sent
  const noon = Date.parse('2026-02-03T12:00:00Z') / 1_000
  expect(origin('2026-02-03 12:00:00')).toBe(noon)
  expect(origin('2026-02-03T14:00:00+02:00')).toBe(noon)
  expect(origin('2026-02-03 12:00', '', '2026-02-04', '2026-02-02', '03/02/2026')).toBe(noon)
  expect(origin('?', 'epoch')).toBeUndefined()
})
