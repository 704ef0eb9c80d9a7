/** The second look at a table in memory: the same that `examineTable` finds in the same cells. */
import type { CodedColumn, CodedTable } from '../dataset/coded-table.ts'
import { assembleExamination, type Gathered } from './assemble-examination.ts'
import { repeatedKey } from './coded-keys.ts'
import { mixedCells } from './coded-mixed.ts'
import { type Examination, keptExtremes } from './examination.ts'
import { type ExamineOptions, type FencedColumn, planExamination } from './examination-plan.ts'

export interface CodedOptions extends ExamineOptions {
  /** Values of the numeric columns' distinct cells, by the column's name and the cell's code; NaN is missing or unreadable. */
  readonly numbers: ReadonlyMap<string, Float64Array>
}

/** @returns undefined where only DuckDB can tell what a cell is. */
export function examineCoded(table: CodedTable, options: CodedOptions): Examination | undefined {
  const plan = planExamination(options, table)
  const columnAt = ({ at }: { readonly at: number }) => columnOf(table, at)
  const mixed: Gathered['mixed'][number][] = []
  for (const asked of plan.mixed.columns) {
    const found = mixedCells(columnAt(asked), plan.mixed.step)
    if (found === 'unknown') return undefined
    mixed.push(found)
  }
  const { sample, texts, missing } = plan
  const sampled = everyRow(table.rows, sample.step)
  const named = everyRow(table.rows, texts.step).subarray(0, texts.rows)
  const valuesOf = ({ column }: { readonly column: { readonly name: string } }) =>
    numbersOf(options.numbers, column.name)
  const gathered = {
    blocks: countBlocks(missing.columns.map(columnAt), table.rows, missing.blocks),
    beyond: plan.outliers.map((asked) => findBeyond(columnAt(asked), valuesOf(asked), asked)),
    sample: {
      rows: Float64Array.from(sampled, (row) => row + 1),
      numbers: sample.numbers.map((asked) => {
        const [{ codes }, values] = [columnAt(asked), valuesOf(asked)]
        return Float64Array.from(sampled, (row) => values[codes[row] as number] as number)
      }),
      levels: sample.levels.map((asked) => textsAt(columnAt(asked), sampled)),
    },
    texts: table.rows === 0 ? [] : texts.columns.map((asked) => textsAt(columnAt(asked), named)),
    mixed,
    keys: plan.keys.map(({ places }) =>
      repeatedKey(
        places.map((at) => columnOf(table, at)),
        table.rows,
      ),
    ),
  }
  return assembleExamination(plan, gathered, options)
}

function columnOf({ columns }: CodedTable, at: number): CodedColumn {
  const column = columns[at]
  if (column === undefined) throw new TypeError(`column ${at} of a table of ${columns.length}`)
  return column
}

function numbersOf(numbers: CodedOptions['numbers'], name: string): Float64Array {
  const values = numbers.get(name)
  if (values === undefined) throw new TypeError(`no numbers of column ${name}`)
  return values
}

/** The rows, from 0, whose number, from 1, is divisible by the step. */
const everyRow = (rows: number, step: number) =>
  Uint32Array.from({ length: Math.floor(rows / step) }, (_, at) => (at + 1) * step - 1)

function textsAt(column: CodedColumn, rows: Uint32Array): (string | null)[] {
  const known = new Map<number, string | null>()
  return Array.from(rows, (row) => {
    const code = column.codes[row] as number
    let text = known.get(code)
    if (text === undefined) {
      text = column.text(code)
      known.set(code, text)
    }
    return text
  })
}

function countBlocks(columns: readonly CodedColumn[], rows: number, blocks: number): Gathered['blocks'] {
  if (rows === 0) return []
  const startOf = (block: number) => Math.ceil((block * rows) / blocks)
  const lacking = columns.map(({ codes, size, missing }) => {
    const isMissing = new Uint8Array(size)
    for (const code of missing) isMissing[code] = 1
    return { codes, isMissing }
  })
  return Array.from({ length: blocks }, (_, block) => {
    const [start, end] = [startOf(block), startOf(block + 1)]
    const missing = lacking.map(({ codes, isMissing }) => {
      let count = 0
      for (let row = start; row < end; row++) count += isMissing[codes[row] as number] as number
      return count
    })
    return { first: start + 1, rows: end - start, missing }
  })
}

function findBeyond(
  { codes }: CodedColumn,
  values: Float64Array,
  { low, high }: FencedColumn,
): Gathered['beyond'][number] {
  const isBeyond = Uint8Array.from(values, (value) => (value < low || value > high ? 1 : 0))
  const found: number[] = []
  for (let row = 0; row < codes.length; row++) if (isBeyond[codes[row] as number] === 1) found.push(row)
  const valueAt = (row: number) => values[codes[row] as number] as number
  const lowest = found.toSorted((a, b) => valueAt(a) - valueAt(b) || a - b).slice(0, keptExtremes)
  const highest = found.toSorted((a, b) => valueAt(b) - valueAt(a) || a - b).slice(0, keptExtremes)
  const kept = [...new Set([...lowest, ...highest])]
  return { values: kept.map(valueAt), rows: kept.map((row) => row + 1) }
}
