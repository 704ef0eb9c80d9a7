/** How strongly a category goes with another, or with a number, over the same rows: 0 not at all, 1 entirely. */

/** @param x @param y equally long; null is missing, and such rows are left out. */
export function cramersV(x: readonly (string | null)[], y: readonly (string | null)[]): number | null {
  const rows = new Map<string, number>()
  const columns = new Map<string, number>()
  const cells = new Map<string, { x: string; y: string; count: number }>()
  let total = 0
  for (const [at, one] of x.entries()) {
    const other = y[at]
    if (one === null || other === null || other === undefined) continue
    total++
    rows.set(one, (rows.get(one) ?? 0) + 1)
    columns.set(other, (columns.get(other) ?? 0) + 1)
    const key = `${one}\u0000${other}`
    const cell = cells.get(key)
    if (cell === undefined) cells.set(key, { x: one, y: other, count: 1 })
    else cell.count++
  }
  const [r, k] = [rows.size, columns.size]
  if (total < 2 || r < 2 || k < 2) return null
  // Σ (o - e)²/e = n (Σ o²/(row·column) - 1): cells that are empty need not be visited.
  const sum = [...cells.values()].reduce(
    (all, cell) => all + cell.count ** 2 / ((rows.get(cell.x) ?? 1) * (columns.get(cell.y) ?? 1)),
    0,
  )
  // Bergsma, A bias-correction for Cramér's V and Tschuprow's T, 2013: independent columns come out near 0.
  const phi = Math.max(0, sum - 1 - ((r - 1) * (k - 1)) / (total - 1))
  const [rows1, columns1] = [r - (r - 1) ** 2 / (total - 1), k - (k - 1) ** 2 / (total - 1)]
  const least = Math.min(rows1, columns1) - 1
  return least > 0 ? Math.min(1, Math.sqrt(phi / least)) : null
}

/**
 * The correlation ratio η (Fisher 1925): the root of the share of a number's variance that lies between the levels,
 * corrected for their number (ε², Kelley 1935), so that many small levels do not explain by chance.
 */
export function correlationRatio(levels: readonly (string | null)[], numbers: Float64Array): number | null {
  const groups = new Map<string, { count: number; sum: number }>()
  // Distances from a first guess of the mean: a large common offset would otherwise eat the last digits.
  let guess = 0
  let there = 0
  for (const [at, level] of levels.entries()) {
    const value = numbers[at] as number
    if (level !== null && !Number.isNaN(value)) guess += (value - guess) / ++there
  }
  let count = 0
  let sum = 0
  let squares = 0
  for (const [at, level] of levels.entries()) {
    const value = (numbers[at] as number) - guess
    if (level === null || Number.isNaN(value)) continue
    count++
    sum += value
    squares += value * value
    const group = groups.get(level)
    if (group === undefined) groups.set(level, { count: 1, sum: value })
    else {
      group.count++
      group.sum += value
    }
  }
  if (groups.size < 2 || count <= groups.size) return null
  const mean = sum / count
  const all = squares - count * mean * mean
  if (!(all > 0)) return null
  let between = 0
  for (const group of groups.values()) between += group.count * (group.sum / group.count - mean) ** 2
  const within = (all - between) / (count - groups.size)
  return Math.sqrt(Math.min(1, Math.max(0, 1 - within / (all / (count - 1)))))
}
