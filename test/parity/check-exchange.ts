/** Models of the local trainer against the library: it loads every form of them, and predicts the same. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { predict, predictMargins } from '../../functions/scoring/predict.ts'
import { readModel } from '../../functions/scoring/read-model.ts'
import { seededRandom } from '../../functions/statistics/seeded-random.ts'
import { archiveModel } from '../../local/training/archive-model.ts'
import { boost } from '../../local/training/boost.ts'
import { writeModel } from '../../local/training/write-model.ts'
import { compareContributions, limits } from './check-models.ts'
import { farthest, type Reckoning } from './reckoning.ts'

const rows = 600
const features = 7

interface Exchange {
  readonly name: string
  readonly hyperparameters: Record<string, string>
  readonly missing: number
  readonly named?: boolean
}

const tree = { num_round: '8', eta: '0.3', max_depth: '4' }
const exchanges: Exchange[] = [
  ...[
    'binary:logistic',
    'reg:squarederror',
    'reg:logistic',
    'count:poisson',
    'reg:gamma',
    'reg:tweedie',
  ].flatMap((objective) =>
    [0, 0.3].map((missing) => ({
      name: `${objective.replace(':', '-')}-missing${missing}`,
      hyperparameters: { ...tree, objective },
      missing,
    })),
  ),
  ...['binary:logistic', 'reg:squarederror'].flatMap((objective) => [
    {
      name: `${objective.replace(':', '-')}-linear`,
      hyperparameters: { objective, booster: 'gblinear', num_round: '5' },
      missing: 0.1,
    },
    {
      name: `${objective.replace(':', '-')}-forest`,
      hyperparameters: {
        ...tree,
        objective,
        num_round: '1',
        num_parallel_tree: '9',
        subsample: '0.6',
        eta: '1',
      },
      missing: 0.1,
    },
    {
      name: `${objective.replace(':', '-')}-stopped`,
      hyperparameters: {
        ...tree,
        objective,
        num_round: '60',
        eta: '0.6',
        early_stopping_rounds: '3',
        eval_metric: objective === 'binary:logistic' ? 'logloss' : 'rmse',
      },
      missing: 0.1,
      named: true,
    },
  ]),
  {
    name: 'by-loss',
    hyperparameters: {
      ...tree,
      objective: 'binary:logistic',
      grow_policy: 'lossguide',
      max_leaves: '25',
      max_depth: '0',
    },
    missing: 0.2,
  },
  {
    name: 'deep',
    hyperparameters: { ...tree, objective: 'reg:squarederror', max_depth: '14' },
    missing: 0.2,
  },
  {
    name: 'base-score',
    hyperparameters: { ...tree, objective: 'binary:logistic', base_score: '0.05', scale_pos_weight: '3' },
    missing: 0,
  },
]

/** @param libraries name of the library's environment and its interpreter */
export async function checkExchange(
  directory: string,
  libraries: readonly { readonly name: string; readonly python: string }[],
  reckoning: Reckoning,
): Promise<void> {
  mkdirSync(directory, { recursive: true })
  const models: { name: string; file: string; matrix: string; rows: number }[] = []
  for (const exchange of exchanges) models.push(...(await write(directory, exchange)))
  writeFileSync(join(directory, 'models.json'), JSON.stringify(models))
  for (const { name, python } of libraries) {
    execFileSync(python, [join(import.meta.dirname, 'exchange.py'), directory], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const { library, models: answers }: Answers = JSON.parse(
      readFileSync(join(directory, 'answers.json'), 'utf8'),
    )
    for (const [at, model] of models.entries()) {
      const title = `${model.file} loaded by xgboost ${library}`
      const answer = answers[at]
      if (answer === undefined || 'error' in answer)
        reckoning.fail(title, answer?.error ?? `${name} did not answer`)
      else compare(directory, title, model, answer.parts, reckoning)
    }
  }
}

interface Answers {
  readonly library: string
  readonly models: readonly (
    | { readonly error: string }
    | { readonly parts: { margins: number; predictions: number; contributions: number } }
  )[]
}

function compare(
  directory: string,
  title: string,
  { file, matrix, rows: asked }: { file: string; matrix: string; rows: number },
  parts: { margins: number; predictions: number; contributions: number },
  reckoning: Reckoning,
): void {
  const x = floats(join(directory, matrix))
  const answer = floats(join(directory, `${file}.f32`))
  const margins = answer.subarray(0, parts.margins)
  const predictions = answer.subarray(parts.margins, parts.margins + parts.predictions)
  const model = readModel(readFileSync(join(directory, file)))
  reckoning.check(title, {
    'our model, margins in the library': {
      worst: farthest(predictMargins(model, x, asked), margins),
      limit: limits.predictions,
    },
    'our model, predictions in the library': {
      worst: farthest(predict(model, x, asked), predictions),
      limit: limits.predictions,
    },
    ...compareContributions(model, x, asked, margins, answer.subarray(parts.margins + parts.predictions)),
  })
  reckoning.count('models', 1)
  reckoning.count('rows', asked)
}

function floats(file: string): Float32Array {
  const bytes = readFileSync(file)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}

async function write(directory: string, { name, hyperparameters, missing, named }: Exchange) {
  const { csv, matrix } = table(hyperparameters.objective ?? '', missing, name.length)
  const half = csv.length >> 1
  const train = join(directory, `${name}.train.csv`)
  const validation = join(directory, `${name}.validation.csv`)
  writeFileSync(train, csv.slice(0, half).join(''))
  writeFileSync(validation, csv.slice(half).join(''))
  const { model } = await boost({
    train: [train],
    ...(hyperparameters.early_stopping_rounds === undefined ? {} : { validation: [validation] }),
    hyperparameters,
    ...(named === true ? { featureNames: Array.from({ length: features }, (_, at) => `column_${at}`) } : {}),
  })
  const file = `${name}.rows.f32`
  writeFileSync(join(directory, file), matrix)
  const archive = `${name}-archive`
  mkdirSync(join(directory, archive), { recursive: true })
  await archiveModel(model, join(directory, archive))
  for (const form of ['json', 'ubj']) writeModel(model, join(directory, `${name}.${form}`))
  return [`${name}.json`, `${name}.ubj`, `${archive}/model.tar.gz`].map((form) => ({
    name,
    file: form,
    matrix: file,
    rows,
  }))
}

/** Lines of "label,feature,…", and the same features as floats. */
function table(objective: string, missing: number, seed: number): { csv: string[]; matrix: Float32Array } {
  const random = seededRandom(seed + 1)
  const matrix = new Float32Array(rows * features)
  const csv = Array.from({ length: rows }, (_, row) => {
    const x = Array.from({ length: features }, (_, at) =>
      Math.fround(at < 2 ? Math.floor(random() * 6) : random() * 4 - 2),
    )
    const signal = x[0]! / 3 + x[2]! * x[3]! + x[4]! + random()
    const label = /logistic/.test(objective)
      ? Number(signal > 0.9)
      : /poisson|tweedie|gamma/.test(objective)
        ? Math.floor(Math.exp(Math.min(3, signal / 2)) * random() * 2) + (objective === 'reg:gamma' ? 1 : 0)
        : signal * 20
    const cells = x.map((value) => (random() < missing ? Number.NaN : value))
    matrix.set(cells, row * features)
    return `${label},${cells.map((cell) => (Number.isNaN(cell) ? '' : cell)).join(',')}\n`
  })
  return { csv, matrix }
}
