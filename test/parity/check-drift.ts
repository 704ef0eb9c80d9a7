/** Drift statistics and tails against SciPy, on cases that make-metrics.py drew. */
import { readFileSync } from 'node:fs'
import { compareCategorical } from '../../functions/drift/compare-categorical.ts'
import { compareNumeric } from '../../functions/drift/compare-numeric.ts'
import { mannWhitney } from '../../functions/drift/mann-whitney.ts'
import { pairNumeric } from '../../functions/drift/pair-numeric.ts'
import { chiSquaredTail } from '../../functions/statistics/chi-squared-tail.ts'
import { fisherExact } from '../../functions/statistics/hypergeometric-tail.ts'
import { kolmogorovTail } from '../../functions/statistics/kolmogorov-tail.ts'
import { categoryColumn, numericColumn } from '../functions/drift/build-profile.ts'
import { type Difference, farthest, type Reckoning } from './reckoning.ts'

interface Drift {
  readonly numeric: readonly ({
    readonly name: string
    readonly baseline: number[]
    readonly current: number[]
    readonly psi: number | null
    readonly mannWhitney?: { readonly area: number; readonly pValue: number }
  } & Record<'ks' | 'asymptoticPValue' | 'wasserstein' | 'jensenShannon', number>)[]
  readonly categorical: readonly ({
    readonly name: string
    readonly baseline: Record<string, number>
    readonly current: Record<string, number>
  } & Record<'chiSquared' | 'pValue' | 'jensenShannon' | 'corrected' | 'psi', number>)[]
  /** Before, now, and the rows of each side; then the p-value. */
  readonly fisher: readonly [number, number, number, number, number][]
  readonly chiSquared: readonly [number, number, number][]
  readonly kolmogorov: readonly [number, number][]
}

const limit = 1e-9
/** Ours corrects the asymptotic p-value for finite samples (Vrbik 2018); SciPy's does not. */
const pValueLimit = 4e-3

export function checkDrift(file: string, reckoning: Reckoning): void {
  const cases: Drift = JSON.parse(readFileSync(file, 'utf8'))
  for (const example of cases.numeric) {
    const { statistics } = compareNumeric(numericColumn(example.baseline), numericColumn(example.current))
    reckoning.check(example.name, {
      'drift: KS': near(statistics.ks, example.ks),
      'drift: Wasserstein': near(statistics.wasserstein, example.wasserstein),
      'drift: Jensen-Shannon': near(statistics.jensenShannon, example.jensenShannon),
      'drift: KS p-value, uncorrected': {
        ...near(statistics.pValue, example.asymptoticPValue),
        limit: pValueLimit,
      },
      ...ranks(example),
      ...(example.psi === null ? {} : { 'drift: PSI': near(statistics.psi, example.psi) }),
    })
  }
  for (const example of cases.categorical) {
    const { statistics, effect } = compareCategorical(cells(example.baseline), cells(example.current))
    reckoning.check(example.name, {
      'drift: chi-squared': near(statistics.chiSquared, example.chiSquared),
      'drift: chi-squared p-value': near(statistics.pValue, example.pValue),
      'drift: Jensen-Shannon': near(statistics.jensenShannon, example.jensenShannon),
      'drift: corrected Jensen-Shannon': near(effect, example.corrected),
      'drift: PSI': near(statistics.psi, example.psi),
    })
  }
  for (const [statistic, degrees, expected] of cases.chiSquared)
    reckoning.check(`chi-squared ${statistic} of ${degrees}`, {
      'tail: chi-squared': near(chiSquaredTail(statistic, degrees), expected),
    })
  for (const [before, now, n, m, expected] of cases.fisher)
    reckoning.check(`${before} of ${n}, ${now} of ${m}`, {
      'drift: Fisher exact p-value': near(fisherExact(before, now, n, m), expected),
    })
  for (const [x, expected] of cases.kolmogorov)
    reckoning.check(`Kolmogorov ${x}`, { 'tail: Kolmogorov': near(kolmogorovTail(x), expected) })
}

function ranks({ baseline, current, mannWhitney: expected }: Drift['numeric'][number]) {
  if (expected === undefined) return {}
  const paired = pairNumeric(numericColumn(baseline), numericColumn(current))
  const found = paired === null ? null : mannWhitney(paired)
  return {
    'drift: Mann-Whitney area': near(found?.area, expected.area),
    'drift: Mann-Whitney p-value': near(found?.pValue, expected.pValue),
  }
}

const near = (actual: number | null | undefined, expected: number): Difference => ({
  worst: farthest([actual ?? Number.NaN], [expected]),
  limit,
})

const cells = (counts: Record<string, number>) =>
  categoryColumn(Object.entries(counts).flatMap(([level, count]) => new Array<string>(count).fill(level)))
