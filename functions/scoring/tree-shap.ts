/**
 * Path-dependent TreeSHAP (Lundberg et al. 2020, Nature Machine Intelligence 2) of trees of any depth, one row at a time.
 *
 * The Shapley weight s!(d−1−s)!/d! is ∫₀¹ tˢ(1−t)^(d−1−s) dt, so the contribution of feature j through a leaf of value v is
 * v·(o_j − z_j)·∫₀¹ Π_{k≠j} (o_k·t + z_k·(1−t)) dt with o_k 1 where the row follows every split on k of the leaf's path,
 * and z_k the product of the cover shares of those splits. The integrand is a polynomial of degree d−1: ⌈d/2⌉ points of
 * Gauss-Legendre quadrature are exact, and every term is positive, so nothing cancels.
 */
import { quadrature } from './quadrature.ts'
import { type Forest, goesLeft } from './xgboost-model.ts'

/** Static numbers of a forest's edges; the edge into a node has the node's id. */
export interface PathShares {
  /** Product of cover shares of this edge and the earlier ones on its path that split on the same feature. */
  readonly zero: Float64Array
  /** The last earlier edge on the path that splits on the same feature; -1 if none. */
  readonly earlier: Int32Array
  /** Per tree: most different features on a path. */
  readonly elements: Int32Array
  /** Per tree: the mean of its leaves, weighted by cover. */
  readonly mean: Float64Array
}

const cache = new WeakMap<Forest, PathShares>()

/** Share of a parent's training rows (by hessian) in one child; halves where the tree saw none. */
export function coverShare(forest: Forest, left: number, isLeft: boolean): number {
  const [l, r] = [forest.cover[left] as number, forest.cover[left + 1] as number]
  if (l + r === 0) return 0.5
  return (isLeft ? l : r) / (l + r)
}

export function pathShares(forest: Forest): PathShares {
  const known = cache.get(forest)
  if (known !== undefined) return known
  const nodes = forest.left.length
  const zero = new Float64Array(nodes).fill(1)
  const earlier = new Int32Array(nodes).fill(-1)
  const parent = new Int32Array(nodes).fill(-1)
  const elementsAt = new Int32Array(nodes)
  const reach = new Float64Array(nodes)
  const elements = new Int32Array(forest.trees)
  const mean = new Float64Array(forest.trees)
  for (let tree = 0; tree < forest.trees; tree++) {
    const root = forest.treeStart[tree] as number
    reach[root] = 1
    for (let node = root; node < (forest.treeStart[tree + 1] as number); node++) {
      const left = forest.left[node] as number
      elements[tree] = Math.max(elements[tree] as number, elementsAt[node] as number)
      if (left < 0) {
        mean[tree] = (mean[tree] as number) + (reach[node] as number) * (forest.threshold[node] as number)
        continue
      }
      let before = node
      while (before !== root && forest.feature[parent[before] as number] !== forest.feature[node])
        before = parent[before] as number
      for (const child of [left, left + 1]) {
        const share = coverShare(forest, left, child === left)
        parent[child] = node
        reach[child] = (reach[node] as number) * share
        earlier[child] = before === root ? -1 : before
        zero[child] = share * (before === root ? 1 : (zero[before] as number))
        elementsAt[child] = (elementsAt[node] as number) + (before === root ? 1 : 0)
      }
    }
  }
  const shares = { zero, earlier, elements, mean }
  cache.set(forest, shares)
  return shares
}

/** Adds the contributions of one tree for one row to an array; buffers are its own, so nothing is allocated per row. */
export class TreeExplainer {
  private readonly forest: Forest
  private readonly shares: PathShares
  private readonly ones: Uint8Array
  private readonly product: Float64Array
  private readonly sum: Float64Array
  private points = quadrature(1)
  private matrix: Float32Array = new Float32Array()
  private rowAt = 0
  private out: Float64Array = new Float64Array()
  private outAt = 0
  private scale = 1

  constructor(forest: Forest) {
    this.forest = forest
    this.shares = pathShares(forest)
    this.ones = new Uint8Array(forest.left.length)
    const deepest = forest.treeDepth.reduce((a, b) => Math.max(a, b), 0)
    const widest = this.shares.elements.reduce((a, b) => Math.max(a, b), 0)
    const size = (deepest + 1) * Math.max(1, (widest + 1) >> 1)
    this.product = new Float64Array(size)
    this.sum = new Float64Array(size)
  }

  /**
   * @param matrix row-major; the row starts at `rowAt`
   * @param out contributions per feature from `outAt` on; the mean of the tree is not added
   */
  add(tree: number, matrix: Float32Array, rowAt: number, out: Float64Array, outAt: number): void {
    const elements = this.shares.elements[tree] as number
    if (elements === 0) return
    this.points = quadrature((elements + 1) >> 1)
    this.matrix = matrix
    this.rowAt = rowAt
    this.out = out
    this.outAt = outAt
    this.scale = this.forest.treeWeight[tree] as number
    this.product.fill(1, 0, this.points.count)
    this.visit(this.forest.treeStart[tree] as number, 0)
  }

  /** Leaves in `sum`, at this level, the sum over the leaves below `node` of value × weight × product of the path. */
  private visit(node: number, level: number): void {
    const { left, threshold, feature } = this.forest
    const { count, weight } = this.points
    const here = level * count
    const child = left[node] as number
    if (child < 0) {
      const value = (threshold[node] as number) * this.scale
      for (let q = 0; q < count; q++)
        this.sum[here + q] = value * (weight[q] as number) * (this.product[here + q] as number)
      return
    }
    this.sum.fill(0, here, here + count)
    const isLeft = goesLeft(this.forest, node, this.matrix[this.rowAt + (feature[node] as number)] as number)
    this.descend(child, isLeft, here, level, feature[node] as number)
    this.descend(child + 1, !isLeft, here, level, feature[node] as number)
  }

  private descend(edge: number, follows: boolean, here: number, level: number, feature: number): void {
    const { count, point } = this.points
    const { product, sum } = this
    const below = here + count
    const before = this.shares.earlier[edge] as number
    const zero = this.shares.zero[edge] as number
    const zeroBefore = before < 0 ? 1 : (this.shares.zero[before] as number)
    const oneBefore = before < 0 ? 1 : (this.ones[before] as number)
    const one = follows ? oneBefore : 0
    this.ones[edge] = one
    // Without a row and without training rows on this side, no product below is other than 0.
    if (one === 0 && zero === 0) return
    for (let q = 0; q < count; q++) {
      const t = point[q] as number
      product[below + q] =
        ((product[here + q] as number) * (one * t + zero * (1 - t))) / (oneBefore * t + zeroBefore * (1 - t))
    }
    this.visit(edge, level + 1)
    let own = 0
    let withdrawn = 0
    for (let q = 0; q < count; q++) {
      const t = point[q] as number
      const s = sum[below + q] as number
      own += s / (one * t + zero * (1 - t))
      withdrawn += s / (oneBefore * t + zeroBefore * (1 - t))
      sum[here + q] = (sum[here + q] as number) + s
    }
    // An earlier edge of the same feature adds these leaves too, with its own shares: taken back here.
    const contribution = (one - zero) * own - (oneBefore - zeroBefore) * withdrawn
    this.out[this.outAt + feature] = (this.out[this.outAt + feature] as number) + contribution
  }
}
