/** What a second look at the rows of a part finds that no column alone tells; merged like the profile it belongs to. */
import * as z from 'zod'

const count = z.int().min(0)
/** A row of a part, the first one being 1. */
const place = { part: count, row: z.int().min(1) }

/** Missing cells of consecutive rows, so that a spike is seen that the whole table hides. */
const block = z.object({
  part: count,
  /** Rows of the file before the block. */
  firstRow: count,
  rows: count,
  /** Columns without a missing cell are left out. */
  missing: z.record(z.string(), count),
})
export type Block = z.output<typeof block>

const isolatedRow = z.object({
  ...place,
  /** Anomaly score of the isolation forest, 0 to 1. */
  score: z.number(),
  /** The columns that set it apart most. */
  columns: z.array(z.string()),
})
export type IsolatedRow = z.output<typeof isolatedRow>

const key = z.object({
  columns: z.array(z.string()).min(1),
  /** Rows of a part that repeat the key of an earlier row of it. */
  repeated: count,
  /** The first such row. */
  first: z.object(place).optional(),
  /** The smallest hashes of keys and how often each occurs: finds repetition across parts. */
  hashes: z.array(z.tuple([z.string(), count])),
})
export type KeyRepetition = z.output<typeof key>

const extreme = z.object({ ...place, value: z.number() })
export type Extreme = z.output<typeof extreme>

const mixed = z.object({
  type: z.enum(['number', 'timestamp']),
  /** Cells that cannot be read so. */
  count,
  first: z.object(place).optional(),
})

export const examinationSchema = z.object({
  blocks: z.array(block),
  /** Values beyond the fence of their part, the farthest ones first: where the table's outliers may stand. */
  extremes: z.record(z.string(), z.array(extreme)),
  isolation: z.object({ sampled: count, flagged: count, rows: z.array(isolatedRow) }),
  /** Of a sample of the cells: how many look like which identifier. */
  identifiers: z.record(z.string(), z.object({ sampled: count, found: z.record(z.string(), count) })),
  keys: z.array(key),
  /** Categories whose cells are numbers or times, save a few. */
  mixed: z.record(z.string(), mixed),
  /** Strength of association on a sample, 0 to 1; only of a table examined whole. */
  associations: z
    .array(
      z.object({
        columns: z.tuple([z.string(), z.string()]),
        kind: z.enum(['cramers-v', 'correlation-ratio']),
        value: z.number(),
      }),
    )
    .optional(),
})
export type Examination = z.output<typeof examinationSchema>

export const keptExtremes = 10
export const keptIsolated = 20
export const keptKeyHashes = 2_048

/** Associative and commutative. Associations are lost: they are no sums. */
export function mergeExaminations(a: Examination, b: Examination): Examination {
  return {
    blocks: [...a.blocks, ...b.blocks].sort((x, y) => x.part - y.part || x.firstRow - y.firstRow),
    extremes: mergeRecords(a.extremes, b.extremes, (x, y) => farthest([...x, ...y])),
    isolation: {
      sampled: a.isolation.sampled + b.isolation.sampled,
      flagged: a.isolation.flagged + b.isolation.flagged,
      rows: mostIsolated([...a.isolation.rows, ...b.isolation.rows]),
    },
    identifiers: mergeRecords(a.identifiers, b.identifiers, (x, y) => ({
      sampled: x.sampled + y.sampled,
      found: mergeRecords(x.found, y.found, (one, other) => one + other),
    })),
    keys: a.keys.map((one, at) => mergeKeys(one, b.keys[at])),
    mixed: mergeRecords(a.mixed, b.mixed, (x, y) => {
      const first = earliest(x.first, y.first)
      return { type: x.type, count: x.count + y.count, ...(first === undefined ? {} : { first }) }
    }),
  }
}

/** The lowest and the highest values, each with the first row that holds it. */
export function farthest(extremes: readonly Extreme[]): Extreme[] {
  const sorted = extremes.toSorted((x, y) => x.value - y.value || x.part - y.part || x.row - y.row)
  if (sorted.length <= 2 * keptExtremes) return sorted
  const highest = sorted
    .slice(keptExtremes)
    .sort((x, y) => y.value - x.value || x.part - y.part || x.row - y.row)
    .slice(0, keptExtremes)
  return farthest([...sorted.slice(0, keptExtremes), ...highest])
}

export const mostIsolated = (rows: readonly IsolatedRow[]): IsolatedRow[] =>
  rows.toSorted((x, y) => y.score - x.score || x.part - y.part || x.row - y.row).slice(0, keptIsolated)

function mergeKeys(a: KeyRepetition, b: KeyRepetition | undefined): KeyRepetition {
  if (b === undefined || b.columns.join('\u0000') !== a.columns.join('\u0000'))
    throw new TypeError('examinations of different keys cannot be merged')
  const counts = new Map(a.hashes)
  for (const [hash, each] of b.hashes) counts.set(hash, (counts.get(hash) ?? 0) + each)
  const first = earliest(a.first, b.first)
  return {
    columns: a.columns,
    repeated: a.repeated + b.repeated,
    ...(first === undefined ? {} : { first }),
    hashes: [...counts].sort(([x], [y]) => (x < y ? -1 : 1)).slice(0, keptKeyHashes),
  }
}

interface Place {
  readonly part: number
  readonly row: number
}

const earliest = <P extends Place>(a: P | undefined, b: P | undefined): P | undefined =>
  a === undefined || (b !== undefined && (a.part - b.part || a.row - b.row) > 0) ? b : a

function mergeRecords<Value>(
  a: Readonly<Record<string, Value>>,
  b: Readonly<Record<string, Value>>,
  merge: (a: Value, b: Value) => Value,
): Record<string, Value> {
  const merged = new Map(Object.entries(a))
  for (const [name, value] of Object.entries(b)) {
    const known = merged.get(name)
    merged.set(name, known === undefined ? value : merge(known, value))
  }
  return Object.fromEntries(merged)
}
