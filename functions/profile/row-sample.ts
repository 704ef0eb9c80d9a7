/** What a sample of rows is, and which columns may lie in one. */
import { isNumeric } from '../dataset/typed-columns.ts'
import type { SourceColumn } from '../project.ts'

/** Numbers with NaN for missing, texts with null for missing. */
export interface RowSample {
  readonly rows: number
  readonly columns: Readonly<Record<string, Float64Array | readonly (string | null)[]>>
  /** Rows of one entity bear the same number, so that none is learnt from and judged at once. */
  readonly groups: ArrayLike<number>
}

/** Rows kept of every part, and of all parts together. */
export const sampledRows = 2_000

/** Groups of rows. */
export const sampleGroups = 1_000

/** Columns that may lie in a sample: neither free text nor what names somebody, nor what is known only later. */
export const isSampled = (column: SourceColumn) =>
  (isNumeric(column.type) || column.type === 'category' || column.type === 'boolean') &&
  column.phi !== 'direct' &&
  !column.outcome
