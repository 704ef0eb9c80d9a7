/** Gradient boosting with trees: the rounds, run in step by every thread of a crew. */
import type { BinnedTable } from './binned-table.ts'
import { columnSampler } from './column-sampler.ts'
import { type Crew, forOwnRows } from './crew.ts'
import { candidateRoom } from './evaluate-splits.ts'
import { gridRounder, roundToGrid } from './exact-sums.ts'
import { growTree } from './grow-tree.ts'
import type { GrowingGround, OwnRows } from './growing-ground.ts'
import { histogramPool } from './histogram-pool.ts'
import type { Settings } from './hyperparameters.ts'
import { metricNamed } from './metric.ts'
import { type Objective, objectiveOf } from './objective.ts'
import { hash32 } from './random.ts'
import type { Table } from './read-csv.ts'
import { earlyStopping, type Round } from './rounds.ts'
import { sharedFloat32, sharedFloat64 } from './shared-array.ts'
import { type Tree, treeValue } from './tree.ts'

/** Everything that the threads share; it may be posted to a worker. */
export interface BoostingGround extends GrowingGround {
  readonly channels: readonly Channel[]
  /** Largest gradient and hessian among each thread's rows. */
  readonly largest: Float64Array
  /** Metrics of the round, channel by channel. */
  readonly scores: Float64Array
}

interface Channel {
  readonly table: Table
  readonly margins: Float32Array
  readonly predictions: Float32Array
}

export interface BoostedTrees {
  /** `settings.parallelTrees` trees a round; with early stopping those up to the best round. */
  readonly trees: readonly Tree[]
  readonly best: { readonly round: number; readonly score: number } | undefined
}

export function boostingGround(
  train: Table,
  validation: Table | undefined,
  binned: BinnedTable,
  settings: Settings,
  baseMargin: number,
  threads: number,
): BoostingGround {
  const channels = [train, ...(validation === undefined ? [] : [validation])].map((table) => ({
    table,
    margins: sharedFloat32(table.rows).fill(baseMargin),
    predictions: sharedFloat32(table.rows).fill(objectiveOf(settings.objective).predict(baseMargin)),
  }))
  const waiting = settings.maxDepth === 0 ? settings.maxLeaves : 2 ** Math.min(20, settings.maxDepth - 1)
  const pool = histogramPool(binned.slots, waiting, threads)
  return {
    binned,
    settings,
    channels,
    pool,
    pairs: sharedFloat64(2 * train.rows),
    candidates: sharedFloat64(candidateRoom(pool, threads)),
    rootSums: sharedFloat64(2 * threads),
    largest: sharedFloat64(2 * threads),
    scores: sharedFloat64(channels.length * settings.evalMetrics.length),
  }
}

/**
 * Called by every thread of the crew with the same ground; all of them return the same trees.
 * @param onRound is called by the first thread alone.
 */
export function boostTrees(
  crew: Crew,
  ground: BoostingGround,
  onRound: (round: Round) => void,
): BoostedTrees {
  const { settings, channels } = ground
  const [train] = channels
  if (train === undefined) throw new TypeError('there is no training channel')
  const objective = objectiveOf(settings.objective)
  const watch = earlyStopping(settings)
  const own: OwnRows = {
    list: new Int32Array(train.table.rows),
    spare: new Int32Array(train.table.rows),
    count: 0,
  }
  const trees: Tree[] = []
  for (let round = 0; round < settings.rounds; round++) {
    writeGradients(crew, ground, train, objective)
    for (let parallel = 0; parallel < settings.parallelTrees; parallel++) {
      const index = round * settings.parallelTrees + parallel
      sampleRows(crew, train.table.rows, settings, index, own)
      const columns = columnSampler(settings, train.table.columns, index)
      // Parallel trees share one step: the library divides the learning rate among them.
      const grown = growTree(crew, ground, own, columns, settings.eta / settings.parallelTrees)
      trees.push(grown.tree)
      for (const { from, to, value } of grown.leaves) addToLeaf(train.margins, own.list, from, to, value)
      if (settings.subsample < 1) addUnsampled(crew, train, settings, index, grown.tree)
      for (const channel of channels.slice(1)) addEverywhere(crew, channel, grown.tree)
    }
    for (const channel of channels) predictOwn(crew, channel, objective)
    const result = evaluateRound(crew, ground, round)
    if (crew.rank === 0) onRound(result)
    const { best, exhausted } = watch(result)
    if (exhausted || (best !== undefined && round === settings.rounds - 1)) {
      return { trees: trees.slice(0, ((best?.round ?? round) + 1) * settings.parallelTrees), best }
    }
  }
  return { trees, best: undefined }
}

