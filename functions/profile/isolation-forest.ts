/**
 * Isolation forest: rows that few random cuts set apart are unlike the others.
 *
 * Liu, Ting, Zhou: Isolation Forest, ICDM 2008; path lengths and scores by its equations 1 and 2. Nodes are flat typed
 * arrays; a leaf's feature is -1 and its threshold the path length that its rows would still have.
 */
import { seededRandom } from '../statistics/seeded-random.ts'

export const trees = 100
/** Rows per tree, as the paper recommends. */
export const treeRows = 256

/** Expected path length of an unsuccessful search among n rows (equation 1). */
export function expectedPath(n: number): number {
  if (n <= 1) return 0
  if (n === 2) return 1
  return 2 * (Math.log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n
}

interface Tree {
  readonly features: Int32Array
  readonly thresholds: Float64Array
  /** Left child; the right one stands behind it. */
  readonly children: Int32Array
}

export interface IsolationForest {
  readonly trees: readonly Tree[]
  readonly rowsPerTree: number
}

/** @param columns equally long, finite. @throws RangeError when there is no row or no column. */
export function growForest(columns: readonly Float64Array[], seed: number): IsolationForest {
  const rows = columns[0]?.length ?? 0
  if (rows === 0) throw new RangeError('an isolation forest needs rows and columns')
  const random = seededRandom(seed)
  const size = Math.min(treeRows, rows)
  const depth = Math.ceil(Math.log2(Math.max(2, size)))
  const all = Uint32Array.from({ length: rows }, (_, row) => row)
  return {
    rowsPerTree: size,
    trees: Array.from({ length: trees }, () => {
      // The first `size` of a partial shuffle are a sample without replacement.
      for (let at = 0; at < size; at++) {
        const other = at + Math.floor(random() * (rows - at))
        const kept = all[at] as number
        all[at] = all[other] as number
        all[other] = kept
      }
      return growTree(columns, all.slice(0, size), depth, random)
    }),
  }
}

function growTree(
  columns: readonly Float64Array[],
  sample: Uint32Array,
  maxDepth: number,
  random: () => number,
): Tree {
  const features: number[] = []
  const thresholds: number[] = []
  const children: number[] = []
  const place = () => {
    children.push(0)
    thresholds.push(0)
    return features.push(-1) - 1
  }
  const grow = (node: number, rows: Uint32Array, depth: number): void => {
    const cut = depth < maxDepth && rows.length > 1 ? chooseCut(columns, rows, random) : undefined
    if (cut === undefined) {
      thresholds[node] = expectedPath(rows.length)
      return
    }
    const { feature, threshold } = cut
    const values = columns[feature] as Float64Array
    features[node] = feature
    thresholds[node] = threshold
    const left = place()
    const right = place()
    children[node] = left
    grow(
      left,
      rows.filter((row) => (values[row] as number) < threshold),
      depth + 1,
    )
    grow(
      right,
      rows.filter((row) => (values[row] as number) >= threshold),
      depth + 1,
    )
  }
  grow(place(), sample, 0)
  return {
    features: Int32Array.from(features),
    thresholds: Float64Array.from(thresholds),
    children: Int32Array.from(children),
  }
}

/** A random column that is not constant over the rows, cut anywhere between its extremes. */
function chooseCut(columns: readonly Float64Array[], rows: Uint32Array, random: () => number) {
  const start = Math.floor(random() * columns.length)
  for (let step = 0; step < columns.length; step++) {
    const feature = (start + step) % columns.length
    const values = columns[feature] as Float64Array
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const row of rows) {
      const value = values[row] as number
      if (value < low) low = value
      if (value > high) high = value
    }
    if (high > low) return { feature, threshold: low + (high - low) * (1 - random()) }
  }
  return undefined
}

/** Anomaly score of every row, 0 to 1 (equation 2): 0.5 is usual, towards 1 is set apart. */
export function isolationScores(
  { trees: grown, rowsPerTree }: IsolationForest,
  columns: readonly Float64Array[],
): Float64Array {
  const rows = columns[0]?.length ?? 0
  const paths = new Float64Array(rows)
  for (const { features, thresholds, children } of grown)
    for (let row = 0; row < rows; row++) {
      let node = 0
      let depth = 0
      for (let feature = features[0] as number; feature >= 0; feature = features[node] as number) {
        const isRight = ((columns[feature] as Float64Array)[row] as number) >= (thresholds[node] as number)
        node = (children[node] as number) + (isRight ? 1 : 0)
        depth++
      }
      paths[row] = (paths[row] as number) + depth + (thresholds[node] as number)
    }
  const usual = Math.max(Number.MIN_VALUE, expectedPath(rowsPerTree))
  return paths.map((path) => 2 ** (-path / grown.length / usual))
}
