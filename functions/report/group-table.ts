/** Metrics by group, one table per column; groups too small to be measured are counted together and said to be so. */
import type { Group } from '../evaluation/evaluation.ts'
import { minimumEntities } from '../evaluation/group-metrics.ts'
import { formatCount, formatDecimal, formatShare, formatValue } from './format-number.ts'
import type { Content, Markup } from './markup.ts'
import { type Column, table } from './section.ts'

interface Measure {
  readonly name: string
  readonly title: string
  readonly format: (value: number | null | undefined) => string
}

const ofClasses: readonly Measure[] = [
  { name: 'prevalence', title: 'Observed', format: (value) => formatShare(value) },
  { name: 'meanPredicted', title: 'Predicted', format: (value) => formatShare(value) },
  { name: 'rocAuc', title: 'ROC AUC', format: (value) => formatDecimal(value) },
  { name: 'prAuc', title: 'Average precision', format: (value) => formatDecimal(value) },
  { name: 'recall', title: 'Recall', format: (value) => formatShare(value) },
  { name: 'precision', title: 'Precision', format: (value) => formatShare(value) },
  { name: 'flaggedShare', title: 'Flagged', format: (value) => formatShare(value) },
]
const ofNumbers: readonly Measure[] = [
  { name: 'meanLabel', title: 'Mean observed', format: formatValue },
  { name: 'meanPredicted', title: 'Mean predicted', format: formatValue },
  { name: 'rmse', title: 'RMSE', format: formatValue },
  { name: 'mae', title: 'MAE', format: formatValue },
  { name: 'r2', title: 'R²', format: (value) => formatDecimal(value) },
  { name: 'mape', title: 'MAPE', format: (value) => formatShare(value) },
]

export function groupTables(groups: readonly Group[], isRegression: boolean): Markup[] {
  const columns = [...new Set(groups.map(({ column }) => column))]
  return columns.map((column) =>
    groupTable(
      column,
      groups.filter((group) => group.column === column),
      isRegression ? ofNumbers : ofClasses,
    ),
  )
}

function groupTable(column: string, groups: readonly Group[], measures: readonly Measure[]): Markup {
  const heads: Column[] = [
    { title: column },
    { title: 'Rows', number: true },
    { title: 'Entities', number: true },
    ...measures.map(({ title }) => ({ title, number: true })),
  ]
  const measured = groups.filter(({ metrics }) => metrics !== null)
  const withheld = groups.filter(({ metrics }) => metrics === null)
  const rows: Content[][] = measured.map(({ level, rows: count, entities, metrics }) => [
    level,
    formatCount(count),
    formatCount(entities),
    ...measures.map(({ name, format }) => format(metrics?.[name])),
  ])
  if (withheld.length > 0)
    rows.push([
      `${withheld.length} ${withheld.length === 1 ? 'group' : 'groups'} withheld: fewer than ${minimumEntities} entities${withheld.length === 1 ? '' : ' each'}`,
      ...heads.slice(1).map(() => '–'),
    ])
  return table(`By ${column}`, heads, rows)
}
