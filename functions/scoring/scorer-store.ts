/** Loads a model version from the bucket; its objects never change, so a warm function keeps the last ones. */
import { encoderSchema } from '../features/encoder.ts'
import { getBytes, getJson } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { parseDecision } from './decision.ts'
import { refuseModel } from './model-document.ts'
import { readModel } from './read-model.ts'
import type { Scorer } from './score-examples.ts'

export interface ScorerUris {
  readonly modelVersion: string
  readonly modelUri: string
  readonly encoderUri: string
  readonly decisionUri: string
}

/** The champion and the version before it. */
const mostKept = 2
const kept = new Map<string, Promise<Scorer>>()

/** @throws RegimenError `ModelUnreadable`, `InvalidProject` */
export function loadScorer(projectUri: string, model: ScorerUris): Promise<Scorer> {
  const key = JSON.stringify([projectUri, model])
  const known = kept.get(key)
  if (known !== undefined) return known
  const scorer = readScorer(projectUri, model)
  kept.set(key, scorer)
  for (const old of kept.keys()) if (kept.size > mostKept) kept.delete(old)
  // A failed read is not remembered: the retry of the state must be able to succeed.
  scorer.catch(() => kept.delete(key))
  return scorer
}

/** As `loadScorer`, from the bucket whatever a warm function has kept: what was damaged since must be seen. */
export async function readScorer(projectUri: string, uris: ScorerUris): Promise<Scorer> {
  const [project, bytes, encoder, decision] = await Promise.all([
    loadProject(projectUri),
    getBytes({ uri: uris.modelUri }),
    getJson(uris.encoderUri),
    getJson(uris.decisionUri),
  ])
  const model = readModel(bytes)
  if (model.groups !== 1)
    refuseModel('learner.learner_model_param.num_class', 'several classes', 'one output')
  return {
    modelVersion: uris.modelVersion,
    project,
    model,
    encoder: encoderSchema.parse(encoder),
    decision: parseDecision(decision),
  }
}
