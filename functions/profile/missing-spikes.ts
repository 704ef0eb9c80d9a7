/** Where along a table, or against an earlier one, more cells of a column are missing than usual. */
import type { Block } from './examination.ts'

export interface MissingSpike {
  /** Rows of the file, both inclusive, from 1; of part `part`. */
  readonly part: number
  readonly from: number
  readonly to: number
  readonly missing: number
  readonly rows: number
  /** Share of missing cells in a usual block, 0 to 1. */
  readonly usual: number
}

/** Points of share that a reader cares about. */
const leastRise = 0.05
/** Standard errors: one false alarm in 3,000,000 blocks. */
const leastErrors = 5
/** Robust deviations of the blocks among each other: a column that is missing here and there all along has no spike. */
const leastDeviations = 6
const leastBlocks = 4

/** Consecutive blocks are one spike. @param blocks in the order of the rows. */
export function missingSpikes(blocks: readonly Block[], column: string): MissingSpike[] {
  if (blocks.length < leastBlocks) return []
  const missingOf = (block: Block) => block.missing[column] ?? 0
  const shares = blocks.map((block) => (block.rows === 0 ? 0 : missingOf(block) / block.rows))
  const usual = medianOf(shares)
  const spread = 1.4826 * medianOf(shares.map((share) => Math.abs(share - usual)))
  const spikes: MissingSpike[] = []
  for (const [at, block] of blocks.entries()) {
    const rise = (shares[at] ?? 0) - usual
    const isTold = rise >= leastRise && rise > leastDeviations * spread
    if (!isTold || errorsAbove(missingOf(block), block.rows, usual) <= leastErrors) continue
    const before = spikes.at(-1)
    const from = block.firstRow + 1
    const to = block.firstRow + block.rows
    if (before !== undefined && before.to === block.firstRow && before.part === blocks[at - 1]?.part)
      spikes.splice(-1, 1, {
        ...before,
        to,
        missing: before.missing + missingOf(block),
        rows: before.rows + block.rows,
      })
    else spikes.push({ part: block.part, from, to, missing: missingOf(block), rows: block.rows, usual })
  }
  return spikes
}

/**
 * Standard errors between a share and the usual one on the scale of its arcsine (Anscombe 1948), where they are nearly
 * normal for few cells too.
 */
function errorsAbove(missing: number, rows: number, usual: number): number {
  const angle = (count: number) => Math.asin(Math.sqrt((count + 0.375) / (rows + 0.75)))
  return 2 * Math.sqrt(rows + 0.5) * (angle(missing) - angle(usual * rows))
}

interface Missing {
  readonly nulls: number
  readonly rows: number
}

/** Whether a column misses more than it did: by 5 points, beyond what chance explains. */
export function missesMore(now: Missing, before: Missing): boolean {
  if (now.rows === 0 || before.rows === 0) return false
  const rise = now.nulls / now.rows - before.nulls / before.rows
  const pooled = (now.nulls + before.nulls + 1) / (now.rows + before.rows + 2)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / now.rows + 1 / before.rows))
  return rise >= leastRise && rise > leastErrors * error
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return (low + high) / 2
}
