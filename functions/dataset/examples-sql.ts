/** SQL that turns the view `raw` into examples by the project's `features.sql`, each column in the type of its kind. */
import type { Project } from '../project.ts'
import { quoteName } from '../quote-sql.ts'
import { sideSql } from './split.ts'
import { typedSql } from './typed-columns.ts'

const fixed = ['entity_id', 'example_key', 'label']

/** Columns of features.sql that are carried beside the features: groups and prediction fields, each once. */
export function extraColumns(project: Project): string[] {
  const features = new Set(project.features.map(({ name }) => name))
  const wanted = new Set([...project.groups, ...Object.values(project.prediction.fields)])
  return [...wanted].filter((name) => !features.has(name) && !fixed.includes(name))
}

/** Column of features.sql with the time of the event, where the project names one and features.sql yields it. */
export const eventTimeColumn = 'event_time'

export const yieldsEventTime = ({ eventTime, featuresSql }: Project): boolean =>
  eventTime !== undefined && new RegExp(`\\b${eventTimeColumn}\\b`, 'i').test(featuresSql)

/** SELECT of `entity_id`, `example_key`, `label`, `side` (by the seed of the run), every feature, every extra column. */
export function examplesSql(project: Project, seed: number): string {
  const features = project.features.map(({ name, kind }) => {
    const column = quoteName(name)
    // An infinite value is a missing one: no model and no statistic knows what to do with it.
    return kind === 'numeric'
      ? `CASE WHEN isfinite(CAST(${column} AS DOUBLE)) THEN CAST(${column} AS DOUBLE) END AS ${column}`
      : `CAST(${column} AS VARCHAR) AS ${column}`
  })
  const extras = extraColumns(project).map(
    (name) => `CAST(${quoteName(name)} AS VARCHAR) AS ${quoteName(name)}`,
  )
  const entity = 'CAST(entity_id AS VARCHAR)'
  return `SELECT ${[
    `${entity} AS entity_id`,
    'CAST(example_key AS VARCHAR) AS example_key',
    'CAST(label AS DOUBLE) AS label',
    `${sideSql(entity, seed, project.split)} AS side`,
    ...features,
    ...extras,
    ...(yieldsEventTime(project)
      ? [`CAST(epoch(${timeSql(eventTimeColumn)}) AS DOUBLE) AS ${eventTimeColumn}`]
      : []),
  ].join(',\n  ')}
FROM (
${project.featuresSql.trim().replace(/;$/, '')}
)`
}

/** A text is read as a cell is, by its offset; one that is no time is refused by the cast. */
const timeSql = (column: string) =>
  `CASE WHEN typeof(${column}) = 'VARCHAR' THEN coalesce(${typedSql('timestamp', `CAST(${column} AS VARCHAR)`)}, CAST(${column} AS TIMESTAMP))
    ELSE CAST(${column} AS TIMESTAMP) END`
