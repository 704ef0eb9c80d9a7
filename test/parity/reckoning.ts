/** What a parity run found: checks passed, failed and skipped, and the worst difference of each kind. */

export interface Difference {
  /** Largest |actual − expected| / max(1, |expected|), or what the kind is about. */
  readonly worst: number
  readonly limit: number
}

export class Reckoning {
  readonly failures: string[] = []
  private readonly worst = new Map<string, Difference & { where: string }>()
  private readonly skips: string[] = []
  private readonly counts = new Map<string, number>()
  private passed = 0

  /** One check with the differences that it is about, by kind; it passes when none is beyond its limit. */
  check(name: string, differences: Readonly<Record<string, Difference>>): void {
    const beyond: string[] = []
    for (const [kind, { worst, limit }] of Object.entries(differences)) {
      const known = this.worst.get(kind)
      if (known === undefined || !(worst <= known.worst)) this.worst.set(kind, { worst, limit, where: name })
      if (!(worst <= limit)) beyond.push(`${kind} ${worst.toExponential(2)} > ${limit}`)
    }
    if (beyond.length === 0) this.passed++
    else this.fail(name, beyond.join(', '))
  }

  fail(name: string, reason: string): void {
    this.failures.push(`${name}: ${reason}`)
  }

  skip(name: string, reason: string): void {
    this.skips.push(`${name}: ${reason}`)
  }

  /** Adds to a total of the report: models, rows. */
  count(what: string, number: number): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + number)
  }

  report(): string {
    const totals = [...this.counts].map(([what, number]) => `${number} ${what}`).join(', ')
    const kinds = [...this.worst].map(
      ([kind, { worst, limit, where }]) =>
        `  ${kind.padEnd(44)} worst ${worst.toExponential(2).padStart(9)}  limit ${String(limit).padStart(6)}  ${where}`,
    )
    return [
      totals,
      ...kinds,
      ...this.skips.map((skip) => `skipped  ${skip}`),
      ...this.failures.map((failure) => `FAILED   ${failure}`),
      `${this.passed} passed, ${this.failures.length} failed, ${this.skips.length} skipped`,
    ].join('\n')
  }
}

/** Largest difference in units of max(1, |expected|); infinite where the lengths differ or a number is none. */
export function farthest(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let worst = 0
  for (let at = 0; at < expected.length; at++) {
    const [a, e] = [actual[at]!, expected[at]!]
    if (Object.is(a, e)) continue
    const distance = Math.abs(a - e) / Math.max(1, Math.abs(e))
    if (!(distance <= worst)) worst = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance
  }
  return worst
}
