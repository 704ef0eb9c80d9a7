/** Tables of columns of many shapes with faults planted in known places, for rates of what is found and what is not. */
import { type Random, seededRandom } from '../../../functions/statistics/seeded-random.ts'

export const shapes = [
  'normal',
  'lognormal',
  'zeroInflated',
  'integers',
  'counts',
  'uniform',
  'category',
] as const
export type Shape = (typeof shapes)[number]

export type Fault =
  | 'missing-spike'
  | 'outliers'
  | 'repeated-extreme'
  | 'mixed-types'
  | 'duplicate-rows'
  | 'isolated-rows'
  | 'nearly-unique'

export interface PlantedTable {
  readonly csv: string
  /** Column (`` for the whole table) to the kinds of findings that must be found there. */
  readonly planted: ReadonlyMap<string, ReadonlySet<Fault>>
  readonly columns: readonly string[]
  /** Rows, from 1, that hold a planted outlier, by column. */
  readonly outlierRows: ReadonlyMap<string, ReadonlySet<number>>
  readonly isolatedRows: ReadonlySet<number>
}

const normal = (random: Random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

function poisson(random: Random, mean: number): number {
  let value = 0
  let product = random()
  while (product > Math.exp(-mean)) {
    product *= random()
    value++
  }
  return value
}

const draw: Record<Shape, (random: Random) => number | string> = {
  normal: (random) => 100 + 15 * normal(random),
  lognormal: (random) => Math.exp(3 + 0.7 * normal(random)),
  zeroInflated: (random) => (random() < 0.75 ? 0 : Math.exp(1 + 0.6 * normal(random))),
  integers: (random) => Math.round(60 + 12 * normal(random)),
  counts: (random) => poisson(random, 3),
  uniform: (random) => 5 + 10 * random(),
  category: (random) => ['north', 'south', 'east', 'west'][Math.floor(random() * random() * 4)]!,
}
/** What a slipped point or another unit makes of a value. */
const wild: Record<Exclude<Shape, 'category'>, (value: number) => number> = {
  normal: (value) => value * 10,
  lognormal: (value) => (value + 20) * 1_000,
  zeroInflated: (value) => (value + 3) * 1_000,
  integers: (value) => value * 10,
  counts: (value) => (value + 1) * 100,
  uniform: (value) => value * 100,
}

const odd: readonly (readonly [string, number])[] = ['0', '2'].flatMap((at) => [
  [`normal${at}`, 163] as const,
  [`uniform${at}`, 15] as const,
  [`counts${at}`, 11] as const,
  [`zeroInflated${at}`, 28] as const,
  [`integers${at}`, 108] as const,
])

/** @param faults false: the same kind of table with nothing planted. */
export function plantedTable(seed: number, rows: number, faults: boolean): PlantedTable {
  const random = seededRandom(seed)
  const names = shapes.flatMap((shape) => [0, 1, 2].map((at) => `${shape}${at}`))
  const shapeOf = (name: string) => name.slice(0, -1) as Shape
  const table = new Map(
    names.map((name) => [
      name,
      Array.from({ length: rows }, (): number | string | null => draw[shapeOf(name)](random)),
    ]),
  )
  const planted = new Map<string, Set<Fault>>()
  const outlierRows = new Map<string, Set<number>>()
  const isolated = new Set<number>()
  // A few cells are missing all along: that is no spike.
  for (const values of table.values())
    for (const row of values.keys()) if (random() < 0.02) values[row] = null
  const mark = (name: string, fault: Fault) => planted.set(name, (planted.get(name) ?? new Set()).add(fault))
  const key = Array.from({ length: rows }, (_, row) => `K${100_000 + row}`)
  if (faults) {
    for (const shape of shapes) {
      const spiked = table.get(`${shape}0`)!
      const start = Math.floor(random() * rows * 0.85)
      for (let row = start; row < start + rows * 0.1; row++) if (random() < 0.6) spiked[row] = null
      mark(`${shape}0`, 'missing-spike')
      if (shape === 'category') continue
      const wilder = table.get(`${shape}1`)!
      const chosen = new Set<number>()
      while (chosen.size < Math.ceil(rows * 0.004)) chosen.add(Math.floor(random() * rows))
      for (const row of chosen) wilder[row] = wild[shape](Number(wilder[row] ?? 60))
      outlierRows.set(`${shape}1`, new Set([...chosen].map((row) => row + 1)))
      mark(`${shape}1`, 'outliers')
    }
    const sentinels = table.get('integers2')!
    for (const row of sentinels.keys()) if (random() < 0.03) sentinels[row] = 9_999
    mark('integers2', 'repeated-extreme')
    const mixed = table.get('lognormal2')!
    for (const row of mixed.keys()) if (random() < 0.004) mixed[row] = 'n. b.'
    mark('lognormal2', 'mixed-types')
    while (isolated.size < Math.ceil(rows * 0.003)) isolated.add(1 + Math.floor(random() * rows))
    // Each value alone could pass; that so many are high together cannot.
    for (const row of isolated) for (const [name, value] of odd) table.get(name)![row - 1] = value
    mark('', 'isolated-rows')
    for (let copy = 0; copy < rows * 0.004; copy++) {
      const to = Math.floor(random() * rows)
      key[to] = key[(to + 17) % rows]!
    }
    mark('record_key', 'nearly-unique')
  }
  const lines = Array.from({ length: rows }, (_, row) =>
    [key[row], ...names.map((name) => table.get(name)![row])].map((cell) => cell ?? '').join(','),
  )
  if (faults) {
    for (let copy = 0; copy < rows * 0.005; copy++) lines.push(lines[Math.floor(random() * rows)]!)
    mark('', 'duplicate-rows')
  }
  const columns = ['record_key', ...names]
  return {
    csv: `${columns.join(',')}\n${lines.join('\n')}\n`,
    planted,
    columns,
    outlierRows,
    isolatedRows: isolated,
  }
}
