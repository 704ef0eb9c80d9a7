/** A generated table of columns that break drift monitors: heavy tails, rare events, ties, many levels. */
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { type CodedTable, codeValues } from './coded-table.ts'

export function hardColumns(rows: number, seed: number): CodedTable {
  const random = seededRandom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const makers: Readonly<Record<string, () => number | string | null>> = {
    normal,
    uniform: random,
    cauchy: () => Math.tan(Math.PI * (random() - 0.5)),
    logNormal: () => Math.exp(2 * normal()),
    mostlyZero: () => (random() < 0.99 ? 0 : Math.exp(normal())),
    rareCount: () => (random() < 0.99 ? 0 : 1 + Math.floor(random() * 3)),
    twoHumps: () => normal() + (random() < 0.5 ? 0 : 8),
    epochSeconds: () => 1.7e9 + 3_600 * normal(),
    hour: () => Math.floor(random() * 24),
    rounded: () => Math.round(normal() * 2),
    sentinel: () => (random() < 0.02 ? -9_999 : normal()),
    oneSentinel: () => normal(),
    halfMissing: () => (random() < 0.5 ? null : normal()),
    coin: () => (random() < 0.5 ? 'heads' : 'tails'),
    rare: () => (random() < 0.999 ? 'no' : 'yes'),
    zipf: () => `level ${Math.floor(700 ** random())}`,
    manyLevels: () => `code ${Math.floor(random() * 700)}`,
  }
  return new Map(
    Object.entries(makers).map(([name, make]) => [name, codeValues(Array.from({ length: rows }, make))]),
  )
}
