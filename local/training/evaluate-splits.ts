/** The best splits of a batch of siblings: histograms by rows, sums over threads, subtraction, and the search. */
import type { BinnedTable } from './binned-table.ts'
import type { ColumnSampler } from './column-sampler.ts'
import type { Crew } from './crew.ts'
import { canSplit, type Due, type GrowingGround, type Node, type OwnRows, release } from './growing-ground.ts'
import { addRows, addSums, subtractSums } from './histogram.ts'
import type { HistogramPool } from './histogram-pool.ts'
import { noSplit, type Split, splitFeature } from './split.ts'

/** Numbers that describe a split in `candidates`. */
const FIELDS = 6
/** Splits that gain no more than this are noise of the arithmetic (kRtEps in xgboost). */
const LEAST_GAIN = 1e-6

export const candidateRoom = (pool: HistogramPool, threads: number) => threads * 2 * pool.batch * FIELDS

/** @param free the pool's unused histograms; a node that will be split keeps its own while there is room. */
export function splitEvaluator(
  crew: Crew,
  ground: GrowingGround,
  own: OwnRows,
  columns: ColumnSampler,
  free: number[],
): (due: readonly Due[]) => Node[] {
  const { binned, settings, pool, candidates } = ground
  const share = ownShare(crew, binned)
  const scratch = new Float64Array(
    2 * binned.features.valueBins.reduce((most, bins) => Math.max(most, bins), 1),
  )
  const best = noSplit()

  const search = (node: Node) => {
    best.gain = LEAST_GAIN
    best.feature = -1
    if (!canSplit(node, settings)) return
    const allowed = columns.allowed(node.depth, node.id)
    const start = node.histogram * pool.size
    for (let index = share.fromFeature; index < share.toFeature; index++) {
      const feature = binned.featureOrder[index] as number
      if (allowed !== undefined && allowed[feature] === 0) continue
      const { gradient, hessian } = node
      splitFeature(binned.features, feature, pool.store, start, gradient, hessian, settings, scratch, best)
    }
  }

  /** @returns those of the siblings that have a split. */
  return (due) => {
    const built = takeHistograms(due, free)
    buildOwnRows(crew, ground, own, built)
    crew.meet()
    completeOwnSlots(pool, share, due, built)
    const asked = due.flatMap(({ small, large }) => (large === undefined ? [small] : [small, large]))
    for (const [at, node] of asked.entries()) {
      search(node)
      writeSplit(candidates, (crew.rank * 2 * pool.batch + at) * FIELDS, best)
    }
    crew.meet()
    return asked.filter((node, at) => {
      const split = bestOf(candidates, at, crew.size, pool.batch)
      node.split = split === undefined || split.gain < settings.gamma ? undefined : split
      // What no longer fits beside the room of the next batch is built anew when its turn comes.
      if (node.split === undefined || free.length < 2 * pool.batch) release(node, free)
      return node.split !== undefined
    })
  }
}

/** The larger sibling takes over the parent's histogram, if it is still there. @returns the nodes to be built by rows. */
function takeHistograms(due: readonly Due[], free: number[]): Node[] {
  const take = () => {
    const histogram = free.pop()
    if (histogram === undefined) throw new TypeError('the histogram pool is exhausted')
    return histogram
  }
  const built: Node[] = []
  for (const { small, large, parent } of due) {
    small.histogram = take()
    built.push(small)
    if (large === undefined) continue
    large.histogram = parent >= 0 ? parent : take()
    if (parent < 0) built.push(large)
  }
  return built
}

/** The first thread's rows go to the store, those of the others to their buffers. */
function buildOwnRows(
  crew: Crew,
  { binned, pool, pairs }: GrowingGround,
  own: OwnRows,
  built: readonly Node[],
): void {
  const target = crew.rank === 0 ? pool.store : (pool.buffers[crew.rank - 1] ?? pool.store)
  for (const [at, node] of built.entries()) {
    const start = (crew.rank === 0 ? node.histogram : at) * pool.size
    target.fill(0, start, start + pool.size)
    for (const block of binned.blocks) addRows(target, start, block, pairs, own.list, node.from, node.to)
  }
}

/** For the thread's own slots: adds what the other threads counted, and subtracts for the larger siblings. */
function completeOwnSlots(
  pool: HistogramPool,
  share: Share,
  due: readonly Due[],
  built: readonly Node[],
): void {
  const { store, size } = pool
  const first = 2 * share.fromSlot
  const width = 2 * share.toSlot - first
  for (const [at, node] of built.entries()) {
    for (const buffer of pool.buffers)
      addSums(store, node.histogram * size + first, buffer, at * size + first, width)
  }
  for (const { small, large, parent } of due) {
    if (large === undefined || parent < 0) continue
    subtractSums(store, large.histogram * size + first, small.histogram * size + first, width)
  }
}

interface Share {
  readonly fromSlot: number
  readonly toSlot: number
  /** Positions in `binned.featureOrder`. */
  readonly fromFeature: number
  readonly toFeature: number
}

/** The slots and features that this thread looks at: whole bundles, about as many slots for each thread. */
function ownShare(crew: Crew, { bundles, features, featureOrder, slots }: BinnedTable): Share {
  const boundary = (rank: number) => {
    if (rank === crew.size) return bundles.count
    let bundle = 0
    while (bundle < bundles.count && (bundles.firstSlot[bundle] as number) * crew.size < rank * slots)
      bundle++
    return bundle
  }
  const fromBundle = boundary(crew.rank)
  const toBundle = boundary(crew.rank + 1)
  const slotOf = (bundle: number) => (bundle < bundles.count ? (bundles.firstSlot[bundle] as number) : slots)
  const featureAt = (bundle: number) => {
    const index = featureOrder.findIndex((feature) => (features.bundle[feature] as number) >= bundle)
    return index < 0 ? featureOrder.length : index
  }
  return {
    fromSlot: slotOf(fromBundle),
    toSlot: slotOf(toBundle),
    fromFeature: featureAt(fromBundle),
    toFeature: featureAt(toBundle),
  }
}

function writeSplit(candidates: Float64Array, at: number, split: Split): void {
  candidates[at] = split.gain
  candidates[at + 1] = split.feature
  candidates[at + 2] = split.bin
  candidates[at + 3] = split.missingLeft ? 1 : 0
  candidates[at + 4] = split.leftGradient
  candidates[at + 5] = split.leftHessian
}

/** The largest gain of all threads; at the same gain the earlier feature, so that the number of threads is no matter. */
function bestOf(candidates: Float64Array, node: number, threads: number, batch: number): Split | undefined {
  let chosen = -1
  for (let rank = 0; rank < threads; rank++) {
    const at = (rank * 2 * batch + node) * FIELDS
    if ((candidates[at + 1] as number) < 0) continue
    const gain = candidates[at] as number
    const better =
      chosen < 0 ||
      gain > (candidates[chosen] as number) ||
      (gain === candidates[chosen] && (candidates[at + 1] as number) < (candidates[chosen + 1] as number))
    if (better) chosen = at
  }
  if (chosen < 0) return undefined
  const [gain = 0, feature = -1, bin = -1, missingLeft = 0, leftGradient = 0, leftHessian = 0] =
    candidates.subarray(chosen, chosen + FIELDS)
  return { gain, feature, bin, missingLeft: missingLeft === 1, leftGradient, leftHessian }
}
