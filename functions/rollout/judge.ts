/**
 * Whether a new version may take (more) traffic: the two versions' answers for the same rows, held against limits. What
 * cannot be measured passes, and says so.
 */

import { estimatePerformance } from '../drift/performance-estimate.ts'
import { populationStability } from '../drift/population-stability.ts'
import { compareWithChampion } from '../evaluation/compare-champion.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { calibrationGap } from './calibration-gap.ts'
import { type Check, unmeasured } from './check.ts'
import { type OnlineEvidence, onlineErrors, onlineLatency } from './online-checks.ts'
import { decileCounts, rankCorrelation } from './score-agreement.ts'

/** What both versions said of the same rows: calibrated probabilities, or predicted numbers. */
export interface Answers {
  readonly champion: Float64Array
  readonly challenger: Float64Array
  /** Milliseconds of each version for all rows. */
  readonly milliseconds: { readonly champion: number; readonly challenger: number }
  /** Dense code of each row's entity. */
  readonly entities: Int32Array
  readonly entityCount: number
}

export interface LabelledAnswers extends Answers {
  readonly labels: Float64Array
  /** The rows came after both trainings; otherwise they are those that the champion was tested on. */
  readonly recent: boolean
  /** Group column to the level of each row, null where it has none. */
  readonly groups: Readonly<Record<string, readonly (string | null)[]>>
}

export interface Evidence {
  readonly task: Evaluation['task']
  readonly engines: { readonly champion: string; readonly challenger: string }
  /** Rows of the newest batch, as they came; absent where there is none. */
  readonly live?: Answers | undefined
  /** Rows whose outcome is known. */
  readonly labelled?: LabelledAnswers | undefined
  /** Single rows that both versions were asked for since they share them. */
  readonly online?: OnlineEvidence | undefined
  readonly evaluations: { readonly champion: Evaluation; readonly challenger: Evaluation }
  readonly seed: number
}

/**
 * A population stability index above 0.25 is a shifted population by the usual reading (Siddiqi 2006, Credit Risk
 * Scorecards); two models of one population differ more than one model's scores over time, hence twice that.
 */
const mostShift = 0.5
/** Spearman's rank correlation: two useful models of one outcome agree; one that learned the opposite does not. */
const leastAgreement = 0.2
/**
 * How far the mean probability of a group may lie from its rate of cases, beyond what chance explains. Older rows may be
 * of another time than what the version has learned.
 */
const mostGap = { recent: 0.1, past: 0.2 }
/**
 * On recent rows a version must not be surely worse. On the champion's own test side it must not have lost half of what
 * the champion is better than no model by, or add half to its error: after a change of the world the champion is at home
 * there and a new version is not, and the gate has compared the two on the new version's rows.
 */
const mostLoss = 0.5
/** A version that takes so many times as long as the one before would be felt. */
const mostSlowdown = 5
/** Below so many milliseconds the clock tells nothing. */
const leastMilliseconds = 50

type Measure = (evidence: Evidence) => Check

const shift: Measure = ({ live }) => {
  const limit = mostShift
  if (live === undefined) return unmeasured('score-distribution', limit, noBatch)
  const value = populationStability(decileCounts(live.champion, live.challenger))
  const reason = `population stability index of the two versions' scores on ${live.champion.length} rows of the newest batch`
  return { name: 'score-distribution', passed: value === null || value <= limit, value, limit, reason }
}

const agreement: Measure = ({ live, labelled }) => {
  const limit = leastAgreement
  const answers = live ?? labelled
  const value = answers === undefined ? null : rankCorrelation(answers.champion, answers.challenger)
  if (answers === undefined || value === null)
    return unmeasured(
      'rank-agreement',
      limit,
      'there are no rows, or a version gives all of them the same score',
    )
  const rows =
    live === undefined && labelled !== undefined
      ? placeOf(labelled)
      : `${answers.champion.length} rows of the newest batch`
  const reason = `Spearman correlation of the two versions' scores on ${rows}`
  return { name: 'rank-agreement', passed: value >= limit, value, limit, reason }
}

