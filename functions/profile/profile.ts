/** What a profile is: the mergeable summary of a table's columns that every later comparison reads instead of rows. */
import * as z from 'zod'
import { rules } from '../dataset/rules-sql.ts'
import { examinationSchema } from './examination.ts'
import { findingSchema } from './finding.ts'

const count = z.int().min(0)

/** How often a rule was broken, and where first: the part, and the row within it (the first row of a part is 1). */
const violation = z.object({ rule: z.enum(rules), count, part: count, row: z.int().min(1) })
export type Violation = z.output<typeof violation>

/** What only a walk over all values at once can tell; lost when profiles are merged. */
const exactSchema = z.object({
  distinct: count,
  /** Share ("0.25") to value. */
  quantiles: z.record(z.string(), z.number()).optional(),
  histogram: z.array(z.object({ from: z.number(), to: z.number(), count })).optional(),
  topValues: z.array(z.tuple([z.number(), count])).optional(),
})

const base = {
  /** Readable values that are not null, whether or not they keep the contract. rows = count + nulls + unreadable. */
  count,
  nulls: count,
  /** Cells that are no value of the column's type. */
  unreadable: count,
  violations: z.array(violation).default([]),
  /**
   * The k smallest `md5-64` hashes of the distinct values (Bar-Yossef et al. 2002), ascending hexadecimal; present
   * once the values are too many to be listed.
   */
  smallestHashes: z.array(z.string()).optional(),
  exact: exactSchema.optional(),
}

/** DDSketch (Masson, Rim, Lee 2019) of `value - shift`: bin i holds the magnitudes in (γ^(i-1), γ^i]. */
export const sketchSchema = z.object({
  shift: z.number(),
  relativeError: z.number(),
  zeros: count,
  /** [bin, count], ascending by bin. */
  positive: z.array(z.tuple([z.int(), count])),
  negative: z.array(z.tuple([z.int(), count])),
})
export type Sketch = z.output<typeof sketchSchema>

/** Counts between ascending edges: counts[0] ≤ edges[0] < counts[1] ≤ edges[1] … ; one count more than edges. */
export const cellsSchema = z.object({ edges: z.array(z.number()), counts: z.array(count) })
export type Cells = z.output<typeof cellsSchema>

export const numericColumnSchema = z.object({
  kind: z.literal('numeric'),
  /** A timestamp is profiled as seconds since 1970-01-01 UTC. */
  type: z.enum(['integer', 'number', 'timestamp']),
  ...base,
  /** null when there is no value. */
  min: z.number().nullable(),
  max: z.number().nullable(),
  mean: z.number().nullable(),
  /** Sum of squared deviations from the mean (Chan et al. 1983). */
  m2: z.number(),
  /** Sums of their third and fourth powers (Pébay 2008); absent in profiles of before. */
  m3: z.number().optional(),
  m4: z.number().optional(),
  /** Every value and how often it stands there, ascending; absent beyond 1,000 distinct values. */
  levels: z.array(z.tuple([z.number(), count])).optional(),
  sketch: sketchSchema.optional(),
  /** Origin of the sketch that takes over when the values become too many to be listed. */
  origin: z.number().optional(),
  /** In a baseline: at most 1,023 quantile cells. In a batch: counts in the cells of its baseline. */
  cells: cellsSchema.optional(),
})
export type NumericColumn = z.output<typeof numericColumnSchema>

export const categoryColumnSchema = z.object({
  kind: z.literal('category'),
  type: z.enum(['category', 'boolean']),
  ...base,
  /** Most frequent first, ties by text; complete while `otherCount` is 0. */
  levels: z.array(z.tuple([z.string(), count])),
  /** Values whose level is not listed. */
  otherCount: count,
})
export type CategoryColumn = z.output<typeof categoryColumnSchema>

/** Identifiers, free text and direct identifiers: counted, never listed. */
export const opaqueColumnSchema = z.object({
  kind: z.literal('opaque'),
  type: z.enum(['identifier', 'text', 'category', 'integer', 'number', 'boolean', 'timestamp']),
  ...base,
})
export type OpaqueColumn = z.output<typeof opaqueColumnSchema>

export const profileColumnSchema = z.discriminatedUnion('kind', [
  numericColumnSchema,
  categoryColumnSchema,
  opaqueColumnSchema,
])
export type ProfileColumn = z.output<typeof profileColumnSchema>

const sideSummary = z.object({
  rows: count,
  /** Labels above 0.5. */
  positives: count,
  unlabelled: count,
  sum: z.number(),
})
export type SideSummary = z.output<typeof sideSummary>

/** Pairwise co-moments of numeric columns over the rows where both have a value (Chan et al. 1983). */
const coMoment = z.object({
  columns: z.tuple([z.string(), z.string()]),
  count,
  meanX: z.number(),
  meanY: z.number(),
  m2X: z.number(),
  m2Y: z.number(),
  coMoment: z.number(),
})
export type CoMoment = z.output<typeof coMoment>

export const profileSchema = z.object({
  contract: z.literal(1).default(1),
  rows: count,
  /** The parts that are in this profile, so that a row within a part becomes a row of the file. */
  parts: z.array(z.object({ index: count, uri: z.string(), firstRow: count, rows: count })).default([]),
  /** Rows that repeat an earlier row of the same part, exactly. */
  duplicates: count,
  /** The smallest row hashes and how often each occurs: finds repetition across parts. */
  rowHashes: z.array(z.tuple([z.string(), count])).default([]),
  /** The smallest hashes of entities and the rows of each: a uniform sample of entities, so that drift knows how alike rows are. */
  entities: z.array(z.tuple([z.string(), count])).optional(),
  /** By source column, in the project's order. */
  columns: z.record(z.string(), profileColumnSchema),
  coMoments: z.array(coMoment).default([]),
  /** What the second look at the rows found; absent where nobody asked for it. */
  examination: examinationSchema.optional(),
  /** Broken rules, anomalies and columns that seem to identify people; written once the parts are merged. */
  findings: z.array(findingSchema).optional(),
  /** Training only: the examples that `features.sql` makes. `columns` are profiled over the train side alone. */
  features: z
    .object({
      columns: z.record(z.string(), z.union([numericColumnSchema, categoryColumnSchema])),
      sides: z.record(z.string(), sideSummary),
    })
    .optional(),
})
export type Profile = z.output<typeof profileSchema>

/** Share of cells that break a rule of the contract, 0 to 1. */
export function invalidShare(profile: Profile): number {
  const columns = Object.values(profile.columns)
  const broken = columns.reduce((sum, column) => sum + invalidCount(column), 0)
  return profile.rows === 0 || columns.length === 0 ? 0 : broken / (profile.rows * columns.length)
}

export function invalidCount(column: ProfileColumn): number {
  return column.violations.reduce((sum, found) => sum + found.count, 0)
}
