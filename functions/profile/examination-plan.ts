/** What the second look asks of a table: of which columns, in which rows; the same however its cells are held. */
import { type CheckedColumn, checkedColumns } from '../dataset/rules-sql.ts'
import { sampledTexts } from '../privacy/detect-identifiers.ts'
import type { SourceColumn } from '../project.ts'
import { outliersOf } from './outliers.ts'
import type { Profile, ProfileColumn } from './profile.ts'
import { distinct } from './quantiles.ts'

export interface ExamineOptions {
  readonly columns: readonly SourceColumn[]
  readonly part: { readonly index: number; readonly firstRow: number }
  /** Of the same rows. */
  readonly profile: Profile
  /** Columns that together name a row. */
  readonly keys: readonly (readonly string[])[]
  /** The part is the whole table: associations are told too, and missing cells in finer blocks. */
  readonly whole?: boolean
  /** Of the isolation forest. */
  readonly seed: number
}

export interface FencedColumn extends CheckedColumn {
  /** Values below and above are outliers. */
  readonly low: number
  readonly high: number
}

/** Of a sample, the rows whose number is divisible by `step`. */
export interface ExaminationPlan {
  /** Columns that lack cells, which are counted in so many blocks of consecutive rows. */
  readonly missing: { readonly columns: readonly CheckedColumn[]; readonly blocks: number }
  readonly outliers: readonly FencedColumn[]
  /** For what needs several columns of a row at once. */
  readonly sample: {
    readonly numbers: readonly CheckedColumn[]
    readonly levels: readonly CheckedColumn[]
    readonly step: number
  }
  /** Cells that may name somebody, of so many rows of the sample. */
  readonly texts: {
    readonly columns: readonly CheckedColumn[]
    readonly step: number
    readonly rows: number
  }
  /** Categories whose cells may be numbers or times. */
  readonly mixed: { readonly columns: readonly CheckedColumn[]; readonly step: number }
  /** With their places in the file. */
  readonly keys: readonly { readonly columns: readonly string[]; readonly places: readonly number[] }[]
}

const blocksOfWhole = 40
const leastBlockRows = 100
const sampledRows = 4_096
const sampledNumbers = 50
/** Categories of more levels would mostly be associated by chance. */
const associatedLevels = 20
const associatedColumns = 24
/** Fewer cells are no column of numbers with a few bad ones in it. */
const leastMixed = 30
const readableShare = 0.8

export function planExamination(
  options: ExamineOptions,
  { header, rows }: { readonly header: readonly string[]; readonly rows: number },
): ExaminationPlan {
  const { columns, profile, keys, whole = false } = options
  const checked = checkedColumns(columns, header)
  const profiled = checked.map((each) => ({ ...each, summary: profile.columns[each.column.name] }))
  return {
    missing: {
      columns: profiled.filter(({ summary }) => (summary?.nulls ?? 0) > 0),
      blocks: whole ? Math.max(1, Math.min(blocksOfWhole, Math.floor(rows / leastBlockRows))) : 1,
    },
    outliers: profiled.flatMap(({ column, at, summary }) => {
      const found = summary?.kind === 'numeric' ? outliersOf(summary) : null
      return found === null || found.count === 0 ? [] : [{ column, at, low: found.low, high: found.high }]
    }),
    sample: {
      numbers: profiled
        .filter(({ column, summary }) => summary?.kind === 'numeric' && column.type !== 'timestamp')
        .slice(0, sampledNumbers),
      levels: whole
        ? profiled.filter(({ summary }) => isAssociated(summary)).slice(0, associatedColumns)
        : [],
      step: Math.max(1, Math.ceil(rows / sampledRows)),
    },
    texts: {
      // Yes or no names nobody; every other column may.
      columns: checked.filter(({ column: { type } }) => type !== 'boolean'),
      step: Math.max(1, Math.floor(rows / (2 * sampledTexts))),
      rows: 2 * sampledTexts,
    },
    mixed: {
      // Of those alone that the project does not list the levels of.
      columns: profiled.filter(
        ({ column: { type, levels }, summary }) =>
          type === 'category' && levels === undefined && (summary?.count ?? 0) >= leastMixed,
      ),
      step: Math.max(1, Math.floor(rows / sampledTexts)),
    },
    keys: keys
      .map((named) => ({ columns: named, places: named.map((name) => header.indexOf(name)) }))
      .filter(({ places }) => !places.includes(-1)),
  }
}

function isAssociated(summary: ProfileColumn | undefined): boolean {
  if (summary?.kind !== 'category') return false
  const levels = distinct(summary)
  return levels >= 2 && levels <= associatedLevels
}

export const mixedTypes = ['number', 'timestamp'] as const
export type MixedType = (typeof mixedTypes)[number]

/** A few bad cells among them do not make a column of numbers another one. @param there cells of the sample */
export const isMostly = (readable: number, there: number): boolean =>
  there > 0 && readable >= readableShare * there
