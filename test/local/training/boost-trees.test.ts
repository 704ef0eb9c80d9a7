import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkTable, checkVariation } from '../../../local/training/check-table.ts'
import type { Tree } from '../../../local/training/tree.ts'
import { grow, mixedTable, settingsOf, tableOf } from './tables.ts'

const arraysOf = (tree: Tree) => Object.entries(tree).map(([name, values]) => [name, Array.from(values)])
const plain = (trees: readonly Tree[]) => trees.map(arraysOf)

describe('a stump computed by hand', () => {
  // Labels 1, 3 | 8, 12: base score 6, gradients 5, 3, −2, −6, hessians 1.
  const table = tableOf([
    [1, 10],
    [3, 20],
    [8, 30],
    [12, 40],
  ])
  const stump = async (given: Record<string, number>) => {
    const regression = { objective: 'reg:squarederror', num_round: 1, eta: 1, max_depth: 1 }
    const { trees, margin } = await grow(table, settingsOf({ ...regression, ...given }))
    return { tree: trees[0]!, margin }
  }

  test('splits where the gain is largest and gives −G/(H+λ)', async () => {
    const { tree, margin } = await stump({ lambda: 1 })
    expect(margin).toBe(6)
    // 8²/3 + 8²/3 − 0; the split lies at the first value of the right side.
    expect(tree.gains[0]).toBe(Math.fround(128 / 3))
    expect(Array.from(tree.conditions)).toEqual([30, -8 / 3, 8 / 3].map(Math.fround))
    expect(Array.from(tree.hessians)).toEqual([4, 2, 2])
  })

  test('lambda, alpha, eta and max_delta_step shrink the leaves', async () => {
    expect((await stump({ lambda: 0 })).tree.conditions[1]).toBe(-4)
    expect((await stump({ lambda: 0, alpha: 2 })).tree.conditions[1]).toBe(-3)
    expect((await stump({ lambda: 2, eta: 0.5 })).tree.conditions[1]).toBe(-1)
    expect((await stump({ lambda: 0, max_delta_step: 1.5 })).tree.conditions[1]).toBe(-1.5)
  })

  test('gamma refuses a split that gains less, and allows one that gains as much', async () => {
    // With λ = 0 the gain is 8²/2 + 8²/2 = 64.
    expect((await stump({ lambda: 0, gamma: 64 })).tree.left.length).toBe(3)
    expect((await stump({ lambda: 0, gamma: 64.01 })).tree.left.length).toBe(1)
  })

  test('min_child_weight moves the split or refuses it', async () => {
    const skewed = tableOf([
      [0, 1],
      [0, 2],
      [0, 3],
      [9, 4],
    ])
    const given = { objective: 'reg:squarederror', num_round: 1, eta: 1, max_depth: 1, lambda: 0 }
    const condition = async (weight: number) =>
      (await grow(skewed, settingsOf({ ...given, min_child_weight: weight }))).trees[0]!
    expect((await condition(1)).conditions[0]).toBe(4)
    expect((await condition(2)).conditions[0]).toBe(3)
    expect((await condition(3)).left.length).toBe(1)
  })

  test('a weight of two is a row given twice', async () => {
    const rows = [
      [1, 10],
      [3, 20],
      [8, 30],
    ] as const
    const settings = settingsOf({ objective: 'reg:squarederror', num_round: 3 })
    const weighted = await grow(tableOf(rows, [1, 1, 2]), settings)
    const repeated = await grow(tableOf([...rows, [8, 30]]), settings)
    expect(plain(weighted.trees)).toEqual(plain(repeated.trees))
  })
})

