/** Pairwise co-moments of numeric columns, from which correlations are read. */
import { mergeMoments } from './numeric-column.ts'
import type { CoMoment } from './profile.ts'

/** At most this many numeric columns are paired. */
export const pairedColumns = 50

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
