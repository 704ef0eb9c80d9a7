/** How strongly a category goes with another, or with a number, over the same rows: 0 not at all, 1 entirely. */

export interface CodedLevels {
  /** Of each row; -1 is missing. */
  readonly codes: Int32Array
  readonly size: number
}

export function codeLevels(levels: readonly (string | null)[]): CodedLevels {
  const known = new Map<string, number>()
  const codes = Int32Array.from(levels, (level) => {
    if (level === null) return -1
    const code = known.get(level) ?? known.size
    known.set(level, code)
    return code
  })
  return { codes, size: known.size }
}

/** @param x @param y equally long; rows where one is missing are left out. Null where a column does not vary. */
export function cramersV(x: CodedLevels, y: CodedLevels): number | null {
  const cells = new Float64Array(x.size * y.size)
  const rows = new Float64Array(x.size)
  const columns = new Float64Array(y.size)
  let total = 0
  for (let at = 0; at < x.codes.length; at++) {
    const one = x.codes[at] as number
    const other = y.codes[at] as number
    if (one < 0 || other < 0) continue
    total++
    rows[one] = (rows[one] as number) + 1
    columns[other] = (columns[other] as number) + 1
    const cell = one * y.size + other
    cells[cell] = (cells[cell] as number) + 1
  }
  const [r, k] = [rows, columns].map((counts) => counts.filter((count) => count > 0).length) as [
    number,
    number,
  ]
  if (total < 2 || r < 2 || k < 2) return null
  // Σ (o - e)²/e = n (Σ o²/(row·column) - 1): cells that are empty add nothing.
  let sum = 0
  for (let cell = 0; cell < cells.length; cell++) {
    const count = cells[cell] as number
    if (count === 0) continue
    sum += count ** 2 / ((rows[Math.floor(cell / y.size)] as number) * (columns[cell % y.size] as number))
  }
  // Bergsma, A bias-correction for Cramér's V and Tschuprow's T, 2013: independent columns come out near 0.
  const phi = Math.max(0, sum - 1 - ((r - 1) * (k - 1)) / (total - 1))
  const [rows1, columns1] = [r - (r - 1) ** 2 / (total - 1), k - (k - 1) ** 2 / (total - 1)]
  const least = Math.min(rows1, columns1) - 1
  return least > 0 ? Math.min(1, Math.sqrt(phi / least)) : null
}

/**
 * The correlation ratio η (Fisher 1925): the root of the share of a number's variance that lies between the levels,
 * corrected for their number (ε², Kelley 1935), so that many small levels do not explain by chance.
 *
 * @param numbers as long as the levels; NaN is missing. Null where there is nothing to compare.
 */
export function correlationRatio({ codes, size }: CodedLevels, numbers: Float64Array): number | null {
  // Distances from a first guess of the mean: a large common offset would otherwise eat the last digits.
  let guess = 0
  let count = 0
  const isThere = (at: number) => (codes[at] as number) >= 0 && !Number.isNaN(numbers[at])
  for (let at = 0; at < codes.length; at++)
    if (isThere(at)) guess += ((numbers[at] as number) - guess) / ++count
  const counts = new Float64Array(size)
  const sums = new Float64Array(size)
  let sum = 0
  let squares = 0
  for (let at = 0; at < codes.length; at++) {
    if (!isThere(at)) continue
    const value = (numbers[at] as number) - guess
    const code = codes[at] as number
    sum += value
    squares += value * value
    counts[code] = (counts[code] as number) + 1
    sums[code] = (sums[code] as number) + value
  }
  const groups = counts.filter((each) => each > 0).length
  if (groups < 2 || count <= groups) return null
  const mean = sum / count
  const all = squares - count * mean * mean
  if (!(all > 0)) return null
  let between = 0
  for (let code = 0; code < size; code++) {
    const members = counts[code] as number
    if (members > 0) between += members * ((sums[code] as number) / members - mean) ** 2
  }
  const within = (all - between) / (count - groups)
  return Math.sqrt(Math.min(1, Math.max(0, 1 - within / (all / (count - 1)))))
}
