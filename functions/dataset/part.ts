/** A part of a dataset: a stretch of an object, cut between rows, that one function reads. */
import * as z from 'zod'

const count = z.int().min(0)

/** One element of `plan.json`, which is a top-level array so that a Distributed Map reads it. */
export const part = z.object({
  index: count,
  uri: z.string().startsWith('s3://'),
  versionId: z.string().optional(),
  format: z.enum(['csv', 'parquet', 'jsonl']),
  /**
   * Bytes of the part within the object, end exclusive; where the object is compressed or in UTF-16, bytes of its text.
   * For Parquet the row groups are named instead.
   */
  byteStart: count,
  byteEnd: count,
  objectBytes: count.optional(),
  rowGroups: z.array(count).optional(),
  /** CSV: the header of the file, its delimiter, encoding and compression. */
  header: z.array(z.string()).optional(),
  delimiter: z.enum([',', ';', '\t', '|']).optional(),
  encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'latin-1']).optional(),
  compression: z.enum(['none', 'gzip', 'zstd']).optional(),
  /** CSV: it has line ends that DuckDB takes otherwise than RFC 4180; the part is written anew before it is read. */
  irregular: z.boolean().optional(),
  /** Data rows of the object before this part, and in it: what makes a row of a part a row of the file. */
  firstRow: count.optional(),
  rows: count.optional(),
  /** Numeric column to a typical value, the same for every part of a run: the origin of its quantile sketch. */
  shifts: z.record(z.string(), z.number()).optional(),
})
export type Part = z.output<typeof part>
