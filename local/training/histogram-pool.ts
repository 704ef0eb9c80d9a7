/** The memory of the nodes' histograms: one store that all threads share, and a buffer for each further thread. */
import { sharedFloat64 } from './shared-array.ts'

export interface HistogramPool {
  /** Numbers of one histogram: 2 a slot. */
  readonly size: number
  /** `capacity` histograms. */
  readonly store: Float64Array
  readonly capacity: number
  /** Of the second, third, … thread: room for `2 · batch` histograms each. */
  readonly buffers: readonly Float64Array[]
  /** So many pairs of siblings are built between two meetings of the threads. */
  readonly batch: number
}

const BATCH_BYTES = 32 * 2 ** 20
const STORE_BYTES = 256 * 2 ** 20
const LARGEST_BATCH = 32

/** @param nodes how many nodes can wait for their split at once; a cache that is too small costs time, not quality. */
export function histogramPool(slots: number, nodes: number, threads: number): HistogramPool {
  const size = 2 * Math.max(1, slots)
  const bytes = size * Float64Array.BYTES_PER_ELEMENT
  const batch = Math.max(1, Math.min(LARGEST_BATCH, Math.ceil(nodes / 2), Math.floor(BATCH_BYTES / bytes)))
  const cached = Math.max(1, Math.min(nodes, Math.floor(STORE_BYTES / bytes)))
  const capacity = cached + 2 * batch
  return {
    size,
    store: sharedFloat64(capacity * size),
    capacity,
    buffers: Array.from({ length: threads - 1 }, () => sharedFloat64(2 * batch * size)),
    batch,
  }
}