describe('missing values', () => {
  const given = { objective: 'reg:squarederror', num_round: 1, eta: 1, max_depth: 1, lambda: 0 }
  const treeOf = async (missing: number) => {
    const rows = [
      [0, 1],
      [0, 2],
      [10, 3],
      [10, 4],
      [missing, undefined],
      [missing, undefined],
    ]
    return (await grow(tableOf(rows), settingsOf(given))).trees[0]!
  }

  test('go to the side on which the loss falls more', async () => {
    const low = await treeOf(0)
    expect([low.conditions[0], low.missingLeft[0]]).toEqual([3, 1])
    const high = await treeOf(10)
    expect([high.conditions[0], high.missingLeft[0]]).toEqual([3, 0])
  })

  test('are a side of their own when they alone differ', async () => {
    const rows = [
      [0, 1],
      [0, 2],
      [0, 3],
      [5, undefined],
      [5, undefined],
    ]
    const tree = (await grow(tableOf(rows), settingsOf(given))).trees[0]!
    expect(tree.missingLeft[0]).toBe(0)
    // Above every present value: all of them go left.
    expect(tree.conditions[0]).toBeGreaterThan(3)
    expect(Array.from(tree.conditions.subarray(1))).toEqual([-2, 3])
  })
})

describe('the same model', () => {
  const sampled = { num_round: 8, subsample: 0.7, colsample_bytree: 0.8, colsample_bynode: 0.7, seed: 3 }
  const table = mixedTable(5_000)

  test('whatever the number of threads', async () => {
    const settings = settingsOf({ ...sampled, eval_metric: 'logloss,auc' }, true)
    const validation = mixedTable(700, 2)
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map((threads) => grow(table, settings, { threads, validation })),
    )
    expect(plain(two!.trees)).toEqual(plain(one!.trees))
    expect(plain(three!.trees)).toEqual(plain(one!.trees))
    expect(two!.rounds).toEqual(one!.rounds)
    expect(three!.rounds).toEqual(one!.rounds)
  })

  test('with and without bundling, and bundling needs fewer columns', async () => {
    const settings = settingsOf(sampled)
    const bundled = await grow(table, settings, { bundling: true })
    const single = await grow(table, settings, { bundling: false })
    expect(plain(bundled.trees)).toEqual(plain(single.trees))
    expect(single.binned.bundles.count).toBe(15)
    expect(bundled.binned.bundles.count).toBe(4)
  })

  test('by the same seed alone: another seed draws other rows', async () => {
    const again = await grow(table, settingsOf(sampled))
    const other = await grow(table, settingsOf({ ...sampled, seed: 4 }))
    expect(plain(again.trees)).toEqual(plain((await grow(table, settingsOf(sampled))).trees))
    expect(plain(again.trees)).not.toEqual(plain(other.trees))
  })
})

test('the training loss falls in every round and depth bounds the trees', async () => {
  const { rounds, trees } = await grow(mixedTable(2_000), settingsOf({ num_round: 20, max_depth: 3 }))
  const losses = rounds.map(({ train }) => train[0]!)
  for (const [at, loss] of losses.slice(1).entries()) expect(loss).toBeLessThan(losses[at]!)
  for (const tree of trees) expect(tree.left.length).toBeLessThanOrEqual(15)
})

test('growth by loss stops at max_leaves and beats depth-wise trees of as many leaves', async () => {
  const table = mixedTable(3_000)
  const given = { num_round: 5, max_leaves: 6, max_depth: 0 }
  const byLoss = await grow(table, settingsOf({ ...given, grow_policy: 'lossguide' }))
  const byDepth = await grow(table, settingsOf(given))
  const leaves = (tree: Tree) => tree.left.filter((child) => child < 0).length
  expect(byLoss.trees.map(leaves)).toEqual([6, 6, 6, 6, 6])
  expect(byDepth.trees.map(leaves)).toEqual([6, 6, 6, 6, 6])
  expect(byLoss.rounds[0]!.train[0]).toBeLessThan(byDepth.rounds[0]!.train[0]!)
})

