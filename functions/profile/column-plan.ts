/** How each column is profiled: its kind, what its numbers are held against, and the SQL of its distinct cells. */
import { type CheckedColumn, checkedColumns, outsideSql } from '../dataset/rules-sql.ts'
import type { Broken } from '../dataset/rules-store.ts'
import { cellName, typedSql } from '../dataset/typed-columns.ts'
import type { SourceColumn } from '../project.ts'
import { edgesOf } from './baseline.ts'
import type { ListedColumn } from './distinct-store.ts'
import type { Profile, ProfileColumn } from './profile.ts'
import type { NumberOptions } from './summarise-column.ts'

export interface TableOptions {
  readonly columns: readonly SourceColumn[]
  readonly part: { readonly index: number; readonly uri: string; readonly firstRow: number }
  readonly origins?: Readonly<Record<string, number>> | undefined
  readonly baseline?: Profile | undefined
  /** The part is the whole file: what merging could not keep is profiled too. */
  readonly exact?: boolean
}

export interface PlannedColumn extends CheckedColumn {
  readonly kind: ProfileColumn['kind']
  readonly numbers: NumberOptions
}

/** Columns of the contract that the file lacks (outcomes, at inference) are left out. */
export function planColumns(
  { columns, origins, baseline, exact }: TableOptions,
  header: readonly string[],
): PlannedColumn[] {
  return checkedColumns(columns, header).map((checked) => {
    const known = baseline?.columns[checked.column.name]
    const numeric = known?.kind === 'numeric' ? known : undefined
    // Parts of one run must share the origin; a whole file may take its own median.
    const origin = numeric?.origin ?? origins?.[checked.column.name] ?? (exact ? undefined : 0)
    const edges = numeric === undefined ? undefined : edgesOf(numeric)
    return { ...checked, kind: kindOf(checked.column), numbers: { origin, edges, exact } }
  })
}

function kindOf({ type, phi }: SourceColumn): ProfileColumn['kind'] {
  // Whatever identifies a person is counted, never listed.
  if (type === 'identifier' || type === 'text' || phi === 'direct') return 'opaque'
  return type === 'category' || type === 'boolean' ? 'category' : 'numeric'
}

/** Cells that are texts as they are: nothing in them can be unreadable. */
export const isPlainText = ({ type }: SourceColumn) =>
  type === 'identifier' || type === 'text' || type === 'category'

/** DOUBLE of a typed cell; a timestamp is seconds since 1970. */
export const numberSql = (type: SourceColumn['type'], typed: string): string =>
  type === 'timestamp' ? `epoch(${typed})` : `CAST(${typed} AS DOUBLE)`

export function listedSql({ column, at, kind }: PlannedColumn, limit: number): ListedColumn {
  return {
    cell: cellName(at),
    value: typedSql(column.type, 'cell'),
    // A boolean is listed by its value, everything else by its cell.
    text: column.type === 'boolean' && kind === 'category' ? 'CAST(v AS VARCHAR)' : 'cell',
    number: kind === 'numeric' ? numberSql(column.type, 'v') : undefined,
    outside: outsideSql(column),
    limit,
  }
}

/** What every kind of column tells. */
export const ruleSummary = ({ nulls, unreadable, violations }: Broken, part: number) => ({
  nulls,
  unreadable,
  violations: violations.map((violation) => ({ ...violation, part })),
})

export const numericType = (type: SourceColumn['type']) =>
  type === 'integer' || type === 'timestamp' ? type : 'number'

export const categoryType = (type: SourceColumn['type']) => (type === 'boolean' ? type : 'category')
