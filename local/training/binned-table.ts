/** The training rows as bin numbers, mutually exclusive features sharing a column (exclusive feature bundling). */
import { cutPoints } from './cut-points.ts'
import type { Table } from './read-csv.ts'
import { sharedFloat32, sharedInt32, sharedUint16 } from './shared-array.ts'

/**
 * A feature's bins are its value bins 0 … n − 1 and, where values are missing, bin n. The most frequent bin, the
 * default one, is not stored: its sums are the node's less those of the others. The others have consecutive slots
 * `firstSlot …` in the histogram, in the order of the bins without the default one.
 */
export interface FeatureBins {
  /** Per feature: number of value bins. */
  readonly valueBins: Int32Array
  readonly defaultBin: Int32Array
  /** 1 where the feature has a bin for missing values. */
  readonly missing: Int32Array
  readonly firstSlot: Int32Array
  /** Number of stored slots; 0 for a constant feature, which is never split. */
  readonly slots: Int32Array
  readonly bundle: Int32Array
  /** Feature f's cuts are `cuts[firstCut[f] … firstCut[f] + valueBins[f] − 1]`. */
  readonly firstCut: Int32Array
  readonly cuts: Float32Array
}

/** Some bundles, row-major: `data[row · width + place]` is a slot relative to the block's first slot. */
export interface Block {
  readonly data: Uint16Array
  readonly width: number
  readonly firstSlot: number
}

/** Slot `firstSlot[b]` of a bundle stands for "every feature of the bundle is at its default". */
export interface Bundles {
  readonly count: number
  readonly firstSlot: Int32Array
  readonly slots: Int32Array
  readonly block: Int32Array
  readonly place: Int32Array
}

export interface BinnedTable {
  readonly rows: number
  readonly features: FeatureBins
  readonly bundles: Bundles
  readonly blocks: readonly Block[]
  /** Histogram slots of a node. */
  readonly slots: number
  /** Features in the order of their bundles, which is the order of their slots. */
  readonly featureOrder: Int32Array
}

/** Slots of one block, so that its part of the histogram stays in the second-level cache (16 bytes a slot). */
const BLOCK_SLOTS = 12_288
/** A bundle grows no further than this, so that a block can hold it. */
const BUNDLE_SLOTS = 4_096
/** A feature looks for room in this many of the youngest bundles (Ke et al. 2017, section 3.2, bounds it likewise). */
const BUNDLES_TRIED = 64

interface OpenBundle {
  /** Per row: 0, or 1 + the slot of the one feature that is not at its default. */
  readonly column: Uint16Array
  readonly features: number[]
  slots: number
}

/**
 * Bins the table; only features that never differ from their defaults in the same row are bundled (no conflicts), so
 * that the trees are those of the unbundled table.
 */
export function binTable(table: Table, maxBin: number, options: { bundling?: boolean } = {}): BinnedTable {
  const { rows, columns } = table
  const features = emptyFeatures(columns)
  const cuts: Float32Array[] = []
  const open: OpenBundle[] = []
  const codes = new Uint16Array(rows)
  let cutCount = 0
  for (let feature = 0; feature < columns; feature++) {
    const column = table.values.subarray(feature * rows, (feature + 1) * rows)
    const own = cutPoints(column, maxBin, table.weights)
    features.valueBins[feature] = own.length
    features.firstCut[feature] = cutCount
    cuts.push(own)
    cutCount += own.length
    const counts = encode(column, own, codes)
    const present = counts.reduce((bins, count) => bins + (count > 0 ? 1 : 0), 0)
    if (present < 2) continue
    const common = counts.indexOf(Math.max(...counts))
    features.defaultBin[feature] = common
    features.missing[feature] = (counts.at(-1) as number) > 0 ? 1 : 0
    features.slots[feature] = own.length + (features.missing[feature] as number) - 1
    const differing = rowsThatDiffer(codes, common, rows - (counts[common] as number))
    place(
      { feature, codes, common, differing, slots: features.slots[feature] as number },
      open,
      rows,
      options,
    )
  }
  const joined = sharedFloat32(cutCount)
  for (const [feature, own] of cuts.entries()) joined.set(own, features.firstCut[feature])
  return { rows, ...layOut(open, features, rows), features: { ...features, cuts: joined } }
}

function emptyFeatures(columns: number) {
  return {
    valueBins: sharedInt32(columns),
    defaultBin: sharedInt32(columns),
    missing: sharedInt32(columns),
    firstSlot: sharedInt32(columns),
    slots: sharedInt32(columns),
    bundle: sharedInt32(columns),
    firstCut: sharedInt32(columns),
  }
}

