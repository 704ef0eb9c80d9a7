/**
 * The promise of conformal sets, held against trained models: coverage at 80, 90 and 95 % in each class lies within the
 * beta-binomial bound that calibration and test entities allow, over 20 seeds.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conformalCoverage } from '../../../functions/evaluation/conformal-coverage.ts'
import { fitDecision } from '../../../functions/scoring/fit-decision.ts'
import { predict } from '../../../functions/scoring/predict.ts'
import { readModel } from '../../../functions/scoring/read-model.ts'
import { logGamma } from '../../../functions/statistics/chi-squared-tail.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { boost } from '../../../local/training/boost.ts'
import { modelBytes } from '../../../local/training/write-model.ts'

const features = 6
const levels = [0.8, 0.9, 0.95]
const seeds = 20

interface Side {
  readonly matrix: Float32Array
  readonly labels: Float64Array
  /** Entities of class 0 and of class 1. */
  readonly entities: readonly [number, number]
}

/** Entities of one to three rows that share their class and most of their features. */
function side(entityCount: number, random: () => number): Side {
  const cells: number[] = []
  const labels: number[] = []
  const entities: [number, number] = [0, 0]
  for (let entity = 0; entity < entityCount; entity++) {
    const own = Array.from({ length: features }, () => random() * 2 - 1)
    const margin = -0.9 + 1.6 * own[0]! + 1.8 * own[1]! * own[2]!
    const label = random() < 1 / (1 + Math.exp(-margin * 1.5)) ? 1 : 0
    entities[label]++
    for (let row = 0; row < 1 + Math.floor(random() * 3); row++) {
      labels.push(label)
      cells.push(...own.map((value) => value + (random() - 0.5) * 0.1))
    }
  }
  return { matrix: Float32Array.from(cells), labels: Float64Array.from(labels), entities }
}

function csv({ matrix, labels }: Side): string {
  const line = (label: number, row: number) =>
    `${label},${matrix.subarray(row * features, (row + 1) * features).join(',')}`
  return `${Array.from(labels, line).join('\n')}\n`
}

/** P(at most `count` of `tests` covered) when n calibration scores promise `level`: coverage is Beta(n + 1 − f, f). */
function chanceOfAtMost(count: number, tests: number, n: number, level: number): number {
  const f = Math.floor((n + 1) * (1 - level) + 1e-9)
  if (f === 0) return count >= tests ? 1 : 0
  const a = n + 1 - f
  const logBeta = (x: number, y: number) => logGamma(x) + logGamma(y) - logGamma(x + y)
  let sum = 0
  for (let k = 0; k <= count; k++) {
    const choose = logGamma(tests + 1) - logGamma(k + 1) - logGamma(tests - k + 1)
    sum += Math.exp(choose + logBeta(k + a, tests - k + f) - logBeta(a, f))
  }
  return sum
}

/** Per seed: the four sides, and the raw predictions of a model with early stopping on the validation side. */
interface Trial {
  readonly sides: Readonly<Record<'train' | 'validation' | 'calibration' | 'test', Side>>
  readonly raw: (side: Side) => Float32Array
}

async function trial(folder: string, seed: number): Promise<Trial> {
  const random = seededRandom(seed + 1)
  const sides = {
    train: side(500, random),
    validation: side(60, random),
    calibration: side(400, random),
    test: side(600, random),
  }
  const file = (name: 'train' | 'validation') => {
    const path = join(folder, `${name}-${seed}.csv`)
    writeFileSync(path, csv(sides[name]))
    return path
  }
  const { model } = await boost({
    train: [file('train')],
    validation: [file('validation')],
    hyperparameters: {
      objective: 'binary:logistic',
      num_round: '150',
      eta: '0.08',
      max_depth: '4',
      eval_metric: 'logloss',
      early_stopping_rounds: '10',
      seed: String(seed),
    },
    threads: 1,
  })
  const read = readModel(modelBytes(model))
  return { sides, raw: ({ matrix, labels }) => predict(read, matrix, labels.length) }
}

const coverageOf = ({ sides, raw }: Trial, calibration: Side) =>
  conformalCoverage(
    fitDecision({
      task: 'binary-classification',
      rawPredictions: raw(calibration),
      labels: calibration.labels,
      modelEngine: 'local',
      baseValue: 0,
    }),
    raw(sides.test),
    sides.test.labels,
    levels,
  )

const trials: Trial[] = []
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'regimen-conformal-'))
  for (let seed = 0; seed < seeds; seed++) trials.push(await trial(folder, seed))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('sets from the calibration side', () => {
  it('cover each class at each level within the beta-binomial bound, for every seed', () => {
    for (const [seed, one] of trials.entries())
      for (const [at, result] of coverageOf(one, one.sides.calibration).entries())
        for (const label of [0, 1] as const) {
          const share = label === 1 ? result.coveragePositives : result.coverageNegatives
          const tests = one.sides.test.entities[label]
          const calibrated = one.sides.calibration.entities[label]
          const covered = Math.round((share ?? 0) * tests)
          // 240 looks: a promise that is kept falls outside in one of 80 such tables.
          const where = `seed ${seed}, class ${label}, level ${levels[at]}, coverage ${share}`
          expect(chanceOfAtMost(covered, tests, calibrated, levels[at]!), where).toBeGreaterThan(5e-5)
          expect(1 - chanceOfAtMost(covered - 1, tests, calibrated, levels[at]!), where).toBeGreaterThan(5e-5)
        }
  })

  it('cover as promised over all seeds together', () => {
    for (const [at, level] of levels.entries())
      for (const label of [0, 1] as const) {
        const side = label === 1 ? 'coveragePositives' : 'coverageNegatives'
        const all = trials.map((one) => coverageOf(one, one.sides.calibration)[at]?.[side] ?? 0)
        const mean = all.reduce((sum, share) => sum + share, 0) / seeds
        const spread = trials.reduce((sum, { sides }) => {
          const rate = 1 / sides.calibration.entities[label] + 1 / sides.test.entities[label]
          return sum + level * (1 - level) * rate
        }, 0)
        // Equal scores only ever add to the coverage.
        expect(Math.abs(mean - level) / (Math.sqrt(spread) / seeds)).toBeLessThan(3.3)
      }
  })
})

describe('sets from rows that the training has seen', () => {
  it('break the promise: from training rows, and in the mean from the rows of early stopping', () => {
    const mean = (calibration: (one: Trial) => Side) =>
      trials.reduce((sum, one) => sum + (coverageOf(one, calibration(one))[1]?.coveragePositives ?? 0), 0) /
      seeds
    expect(mean((one) => one.sides.train)).toBeLessThan(0.8)
    expect(mean((one) => one.sides.validation)).not.toBeCloseTo(
      mean((one) => one.sides.calibration),
      3,
    )
  })
})
