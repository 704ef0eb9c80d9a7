/** Weeks of traffic in which nothing happens. A file of its own: the stores know the cloud of their process. */
import { expect, test } from 'vitest'
import { simulate } from '../../cli/simulate/simulate.ts'
import { rehearsal } from '../../projects/adherence/rehearsal.ts'
import { project, traffic } from '../builders/simulated-weeks.ts'

test('a simulation without a drift: nobody is called, nothing is trained', async () => {
  const result = await simulate(project, rehearsal.traffic, { ...traffic, weeks: 5 })
  expect(result).toMatchObject({ retrainings: [], promotions: [], notices: [] })
  expect(result.weeks.every(({ alarm, modelVersion }) => !alarm && modelVersion === '1')).toBe(true)
}, 120_000)
