/** Which features a node may be split on: samples of samples, by tree, by level and by node. */
import type { Settings } from './hyperparameters.ts'
import { hash32, sampleWithout } from './random.ts'

export interface ColumnSampler {
  /** 1 for each feature that the node may use; undefined: all. */
  allowed(depth: number, node: number): Uint8Array | undefined
}

const TREE = 1
const LEVEL = 2
const NODE = 3

/** Every member of a crew that asks for the same tree, level and node gets the same sample. */
export function columnSampler(settings: Settings, columns: number, tree: number): ColumnSampler {
  const { colsampleByTree, colsampleByLevel, colsampleByNode, seed } = settings
  if (Math.min(colsampleByTree, colsampleByLevel, colsampleByNode) >= 1) return { allowed: () => undefined }
  const stream = (kind: number, index: number) => hash32(seed ^ kind, tree, index)
  const all = Int32Array.from({ length: columns }, (_, feature) => feature)
  const ofTree = sampleWithout(all, colsampleByTree, seed, stream(TREE, 0))
  const levels = new Map<number, { features: Int32Array; mask: Uint8Array }>()
  const level = (depth: number) => {
    const known = levels.get(depth)
    if (known !== undefined) return known
    const features = sampleWithout(ofTree, colsampleByLevel, seed, stream(LEVEL, depth))
    const made = { features, mask: maskOf(features, columns) }
    levels.set(depth, made)
    return made
  }
  return {
    allowed(depth, node) {
      const { features, mask } = level(depth)
      if (colsampleByNode >= 1) return mask
      return maskOf(sampleWithout(features, colsampleByNode, seed, stream(NODE, node)), columns)
    },
  }
}

function maskOf(features: Int32Array, columns: number): Uint8Array {
  const mask = new Uint8Array(columns)
  for (const feature of features) mask[feature] = 1
  return mask
}
