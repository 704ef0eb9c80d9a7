/** A twig, the bottom of a tree with up to three splits, and the table of its contributions for every outcome of its path. */
import { quadrature } from './quadrature.ts'
import { coverShare } from './tree-shap.ts'
import type { Forest } from './xgboost-model.ts'

/** One feature of a path, and the product of the cover shares of its splits there. */
export interface PathElement {
  readonly feature: number
  readonly zero: number
}

export interface Twig {
  readonly root: number
  /** Its splits: the root first, unless it is a leaf, then those of the root's children. */
  readonly splits: readonly number[]
  readonly path: readonly PathElement[]
  /** Features of the path in its order, then those that only the twig tests. */
  readonly features: readonly number[]
  /** Indices of the table: 2^(path length + splits). */
  readonly indices: number
}

/** The levels of a twig: 0 to 2 splits from its root to a leaf. */
export const twigHeight = 2

/** The path prolonged by an edge: a feature that is on it already keeps its place. */
export function prolong(path: readonly PathElement[], feature: number, share: number): PathElement[] {
  const at = path.findIndex((element) => element.feature === feature)
  const earlier = path[at]
  return earlier === undefined
    ? [...path, { feature, zero: share }]
    : path.with(at, { feature, zero: earlier.zero * share })
}

export function twigAt(forest: Forest, root: number, path: readonly PathElement[]): Twig {
  const left = forest.left[root] as number
  const splits = left < 0 ? [] : [root, left, left + 1].filter((node) => (forest.left[node] as number) >= 0)
  const features = [...path, ...splits.map((node) => ({ feature: forest.feature[node] as number }))]
  return {
    root,
    splits,
    path,
    features: [...new Set(features.map(({ feature }) => feature))],
    indices: 2 ** (path.length + splits.length),
  }
}

/** A leaf of a twig: its elements, and what a row must do at the twig's splits to reach it. */
interface TwigLeaf {
  readonly value: number
  readonly elements: readonly PathElement[]
  /** Per step: the split's number in the twig, the place of its feature in `elements`, and the side. */
  readonly steps: readonly { split: number; element: number; isLeft: boolean }[]
}

function leavesOf(forest: Forest, twig: Twig, weight: number): TwigLeaf[] {
  const leaves: TwigLeaf[] = []
  const visit = (node: number, elements: readonly PathElement[], steps: TwigLeaf['steps']) => {
    const left = forest.left[node] as number
    if (left < 0) {
      leaves.push({ value: (forest.threshold[node] as number) * weight, elements, steps })
      return
    }
    const feature = forest.feature[node] as number
    const split = twig.splits.indexOf(node)
    for (const isLeft of [true, false]) {
      const prolonged = prolong(elements, feature, coverShare(forest, left, isLeft))
      const element = prolonged.findIndex((candidate) => candidate.feature === feature)
      visit(isLeft ? left : left + 1, prolonged, [...steps, { split, element, isLeft }])
    }
  }
  visit(twig.root, twig.path, [])
  return leaves
}

/**
 * Writes indices × features contributions to `table` from `start` on. Bit k of an index says whether the row follows
 * every split on path element k; the bits above say at which splits of the twig it goes left.
 */
export function fillTwigTable(
  forest: Forest,
  twig: Twig,
  weight: number,
  table: Float64Array,
  start: number,
): void {
  const width = twig.features.length
  for (const leaf of leavesOf(forest, twig, weight)) {
    const count = leaf.elements.length
    if (count === 0) continue
    const zero = Float64Array.from(leaf.elements, (element) => element.zero)
    const place = leaf.elements.map(({ feature }) => twig.features.indexOf(feature))
    const one = new Uint8Array(count)
    const { point, weight: quadratureWeight } = quadrature((count + 1) >> 1)
    for (let index = 0; index < twig.indices; index++) {
      for (let k = 0; k < count; k++) one[k] = k < twig.path.length ? (index >>> k) & 1 : 1
      for (const { split, element, isLeft } of leaf.steps) {
        const wentLeft = ((index >>> (twig.path.length + split)) & 1) === 1
        if (wentLeft !== isLeft) one[element] = 0
      }
      addLeaf(leaf.value, zero, one, point, quadratureWeight, table, start + index * width, place)
    }
  }
}

/** The contributions through one leaf: v·(o_k − z_k)·∫ Π_{j≠k} (o_j·t + z_j·(1−t)) dt, see tree-shap.ts. */
function addLeaf(
  value: number,
  zero: Float64Array,
  one: Uint8Array,
  point: Float64Array,
  weight: Float64Array,
  table: Float64Array,
  at: number,
  place: readonly number[],
): void {
  for (let q = 0; q < point.length; q++) {
    const t = point[q] as number
    let product = value * (weight[q] as number)
    for (let k = 0; k < zero.length; k++) product *= (one[k] as number) * t + (zero[k] as number) * (1 - t)
    if (product === 0) continue
    for (let k = 0; k < zero.length; k++) {
      const [o, z] = [one[k] as number, zero[k] as number]
      const to = at + (place[k] as number)
      table[to] = (table[to] as number) + ((o - z) * product) / (o * t + z * (1 - t))
    }
  }
}
