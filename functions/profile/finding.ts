/** What is worth telling about a table: a broken rule, an anomaly, a column that seems to identify people. */
import * as z from 'zod'

/** The same data in the profile, in `regimen profile --json` and in the report; the words hold no value of a row. */
export const findingSchema = z.object({
  source: z.enum(['rule', 'anomaly', 'privacy']),
  /** `completeness`, `outliers`, `identifier` …: stable, for programs. */
  kind: z.string(),
  /** `error` stops registration and training, `warning` wants a look, `note` is good to know. */
  severity: z.enum(['error', 'warning', 'note']),
  columns: z.array(z.string()),
  /** A sentence that says what is so. */
  words: z.string(),
  /** A sentence that says what to do about it. */
  do: z.string(),
  /** Rows or cells concerned. */
  count: z.int().min(0).optional(),
  /** Of all that could have been concerned, 0 to 1. */
  share: z.number().optional(),
  /** Rows of the file, the first one after the header being 1: the first offenders, not all. */
  rows: z.array(z.int().min(1)).optional(),
})
export type Finding = z.output<typeof findingSchema>

const weights = { error: 0, warning: 1, note: 2 } as const

/** The gravest first; otherwise in the order in which they were found. */
export const bySeverity = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => weights[a.severity] - weights[b.severity])

/** `11.5 %` of 0.115; what is there but rounds to nothing is `under 0.1 %`. */
export function percent(part: number): string {
  if (part > 0 && part < 0.0005) return 'under 0.1 %'
  return part < 1 && part > 0.9995 ? 'over 99.9 %' : `${(part * 100).toFixed(1)} %`
}

export const counted = (count: number, singular: string, plural = `${singular}s`) =>
  `${count.toLocaleString('en-US')} ${count === 1 ? singular : plural}`
