/** The model card (Mitchell et al. 2019): what a version is for, what it learned from, how well it does for whom, where it ends, who decided. */
import type { ModelLineage } from '../catalogue/lineage.ts'
import type { LedgerEntry } from '../deployment/ledger.ts'
import type { Evaluation, Group, Interval } from '../evaluation/evaluation.ts'
import { minimumEntities } from '../evaluation/group-metrics.ts'
import type { Project } from '../project.ts'
import type { Model } from '../registry/model.ts'

/** What the registry itself says of the last decision. */
export interface RecordedDecision {
  readonly status: Model['status']
  readonly by: string | undefined
  readonly at: string
  readonly reason: string | undefined
}

export interface CardSources {
  readonly project: Project
  readonly model: Model
  readonly evaluation: Evaluation
  readonly lineage: ModelLineage
  /** Of the project, newest first. */
  readonly ledger: readonly LedgerEntry[]
  readonly decision: RecordedDecision
}

export interface ModelCard {
  readonly format: 'regimen-model-card/1'
  readonly project: string
  readonly title: string
  readonly version: string
  readonly status: Model['status']
  readonly inProduction: boolean
  readonly intendedUse: {
    readonly purpose: string
    readonly task: Project['task']
    readonly predicts: string
    /** Whom or what one prediction is about: the source column. */
    readonly entity: string
    readonly caveat: string
  }
  readonly data: {
    readonly dataset: string
    /** `null` when the catalogue does not know the version that the model names. */
    readonly source: {
      readonly location: string
      readonly sha256: string
      readonly attribution: string
      readonly licence: string
      readonly importedBy: string
    } | null
    readonly split: Project['split']
    readonly features: readonly string[]
  }
  readonly training: Pick<
    Model,
    'runId' | 'algorithm' | 'engine' | 'imageUri' | 'hyperparameters' | 'createdAt'
  > & {
    readonly trainedBy: string
    readonly experiment: string | undefined
  }
  readonly performance: Pick<Evaluation, 'rows' | 'entities' | 'prevalence' | 'metrics' | 'intervals'> & {
    readonly threshold: number | null
    readonly gate: Evaluation['gate']
    /** Groups that are large enough to be told. */
    readonly groups: readonly Group[]
    /** Column → groups that are not told, being too small. */
    readonly withheld: Readonly<Record<string, number>>
  }
  readonly limits: readonly string[]
  readonly decision: RecordedDecision
  /** Where it was approved before it was brought here. */
  readonly origin: Model['origin']
  /** Times that it was put into production or took a share, oldest first. */
  readonly deployments: readonly {
    readonly at: string
    readonly by: string
    readonly why: string
    /** Of the entities: 1 as champion. */
    readonly share: number
  }[]
  readonly predictions: { readonly runs: number; readonly count: number }
}

export function modelCard(sources: CardSources): ModelCard {
  const { project, model, evaluation, lineage, ledger, decision } = sources
  const { dataset, run, predictions } = lineage
  const { runId, algorithm, engine, imageUri, hyperparameters, createdAt } = model
  const { rows, entities, prevalence, metrics, intervals, gate } = evaluation
  const groups = evaluation.groups.filter((group) => group.metrics !== null)
  const withheld: Record<string, number> = {}
  for (const group of evaluation.groups)
    if (group.metrics === null) withheld[group.column] = (withheld[group.column] ?? 0) + 1
  return {
    format: 'regimen-model-card/1',
    project: project.id,
    title: project.title,
    version: model.version,
    status: model.status,
    inProduction: ledger[0]?.version === model.version,
    intendedUse: {
      purpose: project.description,
      task: project.task,
      predicts: project.label.meaning,
      entity: project.entityKey,
      caveat: project.label.caveat,
    },
    data: {
      dataset: lineage.datasetVersion,
      source:
        dataset === undefined
          ? null
          : {
              location: dataset.location,
              sha256: dataset.sha256,
              attribution: dataset.attribution,
              licence: dataset.licence,
              importedBy: dataset.importedBy,
            },
      split: project.split,
      features: project.features.map(({ name }) => name),
    },
    training: {
      ...{ runId, algorithm, engine, imageUri, hyperparameters, createdAt },
      trainedBy: model.createdBy,
      experiment: run?.experiment,
    },
    performance: {
      ...{ rows, entities, prevalence, metrics, intervals, gate, groups, withheld },
      threshold: evaluation.threshold?.value ?? null,
    },
    limits: limitsOf(sources, groups, withheld),
    decision,
    origin: model.origin,
    deployments: deploymentsOf(model.version, ledger),
    predictions: {
      runs: predictions.length,
      count: predictions.reduce((sum, { predictionCount }) => sum + predictionCount, 0),
    },
  }
}

/** A canary, its steps and its confirmation are each told; entries that only name it as it was are not. */
function deploymentsOf(version: string, ledger: readonly LedgerEntry[]): ModelCard['deployments'] {
  const oldestFirst = [...ledger].reverse()
  const shares = oldestFirst.map((entry) => shareOf(version, entry))
  return oldestFirst.flatMap((entry, at) => {
    const share = shares[at] ?? 0
    if (share === 0 || share === shares[at - 1]) return []
    return [{ at: entry.recordedAt ?? entry.when, by: entry.who, why: entry.why, share }]
  })
}

function shareOf(version: string, { version: champion, challenger }: LedgerEntry): number {
  if (challenger?.version === version) return challenger.share
  return champion === version ? 1 - (challenger?.share ?? 0) : 0
}

/** Read off the evidence: no limit is told that nothing was measured of, and none that was is kept back. */
function limitsOf(
  { project, evaluation, lineage }: CardSources,
  groups: readonly Group[],
  withheld: Readonly<Record<string, number>>,
): string[] {
  const said: string[] = []
  if (project.label.caveat !== '') said.push(project.label.caveat)
  said.push(
    `Measured on ${evaluation.rows} rows of ${evaluation.entities} entities that were held back of ${lineage.datasetVersion}; other data were not tried.`,
  )
  for (const { passed, reason } of evaluation.gate.checks)
    if (!passed) said.push(`Gate not passed: ${reason}.`)
  for (const [name, reason] of Object.entries(evaluation.reasons)) said.push(`No ${name}: ${reason}.`)
  for (const [column, count] of Object.entries(withheld))
    said.push(
      `How well it does for ${count} ${count === 1 ? 'group' : 'groups'} of ${column} is not known: fewer than ${minimumEntities} entities${count === 1 ? '' : ' each'}.`,
    )
  said.push(...weakGroups(evaluation, groups))
  if (lineage.dataset === undefined)
    said.push('The catalogue does not know the dataset version that it names.')
  return said
}

/** Groups for which the ranking is worse than the interval of all leaves open. */
function weakGroups({ intervals }: Evaluation, groups: readonly Group[]): string[] {
  const whole: Interval | undefined = intervals.rocAuc
  if (whole === undefined) return []
  return groups.flatMap(({ column, level, entities, metrics }) => {
    const own = metrics?.rocAuc
    if (own === null || own === undefined || own >= whole.low) return []
    return [
      `Ranks worse for ${column} ${level}: ROC AUC ${own.toFixed(3)} on ${entities} entities, against at least ${whole.low.toFixed(3)} for all.`,
    ]
  })
}
