import { expect, it } from 'vitest'
import { requireQuality } from '../../../functions/dataset/quality-check.ts'

const finding = (severity: string, kind: string, columns: string[] = ['weight']) => ({
  kind,
  severity,
  columns,
  words: '3 values outside 0 to 20.',
  do: 'Correct the rows, or widen the rule if the values are right.',
})

it('refuses a table by the first error among its findings, with the remedy', () => {
  expect(() =>
    requireQuality(
      [finding('note', 'constant'), finding('error', 'range'), finding('error', 'levels', ['zone'])],
      't.csv',
    ),
  ).toThrowError(
    'column "weight" breaks the rule range (and 1 more), t.csv: got 3 values outside 0 to 20; ' +
      'Correct the rows, or widen the rule if the values are right; nothing was registered',
  )
  expect(() => requireQuality([finding('error', 'row-count', [])], 't.csv')).toThrowError(
    /^the table breaks the rule row-count/,
  )
})

it('lets warnings and notes pass, and leaves the contract to its own check', () => {
  expect(() =>
    requireQuality(
      [finding('warning', 'outliers'), finding('note', 'empty'), finding('error', 'contract-range')],
      't.csv',
    ),
  ).not.toThrow()
})
