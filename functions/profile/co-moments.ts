/** Pairwise co-moments of numeric columns, from which correlations are read. */
import { type CheckedColumn, checkedColumns } from '../dataset/rules-sql.ts'
import { isNumeric } from '../dataset/typed-columns.ts'
import type { SourceColumn } from '../project.ts'
import { type DeviationSums, deviationSums, type NumberRows } from './deviation-sums.ts'
import { mergeMoments } from './numeric-column.ts'
import type { CoMoment } from './profile.ts'

/** At most this many numeric columns are paired. */
const pairedColumns = 50
/** Values held at once: 160 MB. */
const maxPairedValues = 20_000_000

/** The columns that are paired: as many as their rows leave memory for. */
export function pairable(
  columns: readonly SourceColumn[],
  header: readonly string[],
  rows: number,
): CheckedColumn[] {
  const numeric = checkedColumns(columns, header)
    .filter(({ column: { type, phi } }) => isNumeric(type) && phi !== 'direct')
    .slice(0, Math.min(pairedColumns, Math.floor(maxPairedValues / Math.max(rows, 1))))
  return numeric.length < 2 ? [] : numeric
}

/**
 * The co-moments of every pair among `columns`, over the rows where both have a value.
 *
 * @param columns equally long
 */
export function coMomentsOf(columns: readonly (readonly [string, NumberRows])[]): CoMoment[] {
  const sums = deviationSums(columns.map(([, values]) => values))
  return columns.flatMap(([nameX, x], atX) =>
    columns.slice(atX + 1).map(([nameY, y], next) => ({
      columns: [nameX, nameY] as [string, string],
      ...(pairFrom(sums, atX, atX + 1 + next) ?? pairOf(x, y)),
    })),
  )
}

/** Sums of squares that lose more than this share when the mean of the common rows is taken off have lost digits. */
const mostLost = 0.99

/** @returns undefined where the means of the common rows are too far from those of the columns. */
function pairFrom(sums: DeviationSums, x: number, y: number): Omit<CoMoment, 'columns'> | undefined {
  const count = sums.count(x, y)
  if (count === 0) return undefined
  const [sumX, sumY] = [sums.sum(x, y), sums.sum(y, x)]
  const [squaresX, squaresY] = [sums.squares(x, y), sums.squares(y, x)]
  const [lostX, lostY] = [(sumX * sumX) / count, (sumY * sumY) / count]
  if (!(lostX <= mostLost * squaresX && lostY <= mostLost * squaresY)) return undefined
  return {
    count,
    meanX: (sums.means[x] as number) + sumX / count,
    meanY: (sums.means[y] as number) + sumY / count,
    m2X: squaresX - lostX,
    m2Y: squaresY - lostY,
    coMoment: sums.products(x, y) - (sumX * sumY) / count,
  }
}

/** Two passes: means first, then products of deviations, which keeps the digits of a small deviation. */
function pairOf(columnX: NumberRows, columnY: NumberRows): Omit<CoMoment, 'columns'> {
  const x = columnX.subarray(0, columnX.length)
  const y = columnY.subarray(0, columnY.length)
  let count = 0
  let sumX = 0
  let sumY = 0
  for (let row = 0; row < x.length; row++) {
    const a = x[row] as number
    const b = y[row] as number
    if (Number.isNaN(a + b)) continue
    count++
    sumX += a
    sumY += b
  }
  if (count === 0) return { count, meanX: 0, meanY: 0, m2X: 0, m2Y: 0, coMoment: 0 }
  const meanX = sumX / count
  const meanY = sumY / count
  let m2X = 0
  let m2Y = 0
  let coMoment = 0
  for (let row = 0; row < x.length; row++) {
    const a = (x[row] as number) - meanX
    const b = (y[row] as number) - meanY
    if (Number.isNaN(a + b)) continue
    m2X += a * a
    m2Y += b * b
    coMoment += a * b
  }
  return { count, meanX, meanY, m2X, m2Y, coMoment }
}

/** Sum of products of deviations of two sets together (Chan, Golub, LeVeque 1983; Pébay 2008, eq. 2.4). */
export function mergeCoMoments(a: readonly CoMoment[], b: readonly CoMoment[]): CoMoment[] {
  const others = new Map(b.map((pair) => [pair.columns.join('\u0000'), pair]))
  return a.map((pair) => {
    const other = others.get(pair.columns.join('\u0000'))
    return other === undefined ? pair : mergePair(pair, other)
  })
}

function mergePair(a: CoMoment, b: CoMoment): CoMoment {
  const count = a.count + b.count
  const x = mergeMoments(
    { count: a.count, mean: a.meanX, m2: a.m2X },
    { count: b.count, mean: b.meanX, m2: b.m2X },
  )
  const y = mergeMoments(
    { count: a.count, mean: a.meanY, m2: a.m2Y },
    { count: b.count, mean: b.meanY, m2: b.m2Y },
  )
  const between = count === 0 ? 0 : ((b.meanX - a.meanX) * (b.meanY - a.meanY) * a.count * b.count) / count
  return {
    columns: a.columns,
    count,
    meanX: x.mean ?? 0,
    meanY: y.mean ?? 0,
    m2X: x.m2,
    m2Y: y.m2,
    coMoment: a.coMoment + b.coMoment + between,
  }
}

/** Pearson's correlation, -1 to 1; null where a column is constant or the pair has fewer than two rows. */
export function correlation({ count, m2X, m2Y, coMoment }: CoMoment): number | null {
  const scale = Math.sqrt(m2X * m2Y)
  return count < 2 || !(scale > 0) ? null : Math.max(-1, Math.min(1, coMoment / scale))
}