/** Writes each row's bin and returns the bins' counts; the last entry is that of missing values. */
function encode(column: Float32Array, cuts: Float32Array, codes: Uint16Array): number[] {
  const counts = new Uint32Array(cuts.length + 1)
  const top = cuts.length - 1
  for (let row = 0; row < column.length; row++) {
    const value = column[row] as number
    let code = cuts.length
    if (!Number.isNaN(value)) {
      let low = 0
      let high = top
      while (low < high) {
        const middle = (low + high) >> 1
        if (value < (cuts[middle] as number)) high = middle
        else low = middle + 1
      }
      code = low
    }
    codes[row] = code
    counts[code] = (counts[code] as number) + 1
  }
  return Array.from(counts)
}

function rowsThatDiffer(codes: Uint16Array, common: number, count: number): Int32Array {
  const differing = new Int32Array(count)
  for (let row = 0, at = 0; row < codes.length; row++) if (codes[row] !== common) differing[at++] = row
  return differing
}

interface Newcomer {
  readonly feature: number
  readonly codes: Uint16Array
  readonly common: number
  readonly differing: Int32Array
  readonly slots: number
}

function place(
  newcomer: Newcomer,
  open: OpenBundle[],
  rows: number,
  { bundling = true }: { bundling?: boolean },
) {
  const bundle = (bundling ? roomFor(newcomer, open) : undefined) ?? {
    column: new Uint16Array(rows),
    features: [],
    slots: 1,
  }
  if (bundle.features.length === 0) open.push(bundle)
  const { codes, common, differing } = newcomer
  for (let at = 0; at < differing.length; at++) {
    const row = differing[at] as number
    const code = codes[row] as number
    bundle.column[row] = bundle.slots + (code < common ? code : code - 1)
  }
  bundle.features.push(newcomer.feature)
  bundle.slots += newcomer.slots
}

function roomFor({ differing, slots }: Newcomer, open: readonly OpenBundle[]): OpenBundle | undefined {
  const last = Math.max(0, open.length - BUNDLES_TRIED)
  for (let at = open.length - 1; at >= last; at--) {
    const bundle = open[at]
    if (bundle !== undefined && bundle.slots + slots <= BUNDLE_SLOTS && isFree(bundle.column, differing))
      return bundle
  }
  return undefined
}

function isFree(column: Uint16Array, rows: Int32Array): boolean {
  for (let at = 0; at < rows.length; at++) if (column[rows[at] as number] !== 0) return false
  return true
}

/** Gives every bundle its slots and its place in a block, every feature its slots, and transposes into the blocks. */
function layOut(open: readonly OpenBundle[], features: ReturnType<typeof emptyFeatures>, rows: number) {
  const bundles = {
    count: open.length,
    firstSlot: sharedInt32(open.length),
    slots: sharedInt32(open.length),
    block: sharedInt32(open.length),
    place: sharedInt32(open.length),
  }
  const blocks: Block[] = []
  const featureOrder = sharedInt32(open.reduce((sum, bundle) => sum + bundle.features.length, 0))
  let slots = 0
  let ordered = 0
  for (let first = 0; first < open.length; ) {
    const width = blockWidth(open, first)
    const block = { data: sharedUint16(rows * width), width, firstSlot: slots }
    for (let at = 0; at < width; at++) {
      const index = first + at
      const bundle = open[index] as OpenBundle
      bundles.firstSlot[index] = slots
      bundles.slots[index] = bundle.slots
      bundles.block[index] = blocks.length
      bundles.place[index] = at
      let slot = slots + 1
      for (const feature of bundle.features) {
        features.bundle[feature] = index
        features.firstSlot[feature] = slot
        slot += features.slots[feature] as number
        featureOrder[ordered++] = feature
      }
      const offset = slots - block.firstSlot
      for (let row = 0; row < rows; row++)
        block.data[row * width + at] = offset + (bundle.column[row] as number)
      slots += bundle.slots
    }
    blocks.push(block)
    first += width
  }
  return { bundles, blocks, slots, featureOrder }
}

/** How many of the bundles from `first` on fit into one block; one at least. */
function blockWidth(open: readonly OpenBundle[], first: number): number {
  let slots = 0
  let width = 0
  for (; first + width < open.length; width++) {
    slots += open[first + width]?.slots ?? 0
    if (width > 0 && slots > BLOCK_SLOTS) break
  }
  return width
}