function writeGradients(
  crew: Crew,
  ground: BoostingGround,
  { table, margins, predictions }: Channel,
  objective: Objective,
) {
  const { pairs, largest, settings } = ground
  const { labels, weights, rows } = table
  let largestGradient = 0
  let largestHessian = 0
  forOwnRows(crew, rows, (from, to) => {
    for (let row = from; row < to; row++) {
      const label = labels[row] as number
      const margin = margins[row] as number
      const prediction = predictions[row] as number
      let weight = weights === undefined ? 1 : (weights[row] as number)
      if (label === 1 && objective.classes) weight *= settings.scalePosWeight
      const gradient = weight * objective.gradient(margin, prediction, label, settings)
      const hessian = weight * objective.hessian(margin, prediction, label, settings)
      pairs[2 * row] = gradient
      pairs[2 * row + 1] = hessian
      if (gradient > largestGradient) largestGradient = gradient
      else if (-gradient > largestGradient) largestGradient = -gradient
      if (hessian > largestHessian) largestHessian = hessian
    }
  })
  largest[2 * crew.rank] = largestGradient
  largest[2 * crew.rank + 1] = largestHessian
  crew.meet()
  for (let rank = 0; rank < crew.size; rank++) {
    largestGradient = Math.max(largestGradient, largest[2 * rank] as number)
    largestHessian = Math.max(largestHessian, largest[2 * rank + 1] as number)
  }
  const gradientRounder = gridRounder(largestGradient, rows)
  const hessianRounder = gridRounder(largestHessian, rows)
  forOwnRows(crew, rows, (from, to) => roundToGrid(pairs, from, to, gradientRounder, hessianRounder))
}

const isSampled = (row: number, tree: number, { subsample, seed }: Settings) =>
  hash32(seed, tree, row) < subsample * 2 ** 32

function sampleRows(crew: Crew, rows: number, settings: Settings, tree: number, own: OwnRows): void {
  let count = 0
  forOwnRows(crew, rows, (from, to) => {
    for (let row = from; row < to; row++) {
      if (settings.subsample >= 1 || isSampled(row, tree, settings)) own.list[count++] = row
    }
  })
  own.count = count
}

function addToLeaf(margins: Float32Array, list: Int32Array, from: number, to: number, value: number): void {
  for (let at = from; at < to; at++) {
    const row = list[at] as number
    margins[row] = (margins[row] as number) + value
  }
}

function addUnsampled(
  crew: Crew,
  { table, margins }: Channel,
  settings: Settings,
  index: number,
  tree: Tree,
): void {
  const { rows, values } = table
  forOwnRows(crew, rows, (from, to) => {
    for (let row = from; row < to; row++) {
      if (isSampled(row, index, settings)) continue
      margins[row] = (margins[row] as number) + treeValue(tree, values, rows, row)
    }
  })
}

function addEverywhere(crew: Crew, { table, margins }: Channel, tree: Tree): void {
  const { rows, values } = table
  forOwnRows(crew, rows, (from, to) => {
    for (let row = from; row < to; row++) {
      margins[row] = (margins[row] as number) + treeValue(tree, values, rows, row)
    }
  })
}

function predictOwn(crew: Crew, { table, margins, predictions }: Channel, objective: Objective): void {
  forOwnRows(crew, table.rows, (from, to) => {
    for (let row = from; row < to; row++) predictions[row] = objective.predict(margins[row] as number)
  })
}

/** Each metric of each channel is one thread's work, in row order, so that its sum does not depend on the crew. */
function evaluateRound(crew: Crew, { channels, scores, settings }: BoostingGround, round: number): Round {
  const metrics = settings.evalMetrics
  crew.meet()
  for (const [at, { table, predictions }] of channels.entries()) {
    for (const [metric, name] of metrics.entries()) {
      const task = at * metrics.length + metric
      if (task % crew.size !== crew.rank) continue
      const { labels, weights } = table
      scores[task] = metricNamed(name)?.evaluate({ predictions, labels, weights }) ?? Number.NaN
    }
  }
  crew.meet()
  const of = (channel: number) =>
    Array.from(scores.subarray(channel * metrics.length, (channel + 1) * metrics.length))
  return { round, train: of(0), validation: channels.length > 1 ? of(1) : undefined }
}