test('parallel trees share the learning rate', async () => {
  const table = mixedTable(500)
  const [single] = (await grow(table, settingsOf({ num_round: 1, eta: 0.5 }))).trees
  const { trees } = await grow(table, settingsOf({ num_round: 1, eta: 0.5, num_parallel_tree: 2 }))
  const halved = Float32Array.from(single!.conditions, (value, node) =>
    single!.left[node]! < 0 ? value / 2 : value,
  )
  expect(trees.length).toBe(2)
  for (const tree of trees) expect(Array.from(tree.conditions)).toEqual(Array.from(halved))
})

test('early stopping keeps the trees up to the best round and trains no further than its patience', async () => {
  const settings = settingsOf(
    { num_round: 200, eta: 0.8, early_stopping_rounds: 4, eval_metric: 'auc,logloss' },
    true,
  )
  const { best, trees, rounds } = await grow(mixedTable(400), settings, { validation: mixedTable(400, 9) })
  const losses = rounds.map(({ validation }) => validation![1]!)
  expect(best).toEqual({ round: losses.indexOf(Math.min(...losses)), score: Math.min(...losses) })
  expect(trees.length).toBe(best!.round + 1)
  expect(rounds.length).toBe(best!.round + 5)
})

test('random small tables: every number of the model is finite and the loss does not rise', async () => {
  const cell = fc.option(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), {
    nil: undefined,
  })
  const rows = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 1 }), cell, cell, fc.integer({ min: 0, max: 2 })),
    {
      minLength: 4,
      maxLength: 40,
    },
  )
  const given = fc.record({
    eta: fc.constantFrom(0.1, 0.5),
    max_depth: fc.integer({ min: 1, max: 5 }),
    min_child_weight: fc.constantFrom(0, 1),
    max_bin: fc.constantFrom(2, 5, 256),
    lambda: fc.constantFrom(0, 1),
  })
  await fc.assert(
    fc.asyncProperty(rows, given, async (cells, hyperparameters) => {
      const labels = new Set(cells.map(([label]) => label))
      fc.pre(labels.size === 2)
      const table = tableOf(cells)
      const { trees, rounds } = await grow(table, settingsOf({ ...hyperparameters, num_round: 6 }))
      for (const tree of trees) {
        for (const values of [tree.conditions, tree.gains, tree.hessians, tree.weights]) {
          expect(values.every(Number.isFinite)).toBe(true)
        }
      }
      const losses = rounds.map(({ train }) => train[0]!)
      for (const [at, loss] of losses.slice(1).entries()) expect(loss).toBeLessThanOrEqual(losses[at]! + 1e-6)
    }),
    { numRuns: 150 },
  )
})

describe('unusable data is refused', () => {
  const settings = settingsOf()
  test.each<[string, (number | undefined)[][], string]>([
    [
      'one class',
      [
        [1, 1],
        [1, 2],
      ],
      'only one class is present, channel train: got one distinct label; expected rows of both classes, 0 and 1',
    ],
    [
      'a label of 2',
      [
        [0, 1],
        [2, 2],
      ],
      'a label is unusable, channel train, row 2: got a label out of range; expected 0 and 1 for binary:logistic; the label is the first column; leave out rows without one',
    ],
    [
      'no label',
      [
        [0, 1],
        [undefined, 2],
      ],
      'a label is unusable, channel train, row 2: got a missing label; expected 0 and 1 for binary:logistic; the label is the first column; leave out rows without one',
    ],
  ])('%s', (_case, rows, message) => {
    expect(() => checkTable(tableOf(rows), 'train', settings)).toThrow(
      expect.objectContaining({ name: 'TrainingDataUnusable', message }),
    )
  })

  test('constant features, missing ones included', () => {
    expect(() =>
      checkVariation(
        tableOf([
          [0, 5, undefined],
          [1, 5, undefined],
        ]),
      ),
    ).toThrow(
      'every feature is constant, channel train: got 2 features with one value each in 2 rows; expected at least one feature with two values',
    )
  })
})