const estimate: Measure = ({ task, live, evaluations, seed }) => {
  const name = 'estimated-performance'
  if (task === 'regression') return unmeasured(name, 0, 'a regression has no estimate without labels')
  if (live === undefined) return unmeasured(name, 0, noBatch)
  const of = (version: 'champion' | 'challenger') =>
    estimatePerformance({ predictions: live[version], entities: live.entities }, evaluations[version], seed)
  const [champion, challenger] = [of('champion').rocAuc, of('challenger').rocAuc]
  if (champion === null || challenger === null)
    return unmeasured(name, 0, 'too few rows, or too few expected cases')
  return {
    name,
    passed: challenger.high >= champion.low,
    value: challenger.value - champion.value,
    limit: 0,
    reason: `ROC AUC estimated without labels: ${challenger.value.toFixed(3)} against ${champion.value.toFixed(3)}; refused when the intervals lie apart`,
  }
}

const performance: Measure = ({ task, labelled, engines, seed }) => {
  const name = 'performance'
  if (labelled === undefined)
    return unmeasured(name, 0, 'the test side of the champion is not there any more')
  const compared = compareWithChampion({
    task,
    championEngine: engines.champion,
    // Both are scored by the same code here, whoever trained them.
    challengerEngine: engines.champion,
    labels: labelled.labels,
    entities: labelled.entities,
    entityCount: labelled.entityCount,
    challenger: labelled.challenger,
    champion: labelled.champion,
    seed,
  })
  if (compared?.compared !== true || compared.interval === undefined)
    return unmeasured(name, 0, compared?.reason ?? 'nothing to compare')
  const { interval, difference = 0, reason, metric, champion = 0 } = compared
  const isError = metric === 'rmse'
  const limit = labelled.recent ? 0 : mostLoss * (isError ? champion : -Math.max(0, champion - 0.5))
  const passed = isError ? interval.low <= limit : interval.high >= limit
  return {
    name,
    passed,
    value: difference,
    limit,
    reason: `${reason} on ${placeOf(labelled)}; refused when it is surely worse by more than the limit`,
    surelyBetter: labelled.recent && (isError ? interval.high < 0 : interval.low > 0),
  }
}

const calibration: Measure = ({ task, labelled }) => {
  const name = 'group-calibration'
  const limit = mostGap[labelled?.recent === false ? 'past' : 'recent']
  if (task === 'regression' || labelled === undefined)
    return unmeasured(name, limit, 'there are no known outcomes of classes to hold probabilities against')
  const worst = calibrationGap(labelled.challenger, labelled.labels, labelled.groups)
  if (worst === null) return unmeasured(name, limit, 'no group has enough rows')
  const { column, level, rows, gap } = worst
  return {
    name,
    passed: gap <= limit,
    value: gap,
    limit,
    reason: `mean probability and rate of cases of ${column} = ${level} (${rows}) lie so far apart, beyond chance`,
  }
}

const latency: Measure = ({ live, labelled }) => {
  const [name, limit] = ['latency', mostSlowdown]
  const answers = live ?? labelled
  if (answers === undefined || answers.milliseconds.challenger < leastMilliseconds)
    return unmeasured(name, limit, 'the version answers in no time that could be felt')
  const value = answers.milliseconds.challenger / Math.max(answers.milliseconds.champion, 1)
  return {
    name,
    passed: value <= limit,
    value,
    limit,
    reason: "its time for the same rows over the champion's",
  }
}

const placeOf = ({ recent, labels }: LabelledAnswers) =>
  `${labels.length} rows of ${recent ? 'the newest batch with known outcomes' : "the champion's test side"}`

const errorsOnline: Measure = ({ online }) => onlineErrors(online)
const latencyOnline: Measure = ({ online }) => onlineLatency(online)

/** In the order in which they are told. */
const measures: readonly Measure[] = [
  shift,
  agreement,
  estimate,
  performance,
  calibration,
  latency,
  errorsOnline,
  latencyOnline,
]

const noBatch = 'no batch has been scored yet whose rows are still there'

/** What tells of a difference, and not of which side is right. */
const undecided = new Set(['score-distribution', 'rank-agreement', 'estimated-performance'])

/**
 * Where outcomes of recent rows show that the version is surely better, that it answers otherwise than the champion is no
 * fault: the world has changed, and the champion has not.
 * @returns every check; the version may go on when all have passed.
 */
export function judge(evidence: Evidence): Check[] {
  const checks = measures.map((measure) => measure(evidence))
  if (!checks.some(({ surelyBetter }) => surelyBetter === true)) return checks
  return checks.map((check) =>
    check.passed || !undecided.has(check.name)
      ? check
      : { ...check, passed: true, reason: `${check.reason}; recent outcomes say that it is right` },
  )
}
