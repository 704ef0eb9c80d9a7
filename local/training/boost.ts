/** The trainer as a function: CSV files and hyperparameters in, an XGBoost model document and its metrics out. */
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { binTable } from './binned-table.ts'
import { boostLinear } from './boost-linear.ts'
import { boostingGround } from './boost-trees.ts'
import { checkSameColumns, checkTable, checkVariation } from './check-table.ts'
import { type ParsedHyperparameters, parseHyperparameters, type Settings } from './hyperparameters.ts'
import { startingMargin, startingScore } from './intercept.ts'
import { linearModel, treeModel } from './model-document.ts'
import { readCsv, type Table } from './read-csv.ts'
import { type Round, roundLine } from './rounds.ts'
import { runCrew } from './run-crew.ts'

export interface BoostOptions {
  /** CSV files: headerless, label first, empty = missing; rows are taken in this order. */
  readonly train: readonly string[]
  readonly validation?: readonly string[]
  /** As SageMaker passes them: every value is a string. */
  readonly hyperparameters: Readonly<Record<string, string>>
  /** @default the machine's, at most 4; one where the table is small. The model does not depend on it. */
  readonly threads?: number
  /** Names of the features for the model; absent: the library calls them f0, f1, … */
  readonly featureNames?: readonly string[]
  /** Called with each line of the algorithm's log. */
  readonly onRound?: (line: string) => void
}

export interface TrainingMetrics {
  /** `train:logloss`, `validation:auc`, …: of the last round, or of the best one with early stopping. */
  readonly final: Readonly<Record<string, number>>
  /** Per round, by the same names. */
  readonly history: readonly Readonly<Record<string, number>>[]
  readonly bestIteration: number | undefined
  /** Rounds that were trained; early stopping keeps those up to the best one. */
  readonly rounds: number
  readonly rows: { readonly train: number; readonly validation: number }
  readonly features: number
  readonly threads: number
  readonly seconds: number
}

export interface Boosted {
  /** The model in XGBoost's JSON schema. */
  readonly model: object
  readonly metrics: TrainingMetrics
}

/** Below so many cells, starting threads costs more than they save. */
const CELLS_WORTH_THREADS = 500_000
const MOST_THREADS = 4

/** @throws RegimenError `HyperparameterRefused`, `TrainingDataUnusable`. */
export async function boost(options: BoostOptions): Promise<Boosted> {
  const started = performance.now()
  const log = options.onRound ?? (() => undefined)
  const validationFiles = options.validation ?? []
  const parsed = parseHyperparameters(options.hyperparameters, { validation: validationFiles.length > 0 })
  for (const line of parsed.ignored) log(line)
  const { csvWeights } = parsed.settings
  const train = readCsv(options.train, { weights: csvWeights })
  const validation =
    validationFiles.length === 0 ? undefined : readCsv(validationFiles, { weights: csvWeights })
  return boostTables(train, validation, parsed, options, started)
}

async function boostTables(
  train: Table,
  validation: Table | undefined,
  { settings }: ParsedHyperparameters,
  { threads, featureNames, onRound }: BoostOptions,
  started: number,
): Promise<Boosted> {
  checkTable(train, 'train', settings)
  checkVariation(train)
  if (validation !== undefined) {
    checkTable(validation, 'validation', settings)
    checkSameColumns(train, validation)
  }
  const baseScore = startingScore(train, settings)
  const baseMargin = startingMargin(baseScore, settings)
  const history: Round[] = []
  const keep = (round: Round) => {
    history.push(round)
    onRound?.(roundLine(round, settings.evalMetrics))
  }
  const facts = {
    settings,
    columns: train.columns,
    baseScore,
    ...(featureNames === undefined ? {} : { featureNames }),
  }
  const finish = (model: object, used: number, best?: { round: number }): Boosted => ({
    model,
    metrics: {
      final: named(history[best?.round ?? history.length - 1], settings),
      history: history.map((round) => named(round, settings)),
      bestIteration: best?.round,
      rounds: history.length,
      rows: { train: train.rows, validation: validation?.rows ?? 0 },
      features: train.columns,
      threads: used,
      seconds: (performance.now() - started) / 1_000,
    },
  })
  if (settings.booster === 'gblinear') {
    const { weights } = boostLinear(train, validation, settings, baseMargin, keep)
    return finish(linearModel(weights, facts), 1)
  }
  const crew = threads ?? threadsFor(train)
  const binned = binTable(train, settings.maxBin)
  const ground = boostingGround(train, validation, binned, settings, baseMargin, crew)
  const { trees, best } = await runCrew(ground, crew, keep)
  return finish(treeModel(trees, { ...facts, best }), crew, best)
}

function threadsFor({ rows, columns }: Table): number {
  return rows * columns < CELLS_WORTH_THREADS ? 1 : Math.min(MOST_THREADS, availableParallelism())
}

function named(round: Round | undefined, { evalMetrics }: Settings): Record<string, number> {
  const entries = (channel: string, values: readonly number[] | undefined) =>
    (values ?? []).map((value, at) => [`${channel}:${evalMetrics[at]}`, value] as const)
  return Object.fromEntries([...entries('train', round?.train), ...entries('validation', round?.validation)])
}
