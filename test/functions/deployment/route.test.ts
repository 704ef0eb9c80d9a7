import fc from 'fast-check'
import { expect, test } from 'vitest'
import { route } from '../../../functions/deployment/route.ts'

const entities = Array.from({ length: 10_000 }, (_, at) => `patron-${at}`)
const shared = (share: number) => ({ version: '1', challenger: { version: '2', share } })

test('without a challenger everybody meets the version in production', () => {
  expect(new Set(entities.map((entity) => route({ version: '1' }, entity)))).toEqual(new Set(['1']))
})

test('an entity meets one version however often it comes, and keeps the challenger while its share grows', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.double({ min: 0.0001, max: 0.9999, noNaN: true }),
      fc.double({ min: 0.0001, max: 0.9999, noNaN: true }),
      (entity, one, other) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)]
        expect(route(shared(small), entity)).toBe(route(shared(small), entity))
        if (route(shared(small), entity) === '2') expect(route(shared(large), entity)).toBe('2')
      },
    ),
    { numRuns: 300 },
  )
})

test('the challenger has its share of the entities', () => {
  for (const share of [0.01, 0.1, 0.5, 0.9]) {
    const met = entities.filter((entity) => route(shared(share), entity) === '2').length
    // Four deviations of a binomial count.
    const deviation = Math.sqrt(entities.length * share * (1 - share))
    expect(Math.abs(met - entities.length * share)).toBeLessThan(4 * deviation)
  }
})

test('another challenger meets other entities', () => {
  const met = (version: string) =>
    entities.filter(
      (entity) => route({ version: '1', challenger: { version, share: 0.1 } }, entity) === version,
    )
  const both = new Set(met('2'))
  expect(met('3').filter((entity) => both.has(entity)).length).toBeLessThan(200)
})
