/** Pairwise co-moments of numeric columns, from which correlations are read. */
import { mergeMoments } from './numeric-column.ts'
import type { CoMoment } from './profile.ts'

/** At most this many numeric columns are paired. */
export const pairedColumns = 50

/**
 * The co-moments of every pair among `columns`, over the rows where both have a value.
 *
 * @param columns equally long; NaN is a missing value.
 */
export function coMomentsOf(columns: readonly (readonly [string, Float64Array])[]): CoMoment[] {
  const complete = columns.map(([, values]) => completeColumn(values))
  return columns.flatMap(([nameX, x], atX) =>
    columns.slice(atX + 1).map(([nameY, y], next) => {
      const [one, other] = [complete[atX], complete[atX + 1 + next]]
      const both = one === undefined || other === undefined ? pairOf(x, y) : completePair(one, other)
      return { columns: [nameX, nameY] as [string, string], ...both }
    }),
  )
}

/** A column without missing values: what is found in it is the same beside every other such column. */
interface CompleteColumn {
  readonly mean: number
  readonly m2: number
  readonly deviations: Float64Array
}

function completeColumn(values: Float64Array): CompleteColumn | undefined {
  let sum = 0
  for (let row = 0; row < values.length; row++) sum += values[row] as number
  if (Number.isNaN(sum)) return undefined
  const mean = values.length === 0 ? 0 : sum / values.length
  const deviations = new Float64Array(values.length)
  let m2 = 0
  for (let row = 0; row < values.length; row++) {
    const deviation = (values[row] as number) - mean
    deviations[row] = deviation
    m2 += deviation * deviation
  }
  return { mean, m2, deviations }
}

function completePair(x: CompleteColumn, y: CompleteColumn): Omit<CoMoment, 'columns'> {
  const { deviations: a } = x
  const { deviations: b } = y
  const count = a.length
  let coMoment = 0
  for (let row = 0; row < count; row++) coMoment += (a[row] as number) * (b[row] as number)
  return { count, meanX: x.mean, meanY: y.mean, m2X: x.m2, m2Y: y.m2, coMoment }
}

/** Two passes: means first, then products of deviations, which keeps the digits of a small deviation. */
function pairOf(x: Float64Array, y: Float64Array): Omit<CoMoment, 'columns'> {
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
