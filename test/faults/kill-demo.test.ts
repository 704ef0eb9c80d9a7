import { expect, test } from 'vitest'
import { killDemo } from './kill/kill-demo.ts'

// Fifty by hand: npm run test:faults -- --kills 50 --seed 7
test('1 the whole demo, its cloud killed five times, ends with the same model, metrics and predictions', async () => {
  const said: string[] = []
  const checks = await killDemo({ kills: 5, seed: 11, rows: 6_000, say: (line) => said.push(line) })
  const wrong = checks.filter(({ problems }) => problems.length > 0)
  expect(wrong, said.join('\n')).toEqual([])
  expect(checks.length).toBeGreaterThan(10)
})
