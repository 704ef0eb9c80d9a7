import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stepsOf } from '../../../functions/rollout/steps.ts'
import { deploymentOf, mayStep, stepDecision, undoOf } from '../../../functions/rollout/undo.ts'

describe('the steps of a deployment', () => {
  test.each([
    ['all-at-once', 0.1, [1]],
    ['canary', 0.1, [0.1, 1]],
    ['linear', 0.25, [0.25, 0.5, 0.75, 1]],
    ['linear', 0.4, [0.4, 0.8, 1]],
    ['linear', 0.1, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]],
  ] as const)('%s by %d: %j', (strategy, share, steps) => {
    expect(stepsOf(strategy, share)).toEqual(steps)
  })

  test('rise from above 0 to 1, in shares that can be told apart', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('all-at-once' as const, 'canary' as const, 'linear' as const),
        fc.integer({ min: 100, max: 9_999 }).map((tenThousandths) => tenThousandths / 10_000),
        (strategy, share) => {
          const steps = stepsOf(strategy, share)
          expect(steps.at(-1)).toBe(1)
          for (const [at, step] of steps.entries()) expect(step).toBeGreaterThan(steps[at - 1] ?? 0)
          expect(steps.length).toBeLessThanOrEqual(101)
        },
      ),
      { numRuns: 300 },
    )
  })
})

const entry = (sequence: number, version: string, decision: string, challenger?: string) => ({
  sequence,
  version,
  previous: sequence === 1 ? null : '1',
  who: 'ada',
  why: 'test',
  when: '2026-01-01T00:00:00.000Z',
  decision,
  ...(challenger === undefined ? {} : { challenger: { version: challenger, share: 0.1 } }),
})

describe('a step', () => {
  const asked = { runId: 'run1', version: '2', champion: '1' }

  test.each([
    ['is the first over the champion alone', entry(1, '1', 'by hand'), 0, true],
    ['is not the first over a champion that shares', entry(2, '1', 'by hand', '3'), 0, false],
    ['is not the first over another champion', entry(2, '3', 'by hand'), 0, false],
    ['is the second after the first', entry(2, '1', stepDecision('run1', 0), '2'), 1, true],
    ['may be told again', entry(2, '1', stepDecision('run1', 1), '2'), 1, true],
    ['comes not after a rollback by hand', entry(3, '1', 'rollback of entry 2 to 1'), 1, false],
    ["comes not after another deployment's", entry(2, '1', stepDecision('run2', 0), '2'), 1, false],
    ['leaves none out', entry(2, '1', stepDecision('run1', 0), '2'), 2, false],
  ])('%s', (_, newest, step, may) => {
    expect(mayStep(newest, { ...asked, step })).toBe(may)
  })

  test('of the first version ever needs an empty ledger', () => {
    const first = { runId: 'run1', version: '1', champion: null, step: 0 }
    expect(mayStep(undefined, first)).toBe(true)
    expect(mayStep(entry(1, '9', 'by hand'), first)).toBe(false)
  })
})

describe('what takes a step back', () => {
  const told = { who: 'deployment run1', why: 'worse', now: '2026-02-01T00:00:00.000Z' }

  test('names the champion beside a share, and the version before a whole step', () => {
    const share = entry(7, '1', stepDecision('run1', 0), '2')
    expect(undoOf([share], 'run1', told)).toMatchObject({ version: '1' })
    expect(undoOf([share], 'run1', told)).not.toHaveProperty('challenger')
    expect(undoOf([entry(8, '2', stepDecision('run1', 1))], 'run1', told)).toMatchObject({
      version: '1',
      decision: 'deployment run1 taken back at entry 8',
    })
  })

  test("leaves what is not the deployment's, and the first version, which has nobody before it", () => {
    expect(undoOf([], 'run1', told)).toBeUndefined()
    expect(undoOf([entry(2, '1', 'by hand')], 'run1', told)).toBeUndefined()
    expect(undoOf([entry(2, '1', stepDecision('run2', 0), '2')], 'run1', told)).toBeUndefined()
    expect(undoOf([entry(1, '1', stepDecision('run1', 0))], 'run1', told)).toBeUndefined()
    expect(deploymentOf(entry(2, '1', 'deployment run1 taken back at entry 8'))).toBeUndefined()
  })

  test('is decided after what it takes back, though the clock be behind', () => {
    const late = { ...entry(7, '1', stepDecision('run1', 0), '2'), when: '2027-01-01T00:00:00.000Z' }
    expect(undoOf([late], 'run1', told)?.when).toBe('2027-01-01T00:00:00.000Z')
  })
})
