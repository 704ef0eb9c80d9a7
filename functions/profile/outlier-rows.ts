/** The rows of the file that hold the values farthest out, as far as the second look kept them. */
import type { Profile } from './profile.ts'

export function outliersRows(
  profile: Profile,
  column: string,
  { low, high }: { readonly low: number; readonly high: number },
): number[] {
  const rows = (profile.examination?.extremes[column] ?? [])
    .filter(({ value }) => value < low || value > high)
    .map(({ part, row }) => (profile.parts.find(({ index }) => index === part)?.firstRow ?? 0) + row)
  return [...new Set(rows)].sort((a, b) => a - b).slice(0, 10)
}
