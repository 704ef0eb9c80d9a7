import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compareCategorical } from '../../../functions/drift/compare-categorical.ts'
import { compareNumeric } from '../../../functions/drift/compare-numeric.ts'
import { categoryColumn, numericColumn } from './build-profile.ts'

interface NumericCase {
  name: string
  baseline: number[]
  current: number[]
  ks: number
  asymptoticPValue: number
  wasserstein: number
  psi: number | null
  jensenShannon: number
}
interface CategoricalCase {
  name: string
  baseline: Record<string, number>
  current: Record<string, number>
  chiSquared: number
  pValue: number
  jensenShannon: number
  corrected: number
  psi: number
}

/** Made by test/parity/make-metrics.py. */
const reference: { numeric: NumericCase[]; categorical: CategoricalCase[] } = JSON.parse(
  readFileSync(new URL('./fixtures/reference-drift.json', import.meta.url), 'utf8'),
)
const near = (actual: number | null | undefined, expected: number) =>
  expect(Math.abs((actual ?? Number.NaN) - expected)).toBeLessThan(1e-9)

describe('drift statistics against SciPy', () => {
  it.each(reference.numeric)('agree on $name', (example) => {
    const { statistics } = compareNumeric(numericColumn(example.baseline), numericColumn(example.current))
    near(statistics.ks, example.ks)
    near(statistics.wasserstein, example.wasserstein)
    near(statistics.jensenShannon, example.jensenShannon)
    if (example.psi !== null) near(statistics.psi, example.psi)
    expect(Math.abs((statistics.pValue ?? 9) - example.asymptoticPValue)).toBeLessThan(4e-3)
  })

  it.each(reference.categorical)('agree on $name', (example) => {
    const expand = (counts: Record<string, number>) =>
      Object.entries(counts).flatMap(([level, count]) => new Array<string>(count).fill(level))
    const { statistics, effect } = compareCategorical(
      categoryColumn(expand(example.baseline)),
      categoryColumn(expand(example.current)),
    )
    near(statistics.chiSquared, example.chiSquared)
    near(statistics.pValue, example.pValue)
    near(statistics.jensenShannon, example.jensenShannon)
    near(statistics.psi, example.psi)
    near(effect, example.corrected)
  })
})
