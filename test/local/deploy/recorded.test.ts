import { expect, test } from 'vitest'
import { recorded, withoutLocalMeaning } from '../../../local/deploy/recorded.ts'

test('what has no meaning on a laptop is accepted, and says why it may be missing', () => {
  for (const [type, reason] of Object.entries(withoutLocalMeaning)) {
    expect(recorded).toHaveProperty([type])
    expect(reason.length, type).toBeGreaterThan(15)
  }
})
