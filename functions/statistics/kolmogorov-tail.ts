/** Upper tail of the Kolmogorov distribution, for the p-value of a two-sample Kolmogorov-Smirnov test. */

/**
 * P(K ≥ x) of the limiting distribution, 0 to 1. For small x the theta-function form converges at once, for large x
 * the alternating one (Marsaglia, Tsang and Wang 2003, section 3).
 */
export function kolmogorovTail(x: number): number {
  if (!(x > 0)) return 1
  if (x < 1) {
    const factor = Math.sqrt(2 * Math.PI) / x
    let sum = 0
    for (let k = 1; k <= 9; k += 2) sum += Math.exp((-k * k * Math.PI * Math.PI) / (8 * x * x))
    return 1 - factor * sum
  }
  let sum = 0
  for (let k = 1; k <= 8; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * x * x)
  return Math.max(0, Math.min(1, sum))
}

/**
 * Two-sided p-value of the KS statistic between samples of `n` and `m` rows, with the effective size nm/(n+m) and
 * Vrbik's correction for finite samples (2018, "Small-sample corrections to Kolmogorov-Smirnov test statistic").
 * Values with ties make it too large, never too small.
 */
export function kolmogorovSmirnovPValue(statistic: number, n: number, m: number): number {
  if (!(statistic > 0)) return 1
  const effective = (n * m) / (n + m)
  const root = Math.sqrt(effective)
  const x = statistic * root
  return kolmogorovTail(x + 1 / (6 * root) + (x - 1) / (4 * effective))
}
