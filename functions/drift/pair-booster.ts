/**
 * A classifier that sees how columns go together: boosting whose every step is a table over the bins of two columns
 * (generalised additive model with interactions, Lou, Caruana, Gehrke and Hooker 2013), pairs found by a first look at
 * all of them (their FAST).
 */
import { binsPerColumn, type CodedRows } from './sampled-rows.ts'

const cells = binsPerColumn * binsPerColumn
/** Pairs that are looked at again in every step. */
const candidates = 24
const steps = 24
const learningRate = 0.4
/** A step must beat chance by so many deviations of the gain of a table of noise. */
const leastGain = 3
/** Ridge on a cell's value, in rows. */
const ridge = 10

export interface BoosterOptions {
  /** Tables over one column instead of two: what the columns show one by one. */
  readonly singles?: boolean
}

export interface Booster {
  /** Log-odds, up to a constant, that a row is of the batch. */
  readonly scores: Float64Array
  /** Places of two columns → how far they told the sides apart, added up. */
  readonly gains: ReadonlyMap<string, number>
}

/** @param isTrained per row: 1 where it may be learnt from. All rows are scored. */
export function boostPairs(table: CodedRows, isTrained: Uint8Array, options: BoosterOptions = {}): Booster {
  const { codes, isCurrent } = table
  const rows = isCurrent.length
  const scores = new Float64Array(rows)
  const gains = new Map<string, number>()
  const trained: number[] = []
  const sides = [0, 0]
  for (let row = 0; row < rows; row++) {
    if (isTrained[row] !== 1) continue
    trained.push(row)
    const side = isCurrent[row] as number
    sides[side] = (sides[side] as number) + 1
  }
  const [before = 0, now = 0] = sides
  if (before === 0 || now === 0) return { scores, gains }
  const learnt = Int32Array.from(trained)
  // Both sides weigh the same, whatever their sizes.
  const weights = [learnt.length / (2 * before), learnt.length / (2 * now)] as const
  const slopes = new Float64Array(rows)
  const curves = new Float64Array(rows)
  const gradient = () => {
    for (const row of learnt) {
      const chance = 1 / (1 + Math.exp(-(scores[row] as number)))
      const side = isCurrent[row] as 0 | 1
      slopes[row] = weights[side] * (side - chance)
      curves[row] = weights[side] * chance * (1 - chance)
    }
  }
  const search = (pair: Pair) => gainOf(codes, pair, learnt, slopes, curves)
  gradient()
  const pairs = everyPair(codes.length, options.singles === true)
    .map((pair) => ({ pair, gain: search(pair).gain }))
    .sort((a, b) => b.gain - a.gain)
    .slice(0, candidates)
    .map(({ pair }) => pair)
  for (let step = 0; step < steps; step++) {
    let best: (Gain & { pair: Pair }) | undefined
    for (const pair of pairs) {
      const found = search(pair)
      if (best === undefined || found.gain > best.gain) best = { ...found, pair }
    }
    if (best === undefined || best.gain < leastGain) break
    const [first, second] = best.pair
    const [a, b] = [codes[first] as Uint8Array, codes[second] as Uint8Array]
    for (let row = 0; row < rows; row++)
      scores[row] =
        (scores[row] as number) +
        learningRate * (best.values[(a[row] as number) * binsPerColumn + (b[row] as number)] as number)
    const key = `${first} ${second}`
    gains.set(key, (gains.get(key) ?? 0) + best.gain)
    gradient()
  }
  return { scores, gains }
}

type Pair = readonly [number, number]

function everyPair(columns: number, singles: boolean): Pair[] {
  const pairs: Pair[] = []
  for (let a = 0; a < columns; a++) {
    // A column by itself is a pair too: what it shows alone needs no other.
    pairs.push([a, a])
    if (!singles) for (let b = a + 1; b < columns; b++) pairs.push([a, b])
  }
  return pairs
}

interface Gain {
  /** Newton gain of the table, less what noise would gain, in deviations of that noise. */
  readonly gain: number
  readonly values: Float64Array
}

function gainOf(
  codes: readonly Uint8Array[],
  [first, second]: Pair,
  learnt: Int32Array,
  slopes: Float64Array,
  curves: Float64Array,
): Gain {
  const [a, b] = [codes[first] as Uint8Array, codes[second] as Uint8Array]
  const slope = new Float64Array(cells)
  const curve = new Float64Array(cells)
  const square = new Float64Array(cells)
  for (let at = 0; at < learnt.length; at++) {
    const row = learnt[at] as number
    const cell = (a[row] as number) * binsPerColumn + (b[row] as number)
    const pull = slopes[row] as number
    slope[cell] = (slope[cell] as number) + pull
    curve[cell] = (curve[cell] as number) + (curves[row] as number)
    square[cell] = (square[cell] as number) + pull * pull
  }
  let gain = 0
  let variance = 0
  for (let cell = 0; cell < cells; cell++) {
    const stiff = (curve[cell] as number) + ridge / 4
    const pull = slope[cell] as number
    const noise = (square[cell] as number) / stiff
    gain += (pull * pull) / stiff - noise
    variance += 2 * noise * noise
    slope[cell] = pull / stiff
  }
  return { gain: variance > 0 ? gain / Math.sqrt(variance) : 0, values: slope }
}
