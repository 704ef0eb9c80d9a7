/** Population stability index: Σ (q − p) ln(q / p) over the cells of two distributions. */
import { type PairedCounts, total } from './paired-counts.ts'

/**
 * The index with the natural logarithm, 0 and up; exact where both sides fill every cell. A cell that one side leaves
 * empty counts as half a row of that side, since the formula has no value there. Null when a side is empty.
 */
export function populationStability({ baseline, current }: PairedCounts): number | null {
  const n = total(baseline)
  const m = total(current)
  if (n === 0 || m === 0) return null
  let sum = 0
  for (let i = 0; i < baseline.length; i++) {
    const before = baseline[i] as number
    const now = current[i] as number
    if (before === 0 && now === 0) continue
    const p = (before === 0 ? 0.5 : before) / n
    const q = (now === 0 ? 0.5 : now) / m
    sum += (q - p) * Math.log(q / p)
  }
  return Math.max(0, sum)
}
