/** Reads an XGBoost model (1.7 to 3.x) as the library and SageMaker write it: JSON or UBJSON, alone or in model.tar.gz. */
import { RegimenError } from '../errors.ts'
import { gunzip, isGzip, readTar } from '../tarball.ts'
import { decodeUbjson } from './decode-ubjson.ts'
import { refuseModel, Section } from './model-document.ts'
import { baseMargin, objectiveNamed } from './objective.ts'
import { readForest } from './read-forest.ts'
import type { XgboostModel } from './xgboost-model.ts'

export interface ReadOptions {
  /**
   * Trees that predictions use: those up to the best iteration of early stopping where the model names one (as the
   * library's scikit-learn interface and SageMaker's serving do), or all of them (as `Booster.predict` without
   * `iteration_range` does). A model that SageMaker or the local trainer stopped early holds no others.
   * @default 'best'
   */
  readonly iterations?: 'best' | 'all'
}

const maxFeatures = 1_000_000
/** What SageMaker's built-in algorithm calls the model inside the archive. */
const entryName = 'xgboost-model'

/** @throws RegimenError `ModelUnreadable` naming the place and the rule. */
export function readModel(bytes: Uint8Array, { iterations = 'best' }: ReadOptions = {}): XgboostModel {
  const learner = new Section(decode(unpackModel(bytes)), '').section('learner')
  const param = learner.section('learner_model_param')
  const objective = learner.section('objective').text('name')
  const { link } = objectiveNamed(objective)
  const features = param.integer('num_feature', 1, maxFeatures)
  const groups = Math.max(1, param.integer('num_class', 0, 100_000, 0))
  if (param.integer('num_target', 0, 1_000_000, 1) > 1)
    refuseModel('learner.learner_model_param.num_target', 'several targets', 'one')
  const booster = learner.section('gradient_booster')
  const name = booster.text('name')
  const featureNames = learner.texts('feature_names')
  if (featureNames.length > 0 && featureNames.length !== features)
    refuseModel('learner.feature_names', `${featureNames.length} names`, `${features}`)
  const bestIteration = readBestIteration(learner)
  const common = {
    objective,
    link,
    features,
    featureNames,
    featureTypes: learner.texts('feature_types'),
    groups,
    baseMargin: readBaseMargin(param, objective, groups),
    bestIteration,
  }
  const last = iterations === 'best' ? bestIteration : undefined
  switch (name) {
    case 'gbtree': {
      const forest = readForest(booster.section('model'), features, groups, last, undefined)
      return { ...common, booster: name, forest, weights: undefined }
    }
    case 'dart': {
      const model = booster.section('gbtree').section('model')
      const forest = readForest(model, features, groups, last, booster.numbers('weight_drop'))
      return { ...common, booster: name, forest, weights: undefined }
    }
    case 'gblinear': {
      const weights = Float32Array.from(booster.section('model').numbers('weights'))
      if (weights.length !== (features + 1) * groups || !weights.every(Number.isFinite))
        refuseModel(
          'learner.gradient_booster.model.weights',
          `${weights.length} weights`,
          `${(features + 1) * groups} finite ones`,
        )
      // The library (checked with 3.2) adds the first group's base score to every group of a linear booster.
      const base = common.baseMargin.map(() => common.baseMargin[0] as number)
      return { ...common, baseMargin: base, booster: name, forest: undefined, weights }
    }
    default:
      return refuseModel('learner.gradient_booster.name', 'an unknown booster', 'gbtree, dart or gblinear')
  }
}

/** The model as the library saved it: itself, or from its archive. @throws RegimenError `ModelUnreadable` */
export function unpackModel(bytes: Uint8Array): Uint8Array {
  if (!isGzip(bytes)) return bytes
  const plain = gunzip(bytes)
  if (plain[0] === 0x7b) return plain
  const found = readTar(plain).get(entryName)
  if (found !== undefined) return found
  throw new RegimenError('ModelUnreadable', {
    what: 'the archive holds no model',
    expected: `a file ${entryName} at its top`,
    do: 'pack the file that save_model wrote under this name',
  })
}

function decode(bytes: Uint8Array): unknown {
  if (bytes[0] !== 0x7b) {
    const isPickle = bytes[0] === 0x80
    throw new RegimenError('ModelUnreadable', {
      what: 'the file is not an XGBoost model',
      where: 'at byte 0',
      got: isPickle ? 'a Python pickle' : bytes.length === 0 ? 'an empty file' : 'neither JSON nor UBJSON',
      expected: 'JSON or UBJSON, alone or in a model.tar.gz',
      do: 'load it with the xgboost library and save it with save_model',
    })
  }
  // After the brace, JSON goes on with white space or a key's quote, UBJSON with a length.
  return ' \t\r\n"'.includes(String.fromCharCode(bytes[1] ?? 0)) ? parseJson(bytes) : decodeUbjson(bytes)
}

/** Most arrays and objects of a JSON model: each costs many times its bytes in memory, and a tree has a dozen. */
const maxJsonContainers = 3_000_000
const maxJsonBytes = 400 << 20

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length > maxJsonBytes)
    refuseModel('its end', `${bytes.length} bytes of JSON`, `at most ${maxJsonBytes}`)
  let containers = 0
  for (const byte of bytes) if (byte === 0x5b || byte === 0x7b) containers++
  if (containers > maxJsonContainers)
    refuseModel('its root', `${containers} arrays and objects`, `at most ${maxJsonContainers}`)
  const refuse = (cause: unknown): never => {
    throw new RegimenError(
      'ModelUnreadable',
      { what: 'the model is not valid JSON', do: 'save the model again with the xgboost library' },
      { cause },
    )
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // The library writes NaN and Infinity, which JSON does not know.
    const isPlain = !/[[,:]\s*-?(?:NaN|Infinity)/.test(text)
    return JSON.parse(
      isPlain
        ? text
        : text.replace(/([[,:]\s*)(-?)(NaN|Infinity)/g, (_, before: string, sign: string, word: string) =>
            word === 'NaN' ? `${before}null` : `${before}${sign}1e999`,
          ),
    )
  } catch (cause) {
    return refuse(cause)
  }
}

function readBestIteration(learner: Section): number | undefined {
  if (!learner.has('attributes')) return undefined
  const attributes = learner.section('attributes')
  if (!attributes.has('best_iteration')) return undefined
  // 1.7 writes the last round where nothing stopped early, which is -1 for a model without a tree.
  const best = attributes.integer('best_iteration', -1, 1e9)
  return best < 0 ? undefined : best
}

/** `base_score` is `"5E-1"` up to 3.0 and `"[5E-1]"`, one per group or one for all, from 3.1 on. */
function readBaseMargin(param: Section, objective: string, groups: number): Float32Array {
  const where = 'learner.learner_model_param.base_score'
  const scores = param
    .text('base_score')
    .replace(/^\s*\[(.*)\]\s*$/s, '$1')
    .split(',')
    .map((score) => (score.trim() === '' ? Number.NaN : Number(score)))
  if (scores.length !== 1 && scores.length !== groups)
    refuseModel(where, `${scores.length} scores`, groups === 1 ? 'one' : `one or ${groups}`)
  return Float32Array.from({ length: groups }, (_, group) => {
    const margin = baseMargin(objectiveNamed(objective), scores[group] ?? scores[0] ?? Number.NaN)
    return Number.isFinite(margin)
      ? margin
      : refuseModel(where, 'no usable score', 'one inside the objective’s range')
  })
}
