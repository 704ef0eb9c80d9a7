/** Platt's sigmoid (Platt 1999) fitted by the Newton method of Lin, Lin and Weng (2007, Machine Learning 68, appendix). */

/** The log odds of a probability, kept finite at 0 and 1. */
export function logit(p: number): number {
  const inside = Math.min(Math.max(p, 1e-12), 1 - 1e-12)
  return Math.log(inside / (1 - inside))
}

/** 1 / (1 + exp(a·f + b)) without overflow. */
export function plattSigmoid(f: number, a: number, b: number): number {
  const z = a * f + b
  if (z < 0) return 1 / (1 + Math.exp(z))
  const e = Math.exp(-z)
  return e / (1 + e)
}

/**
 * Fits P(y = 1 | f) = 1 / (1 + exp(a·f + b)) with Platt's smoothed targets (N₊+1)/(N₊+2) and 1/(N₋+2).
 * @param f decision values (log odds), finite
 * @param labels 0 or 1, as many
 */
export function fitPlatt(f: Float64Array, labels: Float64Array): { a: number; b: number } {
  let positives = 0
  for (const label of labels) if (label > 0.5) positives++
  const negatives = labels.length - positives
  const high = (positives + 1) / (positives + 2)
  const low = 1 / (negatives + 2)
  const sigma = 1e-12
  let a = 0
  let b = Math.log((negatives + 1) / (positives + 1))
  const loss = (at: number, bt: number) => {
    let sum = 0
    for (let i = 0; i < f.length; i++) {
      const target = (labels[i] as number) > 0.5 ? high : low
      const z = (f[i] as number) * at + bt
      sum += z >= 0 ? target * z + Math.log1p(Math.exp(-z)) : (target - 1) * z + Math.log1p(Math.exp(z))
    }
    return sum
  }
  let value = loss(a, b)
  for (let iteration = 0; iteration < 100; iteration++) {
    let h11 = sigma
    let h22 = sigma
    let h21 = 0
    let g1 = 0
    let g2 = 0
    for (let i = 0; i < f.length; i++) {
      const x = f[i] as number
      const p = plattSigmoid(x, a, b)
      const d2 = p * (1 - p)
      h11 += x * x * d2
      h22 += d2
      h21 += x * d2
      const d1 = ((labels[i] as number) > 0.5 ? high : low) - p
      g1 += x * d1
      g2 += d1
    }
    if (Math.abs(g1) < 1e-5 && Math.abs(g2) < 1e-5) break
    const determinant = h11 * h22 - h21 * h21
    const da = -(h22 * g1 - h21 * g2) / determinant
    const db = -(-h21 * g1 + h11 * g2) / determinant
    const slope = g1 * da + g2 * db
    let step = 1
    for (; step >= 1e-10; step /= 2) {
      const next = loss(a + step * da, b + step * db)
      if (next < value + 1e-4 * step * slope) {
        a += step * da
        b += step * db
        value = next
        break
      }
    }
    if (step < 1e-10) break
  }
  return { a, b }
}
