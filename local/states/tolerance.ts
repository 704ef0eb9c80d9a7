/** How many failed items a distributed Map puts up with. */
import { StateFailure } from './failure.ts'
import type { Tolerance } from './map-items.ts'

/** A limit is exceeded by one item more; without limits the first failed item is one too many. */
export function exceedsTolerance(limits: Tolerance, failed: number, total: number): boolean {
  const { toleratedCount, toleratedPercentage } = limits
  if (toleratedCount === undefined && toleratedPercentage === undefined) return failed > 0
  if (toleratedCount !== undefined && failed > toleratedCount) return true
  return toleratedPercentage !== undefined && failed * 100 > toleratedPercentage * total
}

export const toleranceExceeded = () =>
  new StateFailure(
    'States.ExceedToleratedFailureThreshold',
    'The specified tolerated failure threshold was exceeded',
  )
