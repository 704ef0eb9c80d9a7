/** Weeks of traffic through the real state machines: a drift is told, answered by a challenger, and over. */
import { describe, expect, test } from 'vitest'
import { drawSimulation } from '../../cli/simulate/draw-simulation.ts'
import { simulate } from '../../cli/simulate/simulate.ts'
import { rehearsal } from '../../projects/adherence/rehearsal.ts'
import { project, traffic } from '../builders/simulated-weeks.ts'

describe('a simulation', () => {
  test('with a drift: told once, one challenger that is better, and quiet again', async () => {
    const result = await simulate(project, rehearsal.traffic, { ...traffic, weeks: 9, driftAt: 4 })
    expect(result.weeks.map(({ week }) => week)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
    const alarms = result.weeks.filter(({ alarm }) => alarm).map(({ week }) => week)
    expect(alarms[0]).toBeGreaterThanOrEqual(4)
    expect(alarms[0]).toBeLessThanOrEqual(6)
    expect(result.notices.map(({ kind }) => kind)).toEqual(['opened', 'recovered'])
    expect(result.retrainings).toHaveLength(1)
    expect(result.promotions).toMatchObject([{ version: '2', replaced: '1', metric: 'rocAuc' }])
    const [{ champion, challenger } = { champion: null, challenger: null }] = result.promotions
    expect(challenger ?? 0).toBeGreaterThan((champion ?? 1) + 0.2)
    expect(result.weeks.at(-1)).toMatchObject({ modelVersion: '2', alarm: false })
    expect(drawSimulation(result, 4)).toMatch(/4 \*.*opened.*promoted 2.*recovered/s)
    // The model's own estimate does not see that the outcome turned: what labels say does.
    const [before, during] = [result.weeks[2], result.weeks[4]]
    expect(during?.performance ?? 1).toBeLessThan((before?.performance ?? 0) - 0.2)
    expect(during?.estimated ?? 0).toBeGreaterThan((before?.estimated ?? 0) - 0.1)
  }, 120_000)
})
